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
