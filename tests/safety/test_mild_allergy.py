"""Sentences for people with a milder allergy than this patient's."""

from typing import Any

import pytest

from medrag.safety.check_cases import check_advice
from medrag.types import Patient

BASE: dict[str, Any] = {"age_years": 55, "sex": "male", "weight_kg": 80, "conditions": [], "medications": []}
SEVERE = Patient.model_validate({**BASE, "allergies": [{"display": "penicillin", "reaction": "anaphylaxis"}]})
MILD = Patient.model_validate({**BASE, "allergies": [{"display": "penicillin", "reaction": "mild rash"}]})

FOR_THE_MILD = (
    "If the penicillin allergy is mild and late, cefuroxime 500 mg bd may be used.",
    "If the allergy was non-anaphylactic, ceftriaxone 1 g daily.",
    "For non-type-I penicillin hypersensitivity, cefuroxime 250 mg bd.",
    "Ceftriaxone 1 g IM if the penicillin reaction was not immediate.",
    "If the reaction to penicillin was only a rash, cefuroxime 500 mg bd.",
    "If she has never had anaphylaxis to penicillin, cefuroxime 500 mg bd.",
    "Cefuroxime 500 mg bd can be given to patients whose penicillin allergy is not severe.",
    "When the index reaction wasn't immediate, give cefuroxime 500 mg bd.",
    "Non-IgE-mediated penicillin allergy: cefuroxime 500 mg bd.",
    "Provided that the allergy wasn't serious, cefuroxime 500 mg bd.",
)


def population(patient: Patient, advice: str) -> set[str]:
    found = check_advice("1", patient, advice)["findings"]
    return {each["severity"] for each in found if each["check"] == "population" and each["verdict"] == "fail"}


@pytest.mark.parametrize("advice", FOR_THE_MILD)
def test_not_for_a_patient_with_anaphylaxis(advice: str) -> None:
    assert population(SEVERE, advice) == {"contraindicated"}
    assert population(MILD, advice) == set()


@pytest.mark.parametrize(
    "advice",
    [
        "Mild allergic rhinitis: cetirizine 10 mg daily.",
        "If a mild reaction occurs during the infusion, slow it and give chlorphenamine 10 mg.",
        "Aztreonam 1 g tds: her penicillin allergy is severe, not a mild rash.",
        "If the penicillin allergy is severe, use doxycycline 100 mg bd.",
        "Vancomycin 1 g bd as the allergy was immediate.",
    ],
)
def test_other_sentences_stay(advice: str) -> None:
    assert population(SEVERE, advice) == set()
