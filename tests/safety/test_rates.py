"""How fast a dose is injected or infused."""

from typing import Any

import pytest

from medrag.safety.check_cases import check_advice
from medrag.types import Patient

ADULT = Patient.model_validate(
    {
        "age_years": 55,
        "sex": "male",
        "weight_kg": 80,
        "no_known_allergies": True,
        "conditions": [],
        "medications": [],
        "observations": [{"display": "eGFR", "value": 90, "unit": "mL/min/1.73m2"}],
    }
)


def findings(advice: str) -> list[Any]:
    return [each for each in check_advice("1", ADULT, advice)["findings"] if each["check"] == "dose"]


@pytest.mark.parametrize(
    "advice",
    [
        "Run potassium chloride at 90 mmol/hour.",
        "Potassium chloride 55 mmol/h by peripheral vein.",
        "Potassium chloride 40 mmol in 100 mL at 150 mL/h.",
        "Furosemide 250 mg IV over 3 minutes.",
        "Phenytoin 1 g IV over 5 minutes.",
        "Vancomycin 2 g IV over 10 minutes.",
        "Magnesium sulfate 6 g IV within 2 minutes.",
        "Noradrenaline 4 mg in 50 mL at 200 mL/h.",
        "Insulin 50 units in 50 mL sodium chloride, run at 100 mL/h.",
        "Heparin at 20,000 units/h.",
        "Methylprednisolone 1 g IV over 3 minutes.",
        "Digoxin 1 mg IV over 5 minutes.",
    ],
)
def test_too_fast_by_far_is_withheld(advice: str) -> None:
    found = [each for each in findings(advice) if each["code"] == "dose.too_fast"]
    assert [each["severity"] for each in found] == ["contraindicated"]


@pytest.mark.parametrize(
    "advice",
    [
        "Furosemide 40 mg IV over 2 minutes.",
        "Potassium chloride 20 mmol over 2 hours via a peripheral vein.",
        "Potassium chloride 40 mmol in 500 mL at 125 mL/h.",
        "Phenytoin 1.5 g IV at 50 mg/min.",
        "Amiodarone 300 mg IV over 30 minutes.",
        "Magnesium sulfate 2 g IV over 20 minutes.",
        "Insulin 50 units in 50 mL sodium chloride, run at 6 mL/h.",
        "Calcium gluconate 10% 30 mL IV over 10 minutes.",
        "30 mL calcium gluconate 10% IV over 10 minutes.",
        "Fentanyl 25 micrograms/hour.",
        "Piperacillin/tazobactam 4.5 g IV over 30 minutes.",
    ],
)
def test_a_rate_within_what_is_known_is_assessed(advice: str) -> None:
    assert {each["verdict"] for each in findings(advice)} == {"pass"}


@pytest.mark.parametrize(
    "advice",
    [
        "Cefoxitin 2 g IV over 10 seconds.",
        "Give cisplatin 100 mg over 10 minutes.",
        "Esketamine 10 mg/h.",
        "Metformin at 100 mg/hour.",
        "Infuse heparin at 50 mL/h.",
    ],
)
def test_a_rate_of_which_nothing_is_known_is_not_assessed(advice: str) -> None:
    assert "not_assessed" in {each["verdict"] for each in findings(advice)}
