"""Doses of every form, routes, rates, measured values and opioids together: what is withheld, warned of or let be."""

from __future__ import annotations

from typing import Any

import pytest

from medrag.knowledge import load
from medrag.patient.fhir.clinical import _dosage_line
from medrag.patient.view import view
from medrag.safety.check_cases import check_advice
from medrag.types import Patient

KNOWLEDGE = load()
BASE: dict[str, Any] = {
    "age_years": 55,
    "sex": "male",
    "weight_kg": 80,
    "conditions": [],
    "medications": [],
    "allergies": [],
    "no_known_allergies": True,
    "observations": [{"display": "eGFR", "value": 95, "unit": "mL/min/1.73m2"}],
}


def verdict(advice: str, check: str, **patient: Any) -> tuple[str, str] | None:
    """What ``check`` says worst of ``advice``: verdict and severity; None where it says nothing but pass."""
    found = check_advice("case", Patient.model_validate(BASE | patient), advice)["findings"]
    said = [
        (each["verdict"], each["severity"]) for each in found if each["check"] == check and each["verdict"] != "pass"
    ]
    return said[0] if said else None


def measured(name: str, value: float, unit: str) -> dict[str, Any]:
    return {"observations": [*BASE["observations"], {"display": name, "value": value, "unit": unit}]}


@pytest.mark.parametrize(
    "advice",
    [
        "Warfarin 32,5 mg daily.",
        "Take 12 tablets of ibuprofen 400 mg at once.",
        "Amlodipine 10 mg tablets, three to be taken each morning.",
        "Lisinopril 20 mg tablets; six are to be swallowed every evening.",
        "Take 8 methotrexate 10 mg tablets once a week.",
        "Paracetamol 500 MG Oral Tablet 4 tablet 6 time(s) every 1 d",
        "methotrexate 2.5 MG Oral Tablet 6 tablet 1 time(s) every 1 d",
        "Co-codamol 30/500 three tablets four times daily.",
        "Apixaban ten milligrams eight times a day.",
        "Infiltrate with 60 mL of 2% lidocaine.",
        "Run potassium chloride IV at 1 mmol/min.",
        "Give potassium chloride 40 mmol IV over 10 minutes.",
        "Give phenytoin 1 g IV over 2 minutes.",
        "Heparin infusion 200 units/kg/hour.",
        "Give propofol 15 mg/kg IV.",
    ],
)
def test_a_dose_too_high_in_any_form_is_withheld(advice: str) -> None:
    assert verdict(advice, "dose") == ("fail", "contraindicated")


@pytest.mark.parametrize(
    "advice",
    [
        "Digoxin 0,125 mg daily.",
        "Bisoprolol 1,25 mg daily.",
        "Gabapentin 300 mg to 1.2 g three times daily.",
        "Levothyroxine 75 micrograms to 0.1 mg daily.",
        "Take two tablets of paracetamol 500 mg four times a day.",
        "Co-codamol 8/500 two tablets every 6 hours.",
        "Amlodipine 5 mg daily, 56 tablets.",
        "Amlodipine 5 mg tablets, two to be taken each day.",
        "Potassium chloride 10 mmol/hour IV.",
        "Vancomycin 1 g IV over 60 minutes.",
        "Load with vancomycin 25 mg/kg (2 g) IV over three and a half hours, no faster than 10 mg per minute.",
        "Vancomycin 1.5 g IV over an hour and a half.",
        "Amiodarone 150 mg IV over 10 minutes, then 1 mg/min.",
        "Phenytoin 1.4 g IV at 50 mg/min.",
    ],
)
def test_a_usual_dose_is_not_withheld(advice: str) -> None:
    assert verdict(advice, "dose") != ("fail", "contraindicated")


def test_a_drug_that_goes_on_goes_on_with_the_dose_recorded() -> None:
    taken = {"medications": [{"display": "methotrexate 15 mg", "dosage": "once daily"}]}
    assert verdict("Continue methotrexate.", "dose", **taken) == ("fail", "contraindicated")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"doseAndRate": [{"doseQuantity": {"value": 4, "unit": "tablet"}}]}, "4 tablet"),
        ({"doseAndRate": [{"doseRange": {"low": {"value": 1}, "high": {"value": 2, "unit": "g"}}}]}, "1-2 g"),
        ({"doseAndRate": [{"rateQuantity": {"value": 60, "unit": "mmol/h"}}]}, "60 mmol/h"),
        ({"timing": {"repeat": {"dayOfWeek": ["mon"]}}}, "every Monday"),
        ({"timing": {"repeat": {"when": ["MORN", "EVE"]}}}, "2 time(s) every 1 d"),
        ({"timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}}, "2 time(s) every 1 d"),
    ],
)
def test_a_structured_order_is_said_in_words_that_are_read(line: dict[str, Any], said: str) -> None:
    assert _dosage_line(line) == said


@pytest.mark.parametrize(
    "advice",
    [
        "Give vinblastine 10 mg into the spine.",
        "Give vincristine 2 mg intrathecally.",
        "Give the contents of the nimodipine capsule IV.",
        "Benzathine benzylpenicillin 1.2 MU intravenously.",
        "Give potassium chloride 20 mmol as an IV bolus.",
        "Give ropivacaine 100 mg IV.",
        "U-500 insulin 50 units IV.",
        "Enoxaparin 40 mg IM.",
    ],
)
def test_a_route_that_kills_is_withheld(advice: str) -> None:
    assert verdict(advice, "route") == ("fail", "contraindicated")


@pytest.mark.parametrize(
    ("advice", "check", "patient"),
    [
        ("Timolol 0.5% eye drops twice daily.", "contraindication", {"conditions": ["asthma"]}),
        ("Carteolol drops into both eyes.", "contraindication", {"conditions": ["COPD"]}),
        ("Sumatriptan 20 mg nasal spray.", "contraindication", {"conditions": ["coronary artery disease"]}),
        ("Inhaled loxapine 10 mg.", "contraindication", {"conditions": ["COPD"]}),
        ("Cyclopentolate eye drops.", "contraindication", {"conditions": ["narrow-angle glaucoma"]}),
        ("Apply glyceryl trinitrate ointment.", "interaction", {"medications": [{"display": "tadalafil"}]}),
        ("Budesonide inhaler 400 micrograms inhaled.", "interaction", {"medications": [{"display": "ritonavir"}]}),
        ("Salmeterol 50 mcg inhaled twice daily.", "criteria", {"conditions": ["asthma"]}),
    ],
)
def test_local_use_that_is_absorbed_is_checked(advice: str, check: str, patient: dict[str, Any]) -> None:
    assert (verdict(advice, check, **patient) or ("pass", ""))[0] == "fail"


@pytest.mark.parametrize(
    ("advice", "patient"),
    [
        ("Apply hydrocortisone 1% cream.", {"conditions": ["heart failure"]}),
        ("Apply ibuprofen gel.", {"medications": [{"display": "warfarin"}]}),
        ("Salbutamol 100 mcg inhaled as needed.", {"conditions": ["asthma"]}),
        ("Salmeterol/fluticasone 50/500 one puff bd.", {"conditions": ["asthma"]}),
        ("Chloramphenicol eye drops.", {}),
    ],
)
def test_local_use_that_stays_local_is_let_be(advice: str, patient: dict[str, Any]) -> None:
    result = check_advice("case", Patient.model_validate(BASE | patient), advice)
    assert result["verdict"] == "pass"


def test_local_use_that_nobody_reviewed_is_not_assessed() -> None:
    assert verdict("Apply ciclosporin cream.", "route") == ("not_assessed", "warning")


@pytest.mark.parametrize(
    ("advice", "observation"),
    [
        ("Continue warfarin 5 mg daily.", ("INR", 7.2, "")),
        ("Gliclazide 80 mg twice daily.", ("glucose", 2.6, "mmol/L")),
        ("Insulin lispro 8 units now.", ("blood glucose", 45, "mg/dL")),
        ("Digoxin 125 micrograms daily.", ("serum digoxin", 3.1, "ng/mL")),
        ("Continue lithium carbonate 400 mg.", ("lithium", 1.9, "mmol/L")),
        ("Simvastatin 40 mg at night.", ("CK", 9000, "U/L")),
        ("Theophylline 200 mg twice daily.", ("theophylline level", 28, "mg/L")),
        ("Enoxaparin 40 mg SC daily.", ("platelets", 12, "10*9/L")),
        ("Morphine 5 mg orally now.", ("respiratory rate", 6, "/min")),
        ("Ramipril 5 mg daily.", ("potassium", 6.8, "mmol/L")),
        ("Metformin 500 mg daily.", ("lactate", 7, "mmol/L")),
        ("Run isosorbide dinitrate at 2 mg/hour.", ("BP systolic", 84, "mmHg")),
    ],
)
def test_a_measured_value_speaks_against_the_drug(advice: str, observation: tuple[str, float, str]) -> None:
    assert verdict(advice, "criteria", **measured(*observation)) == ("fail", "contraindicated")


@pytest.mark.parametrize(
    ("advice", "observation"),
    [
        ("Continue warfarin 5 mg daily.", ("INR", 2.6, "")),
        ("Insulin lispro 8 units now.", ("glucose", 12.4, "mmol/L")),
        ("Continue lithium 400 mg.", ("lithium level", 0.7, "mmol/L")),
        ("Magnesium sulfate 2 g IV.", ("magnesium", 0.6, "mmol/L")),
        ("Run isosorbide dinitrate at 2 mg/hour.", ("systolic pressure", 118, "mmHg")),
    ],
)
def test_a_good_value_says_nothing(advice: str, observation: tuple[str, float, str]) -> None:
    assert verdict(advice, "criteria", **measured(*observation)) is None


def test_a_dose_is_reduced_by_age_weight_and_kidney() -> None:
    af = {"conditions": ["atrial fibrillation"]}
    assert verdict("Edoxaban 60 mg daily.", "criteria", **af, weight_kg=52) == ("fail", "warning")
    assert verdict("Edoxaban 30 mg daily.", "criteria", **af, weight_kg=52) is None
    assert verdict("Apixaban 5 mg twice daily.", "criteria", **af, age_years=84, weight_kg=55) == ("fail", "warning")
    assert verdict("Apixaban 5 mg twice daily.", "criteria", **af) is None
    assert verdict("Edoxaban 60 mg daily.", "criteria", **af, weight_kg=None) == ("not_assessed", "warning")


def test_opioids_add_up() -> None:
    taken = {"medications": [{"display": "oxycodone 20 mg twice daily"}]}
    assert verdict("Add tramadol 100 mg three times daily.", "opioids", **taken) == ("fail", "warning")
    assert verdict("Codeine 30 mg three times daily.", "opioids") is None


def test_a_fentanyl_patch_is_for_the_tolerant() -> None:
    taken = {"medications": [{"display": "morphine 60 mg twice daily"}]}
    assert verdict("Start fentanyl patch 25 micrograms/hour.", "opioids") == ("fail", "contraindicated")
    assert verdict("Start fentanyl patch 25 micrograms/hour.", "opioids", **taken) == ("fail", "warning")


@pytest.mark.parametrize(
    ("advice", "observation", "check"),
    [
        ("Run isosorbide dinitrate at 2 mg/hour.", {"display": "BP", "value": "84/52"}, "criteria"),
        ("静脉泵入硝酸甘油10μg/min。", {"display": "血压", "value": "78/46", "unit": "mmHg"}, "criteria"),
        ("Start allopurinol 100 mg daily.", {"display": "HLA-B*58:01 positive"}, "pharmacogenomics"),
        ("Give ibuprofen 400 mg tds.", {"display": "urine pregnancy test", "value": "Positive"}, "pregnancy"),
        (
            "Rituximab 1 g IV on day 1.",
            {"display": "hepatitis B surface antigen", "value": "reactive"},
            "contraindication",
        ),
    ],
)
def test_a_result_in_words_counts(advice: str, observation: dict[str, Any], check: str) -> None:
    woman = {"sex": "female", "age_years": 30, "pregnant": None}
    assert verdict(advice, check, observations=[observation], **woman) not in {None, ("fail", "information")}


@pytest.mark.parametrize("value", ["negative", "non-reactive", "not detected", "pending"])
def test_a_result_that_is_not_positive_is_no_illness(value: str) -> None:
    held = {"observations": [{"display": "HBsAg", "value": value}]}
    assert verdict("Rituximab 1 g IV on day 1.", "contraindication", **held) != ("fail", "contraindicated")


@pytest.mark.parametrize(
    ("name", "value", "unit", "below"),
    [("albumin", 28, "g/L", 3.5), ("bilirubin", 12, "umol/L", 1.2), ("urate", 300, "μmol/L", 7)],
)
def test_values_are_held_in_their_own_unit(name: str, value: float, unit: str, below: float) -> None:
    held = Patient.model_validate(BASE | measured(name, value, unit))
    labs = view(held, held, KNOWLEDGE).labs
    assert labs[name] < below


def test_a_value_whose_unit_does_not_fit_is_not_used() -> None:
    held = Patient.model_validate(BASE | measured("heart rate", 180, "ms"))
    assert "heart_rate" not in view(held, held, KNOWLEDGE).labs
