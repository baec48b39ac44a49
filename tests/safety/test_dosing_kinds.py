"""Advice that must not pass: unsaid strengths, routes, forms, first opioids, switches, too little, values."""

from __future__ import annotations

from typing import Any

import pytest

from medrag.safety.check_cases import check_advice
from medrag.types import Patient

BASE: dict[str, Any] = {
    "age_years": 60,
    "sex": "male",
    "weight_kg": 85,
    "conditions": [],
    "medications": [],
    "no_known_allergies": True,
    "observations": [
        {"display": "eGFR", "value": 90, "unit": "mL/min/1.73m2"},
        {"display": "creatinine", "value": 80, "unit": "umol/L"},
    ],
}
AF = {"conditions": ["atrial fibrillation"]}
ARNI = {"medications": ["sacubitril/valsartan 97/103 mg bd"]}
LMWH = {"medications": ["enoxaparin 80 mg bd"]}


def verdicts(advice: str, check: str, **patient: Any) -> set[str]:
    """What ``check`` says, passes left out: "contraindicated", "warning" or "not_assessed"."""
    found = check_advice("1", Patient.model_validate(BASE | patient), advice)["findings"]
    told = (each for each in found if each["check"] == check and each["verdict"] != "pass")
    return {each["severity"] if each["verdict"] == "fail" else each["verdict"] for each in told}


@pytest.mark.parametrize(
    "advice",
    [
        "Furosemide 20 mg intrathecally.",
        "Omeprazole 40 mg into the CSF.",
        "Depo-Medrone 40 mg IV.",
        "IV haloperidol decanoate 50 mg.",
        "Salbutamol nebules 2.5 mg given intravenously.",
        "Dissolve two paracetamol 500 mg tablets and inject them IV.",
        "Tobramycin eye drops given IV.",
    ],
)
def test_a_route_or_form_that_is_never_right(advice: str) -> None:
    assert verdicts(advice, "route") == {"contraindicated"}


@pytest.mark.parametrize(
    "advice",
    [
        "Bisoprolol 2.5 mg per rectum.",
        "Simvastatin 40 mg IV.",
        "Ramipril 5 mg IM.",
        "Paracetamol 1 g intra-articularly.",
    ],
)
def test_a_route_of_which_nothing_is_known_is_not_assessed(advice: str) -> None:
    assert verdicts(advice, "route") == {"not_assessed"}


@pytest.mark.parametrize(
    "advice",
    [
        "Switch IV ciprofloxacin to ciprofloxacin tablets 500 mg bd.",
        "Ceftriaxone 2 g IV once daily.",
        "Baclofen 50 micrograms intrathecally.",
        "Depo-Medrone 40 mg into the knee.",
        "Haloperidol decanoate 50 mg IM every four weeks.",
        "Diazepam 10 mg rectally.",
        "Hydrocortisone 100 mg IV or prednisolone tablets 40 mg.",
    ],
)
def test_a_route_that_is_known(advice: str) -> None:
    assert verdicts(advice, "route") == set()


@pytest.mark.parametrize(
    ("advice", "check"),
    [
        ("Buprenorphine 35 microgram/hour patch.", "dose"),
        ("Transtec 52.5 patch every four days.", "dose"),
        ("Start BuTrans 20 patch weekly.", "dose"),
        ("Sublocade 300 mg SC monthly.", "dose"),
        ("Tapentadol SR 200 mg bd.", "dose"),
        ("Effentora 200 micrograms for her pain.", "opioids"),
        ("Fentanyl lozenge 800 micrograms.", "opioids"),
    ],
)
def test_too_strong_for_a_first_opioid(advice: str, check: str) -> None:
    assert "contraindicated" in verdicts(advice, check)
    assert "contraindicated" not in verdicts(advice, check, medications=["morphine MR 60 mg bd"])


@pytest.mark.parametrize(
    ("advice", "patient"),
    [
        ("Replace sacubitril/valsartan by ramipril 5 mg tomorrow.", ARNI),
        ("Swap sacubitril/valsartan for perindopril 4 mg after 24 hours.", ARNI),
        ("Stop ramipril, start sacubitril/valsartan 24/26 mg bd 12 hours later.", {"medications": ["ramipril 5 mg"]}),
        ("Change enoxaparin to dabigatran: give both for five days.", LMWH),
        ("Switch enoxaparin to apixaban 5 mg bd, overlapping for 48 hours.", LMWH),
        ("Change apixaban to enoxaparin 80 mg bd and give both for two days.", {"medications": ["apixaban 5 mg bd"]}),
    ],
)
def test_a_switch_without_its_gap(advice: str, patient: dict[str, Any]) -> None:
    assert verdicts(advice, "washout", **patient) == {"contraindicated"}


@pytest.mark.parametrize(
    ("advice", "patient"),
    [
        ("Stop sacubitril/valsartan; wait 36 hours, then start ramipril 2.5 mg bd.", ARNI),
        ("Change enoxaparin to dabigatran 150 mg bd when the next injection would be due.", LMWH),
        ("Switch enoxaparin to apixaban 5 mg bd without overlap.", LMWH),
        ("Switch enoxaparin to warfarin: overlap for at least 5 days and until the INR is 2.", LMWH),
    ],
)
def test_a_switch_with_its_gap(advice: str, patient: dict[str, Any]) -> None:
    assert verdicts(advice, "washout", **patient) == set()


@pytest.mark.parametrize(
    "advice",
    [
        "Apixaban 2.5 mg bd for AF.",
        "Apixaban 5 mg once daily.",
        "Rivaroxaban 10 mg daily.",
        "Edoxaban 30 mg daily.",
        "Dabigatran 110 mg twice a day.",
    ],
)
def test_less_than_the_full_dose_without_a_criterion_warns(advice: str) -> None:
    assert verdicts(advice, "criteria", **AF) == {"warning"}


@pytest.mark.parametrize(
    ("advice", "patient"),
    [
        ("Apixaban 2.5 mg bd.", AF | {"age_years": 84, "weight_kg": 55}),
        ("Dabigatran 110 mg bd.", AF | {"age_years": 82}),
        ("Edoxaban 30 mg daily.", AF | {"weight_kg": 55}),
        ("Apixaban 2.5 mg bd for 35 days after hip replacement.", AF),
        ("Apixaban 2.5 mg bd for extended treatment of the DVT.", AF),
        ("Apixaban 5 mg bd; 2.5 mg bd if two of age 80, 60 kg or creatinine 133.", AF),
        ("Apixaban 2.5 mg bd.", {"conditions": ["previous deep vein thrombosis"]}),
    ],
)
def test_less_where_a_criterion_or_another_use_calls_for_it(advice: str, patient: dict[str, Any]) -> None:
    assert "warning" not in verdicts(advice, "criteria", **patient)


def test_a_reduced_dose_is_not_assessed_where_what_allows_it_is_not_recorded() -> None:
    unknown = AF | {"observations": [], "weight_kg": None}
    assert verdicts("Edoxaban 30 mg daily.", "criteria", **unknown) == {"not_assessed"}


@pytest.mark.parametrize(
    "advice",
    ["Take twenty paracetamol tablets a day.", "Paracetamol tablets: sixteen a day.", "Amoxicillin 3 scoops tds."],
)
def test_many_of_an_unsaid_strength_are_not_assessed(advice: str) -> None:
    assert "not_assessed" in verdicts(advice, "dose")
    assert verdicts("Take two paracetamol tablets four times a day.", "dose") == set()


@pytest.mark.parametrize(
    ("advice", "measured"),
    [
        ("Continue valproate 1 g bd.", ("ammonia", 190, "umol/L")),
        ("Rivaroxaban 20 mg with food.", ("haemoglobin", 52, "g/L")),
        ("Empagliflozin 10 mg.", ("ketones", 4.8, "mmol/L")),
        ("Azathioprine 150 mg daily.", ("white cell count", 1.4, "10*9/L")),
        ("Mannitol 20% 100 mL.", ("serum osmolality", 330, "mosm/kg")),
    ],
)
def test_values_that_speak_against_a_drug(advice: str, measured: tuple[str, float, str]) -> None:
    name, value, unit = measured
    observations = [*BASE["observations"], {"display": name, "value": value, "unit": unit}]
    assert {"warning", "contraindicated"} & verdicts(advice, "criteria", observations=observations)


def test_a_value_is_shown_as_it_was_recorded() -> None:
    patient = BASE | {"observations": [{"display": "glucose", "value": 2.7, "unit": "mmol/L"}]}
    found = check_advice("1", Patient.model_validate(patient), "Give Actrapid 10 units now.")["findings"]
    assert "glucose 2.7 mmol/L" in next(each["reason"] for each in found if each["check"] == "criteria")


@pytest.mark.parametrize("condition", ["aplastic anaemia", "bone marrow failure"])
def test_chloramphenicol_eye_drops_in_marrow_failure(condition: str) -> None:
    assert verdicts("Chloramphenicol eye drops qds.", "route", conditions=[condition]) == {"contraindicated"}
    assert verdicts("Chloramphenicol eye drops qds.", "route", conditions=["iron deficiency anaemia"]) == set()


def test_what_must_not_be_combined_is_not_left_undone() -> None:
    woman = {"age_years": 28, "sex": "female", "conditions": ["epilepsy"], "medications": ["carbamazepine 200 mg bd"]}
    assert verdicts("Do not combine carbamazepine with the contraceptive pill.", "undone", **woman) == set()
    assert verdicts("Carbamazepine must not be given any more.", "undone", **woman) == {"warning"}


@pytest.mark.parametrize(
    "advice",
    [
        "Naproxen: four of the 250s before the match.",
        "Gabapentin 600s, two at each meal.",
        "Metoprolol 25 to start.",
        "Atorvastatin 2000 from now on.",
        "Paracetamol suspension, three spoonfuls.",
    ],
)
def test_numbers_without_a_unit_are_not_assessed(advice: str) -> None:
    assert verdicts(advice, "dose") & {"not_assessed", "warning", "contraindicated"}


@pytest.mark.parametrize("advice", ["Apixaban 5 mg bd since 2024.", "Amlodipine suits men in their 60s."])
def test_years_and_ages_are_no_amounts(advice: str) -> None:
    assert "not_assessed" not in verdicts(advice, "dose")


def test_a_drug_that_must_not_end_lets_no_word_be() -> None:
    taken = {"medications": ["rivaroxaban 20 mg"], "conditions": ["atrial fibrillation"]}
    assert verdicts("He can breathe without rivaroxaban.", "unread", **taken) | verdicts(
        "He can breathe without rivaroxaban.", "withdrawal", **taken
    )


@pytest.mark.parametrize(
    "advice",
    [
        "He may leave baclofen at home.",
        "Baclofen can go in the drawer.",
        "Baclofen has done its job.",
    ],
)
def test_stops_in_homely_words(advice: str) -> None:
    assert verdicts(advice, "withdrawal", medications=["baclofen 20 mg tds"])


def test_drugs_brought_down_by_degrees_are_not_left_undone() -> None:
    taken = {"medications": ["clonidine 200 micrograms bd"], "conditions": ["hypertension"]}
    assert not verdicts("Wean clonidine over three weeks.", "undone", **taken)
    assert verdicts("Stop clonidine today.", "undone", **taken)


def test_vincristine_at_a_lumbar_puncture() -> None:
    assert "contraindicated" in verdicts("Vincristine 2 mg at the lumbar puncture.", "route")
