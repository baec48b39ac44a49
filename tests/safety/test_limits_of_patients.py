"""How limits stand for patients, over sentences and patients labelled by someone who had not seen the reader."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

from medrag.knowledge import load
from medrag.patient import from_json
from medrag.patient.view import view
from medrag.safety.limits import standing
from tests.patient.records import TODAY

LABELLED = Path(__file__).with_name("limits_of_patients.csv")
ENOUGH = 200
LEAST_RIGHT = 0.9
WORDS = {True: "met", False: "not met", None: "unknown"}
_MEASURED = re.compile(r"(.+?) (-?[\d.]+) (\S+)")


def labelled() -> list[tuple[str, str, str]]:
    """Each label, patient and sentence."""
    lines = [line for line in LABELLED.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [(row["label"], row["patient"], row["sentence"]) for row in csv.DictReader(lines)]


def record(words: str) -> dict[str, Any]:
    """The patient that "54 f; potassium 5.3 mmol/L; heart failure" describes."""
    person, *facts = words.split("; ")
    *age, sex = person.split()
    found: dict[str, Any] = {"conditions": [], "medications": [], "observations": []}
    found |= {"age_years": int(age[0])} if age else {}
    found["sex"] = {"f": "female", "m": "male"}[sex]
    for fact in facts:
        if measured := _MEASURED.fullmatch(fact):
            display, value, unit = measured.groups()
            found["observations"].append({"display": display, "value": float(value), "unit": unit})
        elif ": " in fact:
            display, text = fact.split(": ")
            found["observations"].append({"display": display, "value": text})
        else:
            found["conditions"].append(fact)
    return found


def stands(patient: str, sentence: str) -> str:
    """How the sentence's limits stand, in the words of the labels."""
    read = from_json(record(patient), TODAY)
    held = standing(sentence, view(read, read, load()))
    return WORDS[held.met] if held else "none"


def wrong() -> list[tuple[int, str, str, str, str]]:
    """The cases that come out otherwise: number, label, what came out, patient, sentence."""
    found = ((n, label, stands(patient, text), patient, text) for n, (label, patient, text) in enumerate(labelled()))
    return [each for each in found if each[1] != each[2]]


def test_limits_stand_as_labelled() -> None:
    cases = labelled()
    assert len(cases) >= ENOUGH
    missed = wrong()
    assert 1 - len(missed) / len(cases) >= LEAST_RIGHT, missed
