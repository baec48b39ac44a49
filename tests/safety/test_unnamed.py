"""Treatments that are named by what they are for: which of them is meant, nobody says."""

from typing import Any

import pytest

from medrag.safety.check_cases import check_advice
from medrag.types import Patient

PREGNANT = {"age_years": 31, "sex": "female", "pregnant": True, "conditions": [], "no_known_allergies": True}


def verdict(advice: str, medications: list[str]) -> str:
    patient: dict[str, Any] = {**PREGNANT, "medications": medications}
    return str(check_advice("1", Patient.model_validate(patient), advice)["verdict"])


@pytest.mark.parametrize(
    "advice",
    [
        "Pills for blood pressure each morning.",
        "Give her BP medicine.",
        "Sleep medication at night.",
        "Lipid tablets with supper.",
        "Angina pills as needed.",
        "Let her take fluid tablets.",
        "Thyroid pills.",
        "Start a seizure medication.",
    ],
)
def test_a_treatment_that_is_not_named_is_not_assessed(advice: str) -> None:
    assert verdict(advice, []) == "not_assessed"


@pytest.mark.parametrize(
    ("advice", "medications"),
    [
        ("Continue the blood pressure tablets.", ["labetalol 100 mg twice daily"]),
        ("Start a blood pressure tablet, labetalol 100 mg twice daily.", []),
        ("Carry on with the thyroid tablets.", ["levothyroxine 100 mcg"]),
    ],
)
def test_one_that_advice_or_record_names_is_checked(advice: str, medications: list[str]) -> None:
    assert verdict(advice, medications) == "pass"


def test_a_class_is_harmful_where_each_of_its_drugs_is() -> None:
    assert verdict("Start a vit K antagonist.", []) == "withhold"


@pytest.mark.parametrize(
    ("advice", "told"),
    [
        ("Statins (simvastatin, atorvastatin, rosuvastatin) lower cholesterol.", False),
        ("An ACE inhibitor (ramipril, lisinopril) is the usual start.", False),
        ("DOACs (edoxaban, dabigatran) need no INR.", False),
        ("Any SSRI: sertraline, citalopram.", False),
        ("Give both DOACs (edoxaban, dabigatran).", True),
        ("DOACs (edoxaban plus dabigatran).", True),
        ("DOACs (edoxaban 60 mg, dabigatran 150 mg).", True),
        ("Start DOACs (edoxaban, dabigatran) together.", True),
        ("Start DOACs: edoxaban, dabigatran.", True),
    ],
)
def test_examples_of_a_class_are_alternatives(advice: str, told: bool) -> None:
    patient = Patient(age_years=60, sex="male", medications=(), conditions=(), allergies=())
    findings = check_advice("1", patient, advice)["findings"]
    twice = [each for each in findings if each["check"] == "duplication" and each["verdict"] == "fail"]
    assert bool(twice) is told
