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


def verdict(condition: str, advice: str) -> str:
    """The verdict on ``advice`` for an adult with ``condition``."""
    patient = ADULT.model_copy(update={"no_known_allergies": True})
    had = Patient.model_validate({**patient.model_dump(exclude_unset=True), "conditions": [condition]})
    return str(check_advice("1", had, advice)["verdict"])


@pytest.mark.parametrize(
    ("condition", "advice"),
    [
        ("asthma", "Timolol 0.5% gel-forming solution, one drop each morning."),
        ("complete heart block", "Start timolol ophthalmic gel-forming drops."),
        ("COPD", "Timolol gel 0.25% to the right eye at night."),
        ("asthma", "Carteolol 1% both eyes twice daily."),
        ("asthma", "Apply timolol 0.5% gel to the haemangioma twice daily."),
        ("emphysema", "Afrezza 8 units with breakfast."),
        ("asthma", "Inhaled insulin 4 units with each meal."),
        ("burst eardrum", "Tobramycin ear drops three times daily."),
        ("tympanic membrane perforation", "Neomycin drops to the left ear for a week."),
    ],
)
def test_what_a_drop_or_an_inhaler_does_to_the_rest_of_the_patient_is_told(condition: str, advice: str) -> None:
    assert verdict(condition, advice) == "withhold"


@pytest.mark.parametrize(
    ("condition", "advice"),
    [
        ("glaucoma", "Timolol 0.5% gel-forming drops each morning."),
        ("asthma", "Latanoprost 0.005% both eyes at night."),
        ("COPD", "Insulin glargine 10 units at night."),
        ("type 2 diabetes", "Afrezza 8 units with breakfast."),
        ("perforated eardrum", "Ciprofloxacin ear drops twice daily."),
        ("perforated eardrum", "Gentamicin eye drops four times daily."),
        ("otitis externa", "Gentamicin ear drops three times daily."),
    ],
)
def test_drops_and_inhalers_that_do_no_harm_are_released(condition: str, advice: str) -> None:
    assert verdict(condition, advice) != "withhold"
