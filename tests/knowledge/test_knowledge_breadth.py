"""How much the knowledge covers, and that what it covers is found from a record's own words."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from medrag.knowledge import load
from medrag.safety.check_cases import check_advice
from medrag.types import Patient

KNOWLEDGE = load()
PAIRS = list(csv.DictReader((Path(__file__).parent / "prescribing_pairs.csv").open(encoding="utf-8")))
KIDNEY = ("renal", "kidney", "dialysis", "anuria")
UNRELATED = "osteoarthritis of the knee"


def share(known: Callable[[str], bool], drugs: list[str]) -> float:
    return sum(map(known, drugs)) / len(drugs)


def verdict(advised: str, conditions: list[str], medications: list[str]) -> str:
    kidney = any(word in text for text in conditions for word in KIDNEY)
    normal = [{"display": "eGFR", "value": 90, "unit": "mL/min/1.73m2"}]
    patient = Patient.model_validate(
        {
            "age_years": 55,
            "sex": "male",
            "no_known_allergies": True,
            "conditions": conditions,
            "medications": medications,
            "observations": [] if kidney else normal,
        }
    )
    return str(check_advice("pair", patient, f"Start {advised}.")["verdict"])


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair['advised']} with {pair['has']}")
def test_a_label_s_contraindication_or_interaction_is_caught(pair: dict[str, str]) -> None:
    conditions = [pair["has"]] if pair["kind"] == "condition" else ["hypertension"]
    medications = [pair["has"]] if pair["kind"] == "drug" else []
    assert verdict(pair["advised"], conditions, medications) in ("withhold", "warn")


def test_the_same_drugs_are_not_withheld_for_an_unrelated_condition() -> None:
    advised = sorted({pair["advised"] for pair in PAIRS if pair["kind"] == "condition"})
    assert [drug for drug in advised if verdict(drug, [UNRELATED], []) == "withhold"] == []


def test_most_ingredients_with_facts_are_known_to_both_checks() -> None:
    """The vocabulary also has names without any fact, so that advice of them is not assessed under its own name.

    By which routes a drug is given tells nothing of what the two checks look for.
    """
    with_facts = [drug for drug in KNOWLEDGE.drugs if {kind for kind, _ in KNOWLEDGE.facts(drug)} - {"licensed_routes"}]
    assert len(with_facts) > 1300
    assert share(KNOWLEDGE.interactions_known, with_facts) > 0.92
    assert share(KNOWLEDGE.contraindications_known, with_facts) > 0.89


def test_nearly_every_ingredient_with_a_dose_limit_is_known_to_both_checks() -> None:
    """Of the others the dose is judged, and their interactions or contraindications are *not assessed*."""
    dosed = [drug for drug in KNOWLEDGE.drugs if KNOWLEDGE.limits(drug)]
    assert share(KNOWLEDGE.interactions_known, dosed) > 0.93
    assert share(KNOWLEDGE.contraindications_known, dosed) > 0.92


def test_reviewed_and_ruled_are_told_apart() -> None:
    """An ingredient is either reviewed and found clean, or has a rule: both at once is a mistake in one of them."""
    ruled = {name for rule in KNOWLEDGE.rules.contraindications for name in KNOWLEDGE.expand(rule.drugs)}
    assert ruled & KNOWLEDGE.no_contraindications == frozenset()
    unknown = KNOWLEDGE.drugs.keys() - ruled - KNOWLEDGE.no_contraindications
    assert unknown
    assert not any(map(KNOWLEDGE.contraindications_known, unknown))


def test_every_condition_of_a_rule_can_be_established() -> None:
    named = {name for rule in KNOWLEDGE.rules.contraindications for name in (*rule.conditions, *rule.unless)}
    named |= {name for rule in KNOWLEDGE.rules.ages for name in rule.conditions}
    assert named <= {meaning.condition for meanings in KNOWLEDGE.phrases.values() for meaning in meanings}


def test_icd10_prefixes_are_well_formed() -> None:
    import re

    for name, concept in KNOWLEDGE.conditions.items():
        assert all(re.fullmatch(r"[A-Z]\d[\dA-Z](?:\.[\dA-Z]{1,4})?", code) for code in concept.icd10), name
        assert all(re.fullmatch(r"[1-9]\d{5,17}", code) for code in concept.snomed), name
