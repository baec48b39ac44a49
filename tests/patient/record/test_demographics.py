"""Two people are never one: what files say of whom they are about, compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from medrag.errors import PatientError
from medrag.patient import ensure_same_person, from_json, load
from medrag.types import Patient
from tests.patient.records import TODAY, bundle, order, person

ADAMS = person(
    name=[{"family": "Adams", "given": ["Jane", "Mary"]}],
    identifier=[
        {"type": {"coding": [{"code": "MR"}]}, "system": "https://north.example.org/mrn", "value": "00123"},
        {"system": "http://hl7.org/fhir/sid/us-ssn", "value": "999-12-3456"},
    ],
)


def read(tmp_path: Path, *files: Any, **options: Any) -> Patient:
    paths = []
    for number, content in enumerate(files):
        plain = isinstance(content, str)
        path = tmp_path / f"{number}.{'txt' if plain else 'json'}"
        path.write_text(content if plain else json.dumps(content))
        paths.append(path)
    return load(paths, TODAY, **options)


def fhir(**fields: Any) -> dict[str, Any]:
    return bundle({**ADAMS, **fields})


@pytest.mark.parametrize(
    ("other", "differs"),
    [
        ("Patient: Jane Roe MRN 999 DOB 05/01/1960. Allergic to penicillin.", "name"),
        ("Patient name: ADAMS, JANE\nDOB: 2 May 1960\nTakes methotrexate 15 mg weekly.", "birth date"),
        ("66-year-old man with gout.", "sex"),
        ("Date: 2026-10-01\n30-year-old woman with gout.", "age"),
        ("SSN: 111-22-3333. Takes warfarin 5 mg daily.", "identifier"),
        ("MRN: 777. Takes warfarin 5 mg daily.", "identifier"),
        ({"sex": "male", "medications": ["warfarin"]}, "sex"),
        ({"birth_date": "1980-01-01", "medications": ["warfarin"]}, "birth date"),
        ({"age_years": 30, "medications": ["warfarin"]}, "age"),
        (fhir(name=[{"family": "Adams", "given": ["Beth"]}], identifier=[]), "name"),
        (fhir(name=[], identifier=[{"system": "https://north.example.org/mrn", "value": "9"}]), "identifier"),
        (fhir(birthDate="1961"), "birth date"),
    ],
)
def test_two_people_are_refused(tmp_path: Path, other: Any, differs: str) -> None:
    with pytest.raises(PatientError, match=rf"of two people: .*\b{differs}\b") as caught:
        read(tmp_path, fhir(), other)
    assert caught.value.code == "two_people"
    for said in ("Jane", "Roe", "1960", "999", "777"):
        assert said not in str(caught.value)
    assert read(tmp_path, fhir(), other, one_person=True).birth_date is not None


@pytest.mark.parametrize(
    "other",
    [
        "Patient: Jane M. Adams, DOB 1/5/1960. Allergic to penicillin.",
        "Name: ADAMS, J\n66-year-old woman on warfarin.",
        "Patient name: Jane Smith\nMRN: 123\nTakes warfarin.",
        "Jane is 66-year-old. Her father was diagnosed at age 40.",
        "Patient: Denies chest pain. Takes warfarin 5 mg daily.",
        "MRN 4711, Jane Adams. Name: Jane Adams. DOB 1960-05-01. Takes warfarin.",
        "Name: Anonymous\nTakes warfarin.",
        "Name: Dr Mary Roe\nRe: Gout Flare\nName: Warfarin Sodium 5 mg daily.",
        {"age_years": 66, "sex": "female", "medications": ["warfarin"]},
        fhir(birthDate="1960", name=[{"text": "J. Adams"}], identifier=[]),
        fhir(name=[{"family": "Adams-Roe", "given": ["Jane"]}], identifier=[]),
    ],
)
def test_one_person_under_several_names_is_read(tmp_path: Path, other: Any) -> None:
    assert read(tmp_path, fhir(), other).birth_date is not None


def test_resources_of_two_ids_without_their_patients_are_refused(tmp_path: Path) -> None:
    one = order("warfarin", subject={"reference": "Patient/a"})
    with pytest.raises(PatientError, match="identifier"):
        read(tmp_path, one, {**one, "subject": {"reference": "Patient/b"}})
    assert len(read(tmp_path, one, {**one, "id": "other"}).medications or ()) == 1


def test_a_question_about_someone_else_is_refused() -> None:
    record = from_json({"sex": "male", "age_years": 70, "conditions": ["gout"]}, TODAY)
    with pytest.raises(PatientError) as caught:
        ensure_same_person(record, "What should a 34-year-old woman with gout take?", TODAY)
    assert caught.value.code == "two_people"
    ensure_same_person(record, "70-year-old man with gout: which drug? His mother died at age 50.", TODAY)
    ensure_same_person(record, "Which drug is safe in pregnancy?", TODAY)
