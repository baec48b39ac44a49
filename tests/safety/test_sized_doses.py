"""Doses by body weight or surface against limits that are not by either."""

from __future__ import annotations

import pytest

from tests.safety.test_dosing_kinds import verdicts

TALL = {"height_cm": 180}
CHILD = {"age_years": 5, "weight_kg": 18, "height_cm": 108}


@pytest.mark.parametrize(
    "advice", ["Ramipril 1 mg/kg daily.", "Citalopram 5 mg/kg once daily.", "Zolpidem 1 mg per kg at night."]
)
def test_a_dose_by_weight_is_held_to_a_limit_that_is_not(advice: str) -> None:
    assert verdicts(advice, "dose") == {"contraindicated"}
    assert verdicts(advice, "dose", weight_kg=None) == {"not_assessed"}


@pytest.mark.parametrize(
    "advice",
    ["Gentamicin 5 mg/kg IV once daily.", "Enoxaparin 1 mg/kg SC twice daily.", "Prednisolone 1 mg/kg daily."],
)
def test_a_usual_dose_by_weight_stays_unflagged(advice: str) -> None:
    assert verdicts(advice, "dose") == set()


def test_a_cap_in_the_text_holds_a_dose_by_weight() -> None:
    assert verdicts("Paracetamol 20 mg/kg, maximum 1 g, single dose.", "dose", weight_kg=120) == set()


def test_a_slight_excess_by_weight_only_warns() -> None:
    assert verdicts("Vancomycin 25 mg/kg IV loading dose.", "dose", weight_kg=130) == {"warning"}


@pytest.mark.parametrize(
    "advice", ["Epirubicin 900 mg/m2 IV.", "Oxaliplatin 850 mg/m2 IV.", "Doxorubicin 600mg/m² IV."]
)
def test_a_dose_by_surface_is_held_to_a_limit(advice: str) -> None:
    assert verdicts(advice, "dose", **TALL) == {"contraindicated"}
    assert verdicts(advice, "dose") == {"contraindicated"}


@pytest.mark.parametrize("advice", ["Docetaxel 75 mg/m2 IV.", "Capecitabine 1250 mg/m2 twice daily for 14 days."])
def test_a_usual_dose_by_surface_stays_unflagged(advice: str) -> None:
    assert verdicts(advice, "dose", **TALL) == set()


def test_a_child_has_no_typical_surface() -> None:
    assert verdicts("Aciclovir 4000 mg/m2 IV.", "dose", **CHILD) == {"contraindicated"}
    assert verdicts("Aciclovir 500 mg/m2 IV.", "dose", **CHILD | {"height_cm": None}) == {"not_assessed"}
