"""A note or a question about someone else than the record, by a name, a birth, a sex or a child."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from medrag.errors import PatientError
from medrag.patient import load

TODAY = date(2026, 11, 30)
FHIR = (
    '{"resourceType": "Patient", "id": "a", "name": [{"given": ["Ruth"], "family": "Lindqvist"}], "gender": "female",'
    ' "birthDate": "1952-06-11"}'
)


def refused(folder: Path, note: str | None = None, question: str = "") -> bool:
    record = folder / "record.json"
    record.write_text(FHIR)
    files = [record]
    if note:
        files.append(folder / "note.txt")
        files[-1].write_text(note + "\n")
    try:
        load(files, question=question, today=TODAY)
    except PatientError as error:
        assert error.code == "two_people"
        return True
    return False


@pytest.mark.parametrize(
    "note",
    [
        "Patient: Tom Baker\nGout.",
        "Patient: K. Novak\nGout",
        "Name - Elena Petrova\nDigoxin.",
        "Re: Elena Petrova, born 2 May 1971\nDear Dr Lindqvist, gout.",
        "Re: Mrs Elena Petrova\nShe takes digoxin.",
        "RE: Peter Novak\nGout",
        "Re: Mrs Okafor's digoxin",
        "Born: 1971-05-02. Gout.",
        "Elena Petrova is a 74-year-old woman with gout.",
        "Mrs Okafor denies chest pain.",
        "Ward round - PETROVA, ELENA - 11/20/2026\nGout.",
        "He takes digoxin. His pulse is 60.",
        "This gentleman has gout.",
        "The patient is a man with gout.",
        "We reviewed Birgit Lindqvist today. She takes digoxin.",
        "Phone call from Tomasz Wrona re: his digoxin.",
        "Saoirse Brennan attended with gout.",
        "Brennan, Saoirse (F) 02/05/1971\nDigoxin.",
    ],
)
def test_a_note_about_someone_else_is_refused(tmp_path: Path, note: str) -> None:
    assert refused(tmp_path, note)


@pytest.mark.parametrize(
    "note",
    [
        "Patient: Ruth Lindqvist\nGout",
        "Patient: R. Lindqvist\nGout",
        "LINDQVIST, RUTH\nGout",
        "Ruth Lindqvist, born 11 June 1952. Gout.",
        "Mrs Lindqvist takes digoxin.",
        "Her husband, Mr Okafor, takes digoxin.",
        "Son says he gave her ibuprofen. He is worried.",
        "Patient: Stable, no pain",
        "Re: Ms Lindqvist's digoxin",
        "Re: Digoxin level",
        "Delivered a live male infant, born 12 Nov 1980.",
        "GOUT, ACUTE\nHTN",
        "I saw Ruth Lindqvist in clinic today.",
        "Call from Birgit Lindqvist, her daughter, about her digoxin.",
        "Reviewed Charcot Marie Tooth disease literature.",
        "cc: Mr Tomasz Wrona, FRCS. 74 years old, gout.",
    ],
)
def test_a_note_about_the_same_person_is_read(tmp_path: Path, note: str) -> None:
    assert not refused(tmp_path, note)


@pytest.mark.parametrize(
    ("question", "another"),
    [
        ("My 4-year-old daughter has otitis, which antibiotic?", True),
        ("Gentamicin dose for a 2.8 kg neonate?", True),
        ("Which dose for Elena Petrova, born 1971-05-02?", True),
        ("Can I give ibuprofen to my 9 month old baby?", True),
        ("Which antibiotic for cystitis?", False),
        ("What should Tomasz Wrona take for his gout?", True),
        ("Which diuretic for Mrs Ada Okafor?", True),
        ("For my patient Saoirse Brennan: which statin?", True),
        ("Which diuretic for Mrs Ruth Lindqvist?", False),
        ("What is the drug of choice for Charles Bonnet syndrome?", False),
        ("Should Guillain Barre be treated with steroids?", False),
        ("Her son had a reaction to penicillin; can she take amoxicillin?", False),
        ("My 6-year-old son has chickenpox, am I at risk?", False),
    ],
)
def test_a_question_about_someone_else_is_refused(tmp_path: Path, question: str, another: bool) -> None:
    assert refused(tmp_path, question=question) is another
