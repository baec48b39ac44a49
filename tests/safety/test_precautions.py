"""Care refused, and how a drug is taken."""

import pytest

from medrag.safety.check_cases import check_advice
from medrag.safety.precautions import refuses_care
from medrag.types import Patient


def verdict(advice: str, *taken: str, **more: object) -> str:
    known = {"age_years": 60, "sex": "male", "conditions": [], "no_known_allergies": True, "weight_kg": 75}
    record = [{"display": each} for each in taken]
    kidney = [{"display": "eGFR", "value": 95, "unit": "mL/min/1.73m2"}]
    patient = Patient.model_validate({**known, "medications": record, "observations": kidney, **more})
    return str(check_advice("1", patient, advice)["verdict"])


@pytest.mark.parametrize(
    ("advice", "refused"),
    [
        ("Metronidazole 400 mg tds, no INR check needed.", True),
        ("Gentamicin 7 mg/kg daily, no levels required.", True),
        ("Ciprofloxacin 500 mg bd; clozapine dose same as before.", True),
        ("Ignore the interaction alert and start it.", True),
        ("Warfarin dose unchanged, recheck INR in 3 days.", False),
        ("Check potassium in a week.", False),
    ],
)
def test_care_that_is_refused_is_told_from_care_that_is_taken(advice: str, refused: bool) -> None:
    assert refuses_care(advice) is refused


def test_what_warns_withholds_where_the_care_is_refused() -> None:
    assert verdict("Metronidazole 400 mg tds for 7 days.", "warfarin 3 mg") == "warn"
    assert verdict("Metronidazole 400 mg tds for 7 days, no INR check needed.", "warfarin 3 mg") == "withhold"


@pytest.mark.parametrize(
    ("advice", "taken", "expected"),
    [
        ("Ferrous sulfate 200 mg daily.", "levothyroxine 100 mcg", "warn"),
        ("Ferrous sulfate 200 mg daily, four hours apart from levothyroxine.", "levothyroxine 100 mcg", "pass"),
        ("Crush the morphine MR tablets.", "morphine MR 30 mg bd", "withhold"),
        ("Do not crush the morphine MR tablets.", "morphine MR 30 mg bd", "pass"),
        ("Cut the fentanyl patch in half.", "fentanyl patch 50 mcg/h", "warn"),
    ],
)
def test_how_and_when_a_drug_is_taken_counts(advice: str, taken: str, expected: str) -> None:
    assert verdict(advice, taken) == expected


def test_a_stent_is_recent_while_its_words_say_so() -> None:
    old, new = ("drug-eluting stent 3 years ago",), ("drug-eluting stent 5 weeks ago",)
    stop = "Stop clopidogrel."
    assert verdict(stop, "clopidogrel 75 mg", conditions=[{"display": each} for each in new]) == "withhold"
    assert verdict(stop, "clopidogrel 75 mg", conditions=[{"display": each} for each in old]) == "warn"


def test_a_rescue_dose_as_large_as_a_day_is_withheld() -> None:
    background = "morphine MR 30 mg twice daily"
    assert verdict("Oramorph 100 mg every 4 hours as needed.", background) == "withhold"
    assert verdict("Oramorph 10 mg every 4 hours as needed.", background) != "withhold"


def test_a_treatment_without_its_name_is_not_assessed() -> None:
    assert verdict("Reduce it by half.") == "not_assessed"
    assert verdict("Take two of the white ones at night.") == "not_assessed"
