"""Sentences for patients in another state are left out, over sentences labelled before their reader was written."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from medrag.knowledge import load
from medrag.safety.consultation import Consultation
from medrag.types import Evidence, Passage, Patient, Sentence
from tests.safety.test_limits_of_patients import record

LABELLED = Path(__file__).with_name("states_of_patients.csv")
ENOUGH = 80
LEAST_LEFT_OUT = 0.85


def labelled() -> list[dict[str, str]]:
    lines = [line for line in LABELLED.read_text("utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def patient(words: str) -> Patient:
    """The patient that "54 f; pregnant; allergic to codeine; takes warfarin; heart failure" describes."""
    person, *facts = words.split("; ")
    marks = ("pregnant", "allergic to ", "takes ", "type ")
    found: dict[str, Any] = record("; ".join([person, *(each for each in facts if not each.startswith(marks))]))
    found["conditions"] += [each for each in facts if each.startswith("type ")]
    found = {name: value for name, value in found.items() if value}
    if "pregnant" in facts:
        found["pregnant"] = True
    for mark, name in (("allergic to ", "allergies"), ("takes ", "medications")):
        if held := [{"display": each.removeprefix(mark)} for each in facts if each.startswith(mark)]:
            found[name] = held
    return Patient(**found)


def left_out(row: dict[str, str]) -> bool:
    """Whether the row's sentence is not among the choices of its patient."""
    text = row["sentence"]
    passage = Passage(id="p", doc_id="d", title="t", text=text, sentences=(Sentence(start=0, end=len(text)),))
    evidence = (Evidence(number=1, passage=passage, score=1.0),)
    asked = Consultation(patient(row["patient"]), row["question"], load(), evidence=evidence)
    return not asked.choices().pointers


def test_only_sentences_for_others_are_left_out() -> None:
    rows = labelled()
    assert len(rows) >= ENOUGH
    others = [row for row in rows if row["label"] == "other"]
    lost = [row for row in rows if row["label"] != "other" and left_out(row)]
    kept = [row for row in others if not left_out(row)]
    assert not lost
    assert 1 - len(kept) / len(others) >= LEAST_LEFT_OUT, kept


@pytest.mark.parametrize(
    ("label", "patient", "question", "sentence"),
    [
        (
            "other",
            "60 m; unprovoked deep vein thrombosis 4 months ago",
            "stop or carry on?",
            "In deep vein thrombosis provoked by surgery, stop anticoagulation after 3 months.",
        ),
        (
            "other",
            "48 f; hypothyroidism",
            "which dose?",
            "In older people or people with coronary disease and hypothyroidism, start levothyroxine at 25 micrograms.",
        ),
        (
            "fits",
            "78 f; hypothyroidism",
            "which dose?",
            "In older people or people with coronary disease and hypothyroidism, start levothyroxine at 25 micrograms.",
        ),
        (
            "other",
            "70 m; stable angina; takes warfarin",
            "which antiplatelet?",
            "In stable angina without an indication for anticoagulation, give aspirin 75 mg once daily.",
        ),
        (
            "fits",
            "70 m; stable angina; takes bisoprolol",
            "which antiplatelet?",
            "In stable angina without an indication for anticoagulation, give aspirin 75 mg once daily.",
        ),
        (
            "other",
            "66 m; COPD",
            "Eos 70, exacerbating on triple therapy, add what?",
            "In COPD with blood eosinophils >=300 cells per microlitre, add dupilumab.",
        ),
    ],
)  # fmt: skip
def test_lasting_states_kinds_of_people_and_drugs_taken(label: str, patient: str, question: str, sentence: str) -> None:
    row = {"label": label, "patient": patient, "question": question, "sentence": sentence}
    assert left_out(row) is (label == "other")
