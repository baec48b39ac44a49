"""How a drug is given, besides its route."""

import pytest

from medrag.safety.check_cases import check_advice
from medrag.types import Patient

ADULT = Patient(age_years=50, sex="male", weight_kg=80, medications=(), conditions=(), allergies=())


@pytest.mark.parametrize(
    ("advice", "told"),
    [
        ("Give 60 units of Humulin R U-500 under the skin, drawn up in a U-100 syringe.", "fail"),
        ("Draw Humulin R U-500 up in an ordinary insulin syringe to the 60 mark.", "fail"),
        ("Never draw up U-500 insulin in a U-100 syringe.", None),
        ("Give Lantus 20 units with an ordinary insulin syringe.", None),
        ("Apply clobetasol cream to the whole body under cling film twice daily.", "not_assessed"),
        ("Apply lidocaine cream to both legs before the laser.", "not_assessed"),
        ("Apply clobetasol cream to the elbow twice daily.", None),
        ("Apply permethrin cream from the neck down, again in a week.", None),
    ],
)
def test_a_wrong_syringe_and_much_of_the_skin_are_told(advice: str, told: str | None) -> None:
    found = {each["verdict"] for each in check_advice("1", ADULT, advice)["findings"] if each["check"] == "route"}
    assert found == ({told} if told else set())
