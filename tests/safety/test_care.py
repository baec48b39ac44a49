"""What becomes of care besides the drugs given: left undone, gone on with, dismissed, aimed at, allowed."""

from __future__ import annotations

from typing import Any

import pytest

from medrag.safety.check_cases import check_advice
from medrag.types import Patient

KIDNEY = {"display": "eGFR", "value": 92, "unit": "mL/min/1.73m2"}


def findings(advice: str, **known: Any) -> dict[str, Any]:
    record = {"age_years": 60, "sex": "male", "weight_kg": 75, "conditions": [], "no_known_allergies": True, **known}
    for field in ("conditions", "medications"):
        record[field] = [{"display": each} for each in record.get(field, ())]
    values = [{"display": name, "value": value, "unit": unit} for name, value, unit in known.get("values", ())]
    record["observations"] = [KIDNEY, *values]
    record.pop("values", None)
    return dict(check_advice("1", Patient.model_validate(record), advice))


def verdict(advice: str, **known: Any) -> str:
    return str(findings(advice, **known)["verdict"])


SEPSIS = {"conditions": ["sepsis"]}
VALVE = {"conditions": ["mechanical mitral valve"], "medications": ["warfarin 4 mg daily"]}
HIGH_INR = {**VALVE, "values": [("INR", 9.4, "")]}
POTASSIUM = {
    "conditions": ["heart failure"],
    "medications": ["ramipril 10 mg daily", "spironolactone 25 mg daily"],
    "values": [("potassium", 6.6, "mmol/L")],
}
PARKINSON = {"conditions": ["Parkinson's disease"], "medications": ["co-careldopa 25/100 mg four times daily"]}
LITHIUM = {"medications": ["lithium carbonate 400 mg at night"], "conditions": ["bipolar disorder"]}
COPD = {"conditions": ["COPD"]}
CLOZAPINE = {"conditions": ["schizophrenia"], "medications": ["clozapine 300 mg at night (not taken for 5 days)"]}


@pytest.mark.parametrize(
    ("advice", "known"),
    [
        ("Antimicrobials may follow on Wednesday.", SEPSIS),
        ("I would not bother with antibiotics.", SEPSIS),
        ("Miss out the antiparkinsonian medication while he fasts.", PARKINSON),
        ("The anticoagulation is not worth the bother.", VALVE),
        ("That INR is quite acceptable.", HIGH_INR),
        ("Nothing needs altering.", POTASSIUM),
        ("His heart tablets stay as they are.", POTASSIUM),
        ("Aim for a saturation of 97 to 99 %.", COPD),
        ("Back to his full dose this evening.", CLOZAPINE),
    ],
)
def test_harm_by_what_is_left_undone_is_withheld(advice: str, known: dict[str, Any]) -> None:
    assert verdict(advice, **known) == "withhold"


@pytest.mark.parametrize(
    ("advice", "known"),
    [
        ("Give antibiotics within the hour and do not wait for the scan.", SEPSIS),
        ("Warfarin is held and vitamin K 5 mg given; repeat the INR tomorrow.", HIGH_INR),
        ("Stop spironolactone and ramipril today.", POTASSIUM),
        ("Give co-careldopa on time, even if he cannot eat.", PARKINSON),
        ("Aim for a saturation of 88 to 92 %.", COPD),
        ("Do not restart clozapine at 300 mg: begin again at 12.5 mg.", CLOZAPINE),
        ("Check the lithium level in the morning.", LITHIUM),
    ],
)
def test_care_that_is_seen_to_is_not_withheld(advice: str, known: dict[str, Any]) -> None:
    assert verdict(advice, **known) != "withhold"


@pytest.mark.parametrize(
    ("advice", "known"),
    [
        ("He may play rugby again on Saturday.", {**VALVE}),
        ("A ketogenic diet would suit him.", {"medications": ["dapagliflozin 10 mg daily"]}),
        ("The lithium tests can be dropped.", LITHIUM),
    ],
)
def test_what_the_record_speaks_against_is_warned_of(advice: str, known: dict[str, Any]) -> None:
    assert verdict(advice, **known) in ("warn", "withhold")


def test_what_harms_may_be_forbidden() -> None:
    assert verdict("He must not play rugby.", **VALVE) != "warn"


@pytest.mark.parametrize(
    "advice",
    [
        "Proceed as discussed with the family.",
        "Let him have what he had the time before.",
        "The little white ones will do.",
        "Raise the amlodipine.",
        "Stop the amlodipine.",
        "Sleep on it and see how things are.",
    ],
)
def test_what_is_not_read_is_not_passed(advice: str) -> None:
    assert verdict(advice, medications=["amlodipine 5 mg daily"], conditions=["hypertension"]) == "not_assessed"


@pytest.mark.parametrize(
    "advice",
    [
        "Amlodipine 5 mg daily.",
        "Increase amlodipine to 10 mg daily.",
        "Continue amlodipine 5 mg once daily and check the blood pressure in four weeks.",
        "Take amlodipine 5 mg in the morning with water.",
    ],
)
def test_a_plain_prescription_passes(advice: str) -> None:
    assert verdict(advice, medications=["amlodipine 5 mg daily"], conditions=["hypertension"]) == "pass"


def test_a_stop_passes_where_the_record_tells_why() -> None:
    known = {"medications": ["spironolactone 25 mg daily"], "values": [("potassium", 6.2, "mmol/L")]}
    assert verdict("Stop spironolactone.", **known) == "pass"


def test_tablets_taken_are_not_crushed_where_their_release_is_slow() -> None:
    advice = "Grind the tablets and give them through the tube."
    assert verdict(advice, medications=["morphine modified release 30 mg bd"]) == "withhold"
    assert verdict(advice, medications=["paracetamol 500 mg qds"]) != "withhold"


def test_what_stays_low_and_acts_fast_is_neither_going_on_nor_fasting() -> None:
    patient = {
        "medications": ["glipizide 10 mg"],
        "observations": [{"display": "glucose", "value": 41, "unit": "mg/dL"}],
    }
    advice = "Take 15 g of fast-acting carbohydrate by mouth, repeated after 15 minutes if glucose stays low."
    found = check_advice("x", Patient.model_validate(patient), advice)["findings"]
    assert not {each["check"] for each in found if each["verdict"] == "fail"} & {"criteria", "exposure"}
