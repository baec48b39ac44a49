"""A Chinese reader meets no English but units, names, codes and what is quoted: whatever the code can say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

import pytest

from medrag.knowledge import load
from medrag.messages import FACTS, catalogue, formula, phrase
from medrag.patient.measures.calculation import compute
from medrag.patient.measures.calculators import calculators
from medrag.types import Patient
from tests.told import english, told

CJK = re.compile(r"[\u4e00-\u9fff]")
ROUTES = re.compile("command|cli|doctor|curation|client|retrieval/store|__main__")
"""Code whose errors only who runs the service reads, on a command line."""


def in_chinese(kind: str, texts: Iterable[str]) -> list[str]:
    """They, in Chinese; the values in them are numbers."""
    return [phrase(kind, text.replace("{}", "42"), "zh") for text in texts]


def test_templates() -> None:
    words = catalogue("zh")
    written = [*words.sentences.values(), *words.text.values(), *words.names.values(), *words.vocabulary.values()]
    terms = [said for name, each in words.terms.items() if name not in ("source", "reason") for said in each.values()]
    phrases = [said for each in words.phrases.values() for _, said in each]
    assert english(re.sub(r"\{\w*(?::\w+)?\}", "", each) for each in (*written, *terms, *phrases)) == {}


@pytest.mark.parametrize(
    ("kind", "calls", "argument", "place"),
    [
        ("problem", {"Problem"}, "reason", None),
        ("problem", {"report", "_cut"}, "reason", 1),
        ("problem", {"InputError", "PatientError", "Untrusted", "Busy"}, "message", 0),
        ("problem", {"Failure"}, "message", 1),
        ("input", {"Unavailable", "UnitError"}, "message", 0),
    ],
    ids=lambda each: next(iter(sorted(each))) if isinstance(each, set) else str(each),
)
def test_faults(kind: str, calls: set[str], argument: str, place: int | None) -> None:
    """What the code writes as a fault of a record, an error, or why a value is not computed."""
    said = {text for where, text in told(frozenset(calls), argument, place) if not ROUTES.search(where)} - {"{}"}
    assert len(said) > 2
    assert english(in_chinese(kind, said)) == {}


def test_scores() -> None:
    every = calculators(load()).values()
    keys = {key.replace("_", " ") for each in every for key in (*each.needs, *each.excludes)}
    shown = {said for each in every for said in (each.population, each.formula, *each.means.values()) if said}
    assert english(in_chinese("input", keys)) == {}
    assert english(formula(each.title, "zh") for each in every) == {}
    assert english(in_chinese("score", shown)) == {}


def test_what_is_known_of_a_patient() -> None:
    knowledge = load()
    named = [*knowledge.classes, *knowledge.conditions, *knowledge.measurements, *knowledge.allergens, *knowledge.drugs]
    left = [each for each in named if phrase("note", each.replace("_", " "), "zh") == each.replace("_", " ")]
    assert left == []
    entries = (entry for drug in knowledge.drugs for entry in knowledge.pgx.entries(drug))
    results = {f"{gene} {key}" for entry in entries for gene, key in entry.keys.items()}
    worded = in_chinese("note", (each for each in results if re.search(r" [A-Za-z]|itive|ative", each)))
    assert [each for each in worded if not CJK.search(each)] == []


@pytest.mark.parametrize("conditions", [[], ["hypertension", "atrial fibrillation"]])
def test_inputs_and_refusals(conditions: list[str]) -> None:
    """Of every score for a patient of whom little is known, and of one of whom more is."""
    known = {"age_years": 70, "sex": "female", "weight_kg": 60, "height_cm": 160} if conditions else {}
    labs = [{"display": "creatinine", "value": 1.2, "unit": "mg/dL", "date": "2026-11-30"}] if conditions else []
    ill = Patient.model_validate(
        {"conditions": conditions, "medications": ["ibuprofen"], "observations": labs, **known}
    )
    found = [compute(name, ill, date(2026, 12, 1), load()) for name in calculators(load())]
    keys = {key.replace("_", " ") for each in found for key in (*each.inputs, *each.refused)}
    assert english(in_chinese("input", keys | {why for each in found for why in each.refused.values()})) == {}


@pytest.mark.parametrize(
    "said",
    [
        "potassium 5.7 mmol/L",
        "age 82",
        "female",
        "pregnancy at 12 weeks",
        "woman of childbearing age",
        "Child-Pugh score 8",
        "no allergies",
        "penicillin (anaphylaxis)",
        "antihypertensive",
    ],
)
def test_facts(said: str) -> None:
    assert english(in_chinese("note", [said])) == {}


def test_values_that_are_facts_are_said_as_such() -> None:
    placed = {name for template in catalogue("zh").sentences.values() for name in re.findall(r"\{(\w+)\}", template)}
    assert set(FACTS) <= placed
