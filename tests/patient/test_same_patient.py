"""One patient written in seven formats, each to its specification, is the same patient however it comes."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from medrag.patient import load
from medrag.patient.record.facts import all_facts
from medrag.types import Fact, Observation, Patient
from tests.patient.records import TODAY

SAMPLES = Path(__file__).parent / "samples"
FORMATS = sorted(path for path in SAMPLES.glob("same.*"))
PERSON = ("birth_date", "age_years", "sex", "pregnant", "weight_kg", "no_known_allergies")


def said(patient: Patient) -> set[tuple[object, ...]]:
    """Every fact, without where it stands."""
    found: set[tuple[object, ...]] = set()
    for fact in all_facts(patient):
        assert isinstance(fact, Fact)
        value = (fact.value, fact.unit) if isinstance(fact, Observation) else ()
        found.add(
            (type(fact).__name__, fact.display, fact.code, fact.system, fact.status.value, str(fact.date), *value)
        )
    return found


def test_there_are_seven_formats() -> None:
    assert [path.name for path in FORMATS] == [
        "same.ccda.xml",
        "same.dstu2.json",
        "same.r4.json",
        "same.r4.xml",
        "same.r5.json",
        "same.stu3.json",
        "same.v2.hl7",
    ]


@pytest.mark.parametrize("path", FORMATS, ids=lambda path: path.name)
def test_the_same_patient(path: Path) -> None:
    expected, read = load([SAMPLES / "same.r4.json"], TODAY), load([path], TODAY)
    assert said(read) == said(expected)
    assert {name: getattr(read, name) for name in PERSON} == {name: getattr(expected, name) for name in PERSON}
    (allergy,) = read.allergies or ()
    assert (allergy.reaction, allergy.criticality) == ("Hives (severe)", "high")
    metformin = next(drug for drug in read.medications or () if drug.current)
    assert "500 mg" in (metformin.dosage or "")
    assert read.derived.keys() == expected.derived.keys()
    assert read.problems == ()


@pytest.mark.parametrize("path", FORMATS, ids=lambda path: path.name)
def test_the_same_patient_in_gzip_and_under_another_name(path: Path, tmp_path: Path) -> None:
    packed = tmp_path / f"{path.name}.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    unnamed = tmp_path / "record"
    unnamed.write_bytes(path.read_bytes())
    expected = said(load([path], TODAY))
    assert said(load([packed], TODAY)) == expected
    assert said(load([unnamed], TODAY)) == expected


def test_the_samples_say_what_their_formats_say() -> None:
    expected = load([SAMPLES / "same.r4.json"], TODAY)
    assert [fact.display for fact in expected.conditions or () if fact.current] == ["Type 2 diabetes mellitus"]
    assert [fact.display for fact in expected.medications or () if fact.current] == ["metformin 500 MG Oral Tablet"]
    assert (expected.pregnant, expected.weight_kg, expected.age_years) == (True, 62.5, 32)


def test_a_prefetch_and_the_request_around_it_are_read(tmp_path: Path) -> None:
    bundle = json.loads((SAMPLES / "same.r4.json").read_text())
    patient = bundle["entry"][0]["resource"]
    prefetch = {"patient": patient, "everything": bundle, "nothing": None}
    request = {"hook": "patient-view", "hookInstance": "1", "context": {"patientId": "p"}, "prefetch": prefetch}
    for name, content in {"prefetch.json": prefetch, "request.json": request}.items():
        (tmp_path / name).write_text(json.dumps(content))
        assert said(load([tmp_path / name], TODAY)) == said(load([SAMPLES / "same.r4.json"], TODAY))
