"""A file that tells of several patients, and people of one name whom a suffix or a twin's letter tells apart."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from medrag.errors import PatientError
from medrag.patient import load

TODAY = date(2026, 11, 30)


def refused(folder: Path, *texts: str) -> str | None:
    """Why the files are refused; None where they are read."""
    files = []
    for number, text in enumerate(texts):
        files.append(folder / f"{number}.{'json' if text.startswith('{') else 'txt'}")
        files[-1].write_text(text)
    try:
        load(files, TODAY)
    except PatientError as error:
        assert error.code == "two_people"
        return str(error)
    return None


def record(suffix: str) -> str:
    return json.dumps({"resourceType": "Patient", "name": [{"family": "Tate", "given": ["Owen"], "suffix": [suffix]}]})


@pytest.mark.parametrize(
    "text",
    [
        "Patient: Nadia Rossi, DOB 4/5/1971. Gout.\n\nPatient: Karl Voss, DOB 6/7/1949. Digoxin.",
        "**Patient:** Nadia Rossi\nGout.\n---\n**Patient:** Karl Voss\nDigoxin.",
        "Patient name: Nadia Rossi\nMRN: 4711\nGout.\n\nPatient name: Nadia Rossi\nMRN: 9022\nDigoxin.",
        "Room 4: Rossi, 52F, gout, allopurinol\nRoom 5: Voss, 77M, AF, digoxin",
        "Bed 12 - Voss 66M gout\nBed 13 - Lang 67M AF, digoxin",
        "1. 52F with gout on allopurinol.\n2. 77M with AF on digoxin.",
        "Patient 1: 52-year-old woman with gout.\nPatient 2: 77-year-old man on digoxin.",
    ],
)
def test_several_patients_in_a_file_are_refused_with_what_to_do(tmp_path: Path, text: str) -> None:
    said = refused(tmp_path, text)
    assert said and "0.txt" in said and "--batch" in said
    assert load([tmp_path / "0.txt"], TODAY, one_person=True)


@pytest.mark.parametrize(
    "text",
    [
        "Patient: Nadia Rossi, DOB 4/5/1971. Gout.\n\nPatient: N. Rossi\nPatient: stable, no pain\nDigoxin.",
        "Bed 4: Rossi, 52F, gout\nMoved to side room\nBed 5: as before",
        "52F\n1. Gout since 40\n2. AF, seen by 44M registrar\n3. Mother 77F with AF",
        "1. 52F with gout\n2. AF\n3. CKD 3",
        "Family:\n1. Father, 77M, AF\n2. Sister, 50F, gout",
    ],
)
def test_one_patient_with_lists_is_read(tmp_path: Path, text: str) -> None:
    assert refused(tmp_path, text) is None


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("Patient: Owen Tate Sr., gout", "Patient: Owen Tate Jr., digoxin", True),
        ("Patient: Owen Tate II, gout", "Patient: Owen Tate III, digoxin", True),
        (record("Sr"), record("III"), True),
        (record("Sr"), "Patient: Owen Tate Jr\nDigoxin.", True),
        ("Twin A of Rossi, 2 kg. Gentamicin.", "Twin B of Rossi, 2 kg. Ampicillin.", True),
        (record("Jr"), "Patient: Owen Tate II\nDigoxin.", False),
        (record("Jr."), "Patient: Owen Tate\nDigoxin.", False),
        ("Twin A of Rossi, 2 kg. Gentamicin.", "Twin A of Rossi. Ampicillin.", False),
    ],
)
def test_people_of_one_name(tmp_path: Path, one: str, other: str, apart: bool) -> None:
    assert (refused(tmp_path, one, other) is not None) is apart
