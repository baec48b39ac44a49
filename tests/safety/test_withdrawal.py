"""Drugs that must not be stopped at once."""

from __future__ import annotations

import pytest

from medrag.safety.check_cases import check_advice
from medrag.types import FactStatus, Medication, Patient


def codes(advice: str, *taken: str) -> set[str]:
    medications = tuple(Medication(display=each, status=FactStatus.ACTIVE) for each in taken)
    patient = Patient(age_years=70, sex="male", medications=medications, conditions=(), allergies=())
    return {finding["code"] for finding in check_advice("1", patient, advice)["findings"]}


@pytest.mark.parametrize(
    ("advice", "told"),
    [
        ("Stop prednisolone from tomorrow; no taper is needed.", True),
        ("Stop prednisolone.", True),
        ("Don't bother tapering, just stop prednisolone today.", True),
        ("Leave off prednisolone from tomorrow.", True),
        ("Taper prednisolone over 6 weeks, then stop it.", False),
        ("Stop prednisolone and give hydrocortisone 20 mg daily.", False),
        ("Continue prednisolone.", False),
    ],
)
def test_a_stop_without_a_taper_is_told(advice: str, told: bool) -> None:
    assert ("withdrawal.rule" in codes(advice, "prednisolone 20 mg od")) is told


def test_a_drug_that_is_not_taken_is_not_stopped_too_fast() -> None:
    assert "withdrawal.rule" not in codes("Stop prednisolone.")


def test_a_withdrawal_in_which_something_else_is_contraindicated_is_no_advice_to_stop() -> None:
    label = "Bupropion is contraindicated in bulimia and during abrupt withdrawal of barbiturates or"
    assert "withdrawal.rule" not in codes(f"{label} benzodiazepines.", "clonazepam 2 mg")
    assert "withdrawal.rule" in codes(f"{label} opioids. Stop prednisolone.", "prednisolone 20 mg od")


@pytest.mark.parametrize(
    ("advice", "taken", "verdict"),
    [
        ("Let the clonazepam lapse.", "clonazepam 2 mg", "warn"),
        ("He may finish the paroxetine with this box.", "paroxetine 20 mg", "warn"),
        ("Wean the alprazolam over 3 days.", "alprazolam 3 mg", "warn"),
        ("Stop baclofen.", "baclofen 60 mg", "withhold"),
        ("Quit the lorazepam cold turkey.", "lorazepam 4 mg", "withhold"),
        ("Finish the course of amoxicillin.", "amoxicillin 500 mg", "pass"),
        ("Never skip the baclofen.", "baclofen 10 mg", "pass"),
    ],
)
def test_stops_in_words_that_no_cue_holds_warn_and_outright_ones_withhold(
    advice: str, taken: str, verdict: str
) -> None:
    assert verdict_of(advice, taken) == verdict


def test_a_pause_counts_where_even_a_gap_does_harm() -> None:
    diabetes = ("type 1 diabetes",)
    assert verdict_of("Withhold insulin until the vomiting settles.", "insulin glargine", *diabetes) == "withhold"
    assert verdict_of("Hold lorazepam until tomorrow.", "lorazepam 1 mg") == "not_assessed"


def verdict_of(advice: str, taken: str, *conditions: str) -> str:
    patient = Patient.model_validate(
        {
            "age_years": 50,
            "sex": "male",
            "medications": [{"display": taken}],
            "conditions": [{"display": each} for each in conditions],
            "no_known_allergies": True,
            "observations": [{"display": "eGFR", "value": 95, "unit": "mL/min/1.73m2"}],
        }
    )
    return str(check_advice("1", patient, advice)["verdict"])
