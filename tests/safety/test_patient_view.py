from typing import Any

import pytest

from medrag.knowledge import load
from medrag.patient.view import PatientView, view
from medrag.types import Patient

KNOWLEDGE = load()


def seen(**patient: Any) -> PatientView:
    known = Patient.model_validate(patient)
    return view(known, known, KNOWLEDGE)


@pytest.mark.parametrize(
    ("condition", "concept"),
    [
        ("Chronic kidney disease stage 4", "severe_renal_impairment"),
        ("CKD, on haemodialysis", "end_stage_renal"),
        ({"display": "see code", "code": "I50.22", "system": "ICD-10"}, "hfref"),
        ({"display": "see code", "code": "195967001", "system": "http://snomed.info/sct"}, "asthma"),
        ("Samter's triad", "asthma"),
        ("Parkinson’s disease", "parkinson"),
    ],
)
def test_conditions_become_concepts(condition: Any, concept: str) -> None:
    assert concept in seen(conditions=[condition]).concepts


@pytest.mark.parametrize(
    "condition",
    [
        "No asthma",
        "Asthma ruled out",
        "Mother with asthma",
        {"display": "asthma", "status": "family_history"},
        {"display": "asthma", "status": "refuted"},
        {"display": "asthma", "status": "resolved"},
    ],
)
def test_absent_and_past_conditions_do_not(condition: Any) -> None:
    assert "asthma" not in seen(conditions=[condition]).concepts


def test_lasting_conditions_stand_when_resolved_and_some_count_for_less() -> None:
    past = seen(conditions=[{"display": "angioedema", "status": "resolved"}, "history of peptic ulcer"])
    assert {"angioedema", "peptic_ulcer"} <= past.concepts.keys()
    assert past.lowered == {"peptic_ulcer"}


@pytest.mark.parametrize(
    ("observation", "lab", "value"),
    [
        ({"display": "creatinine", "value": 150, "unit": "umol/L"}, "creatinine", 1.70),
        ({"display": "creatinine", "value": 150}, "creatinine", 1.70),
        ({"display": "QTc", "value": 0.51}, "qtc", 510),
        ({"display": "LVEF", "value": 0.35}, "lvef", 35),
        ({"display": "LVEF", "value": "60 %"}, "lvef", 60),
        ({"display": "Potassium", "code": "2823-3", "value": 5.9, "unit": "mmol/L"}, "potassium", 5.9),
    ],
)
def test_measurements_come_in_one_unit(observation: dict[str, Any], lab: str, value: float) -> None:
    assert seen(observations=[observation]).labs[lab] == pytest.approx(value, rel=0.01)


def test_the_latest_value_counts() -> None:
    values = [
        {"display": "eGFR", "value": 70, "date": "2024-01-01"},
        {"display": "eGFR", "value": 25, "date": "2025-01-01"},
    ]
    assert seen(observations=values).kidney("egfr") == (25.0, "eGFR 25")


def test_kidney_function_is_computed_or_taken_from_the_stage() -> None:
    creatinine = {"display": "creatinine", "value": 2.0, "unit": "mg/dL"}
    computed = seen(age_years=70, sex="female", weight_kg=60, observations=[creatinine])
    assert computed.labs["egfr"] == pytest.approx(26.4, abs=0.5)
    assert computed.labs["crcl"] == pytest.approx(24.8, abs=0.5)
    assert seen(conditions=["CKD stage 4"]).kidney("crcl") == (29.0, "CKD stage 4")
    assert seen(conditions=["hypertension"]).kidney("egfr") is None


@pytest.mark.parametrize(
    ("patient", "pregnant"),
    [
        ({"sex": "male"}, False),
        ({"sex": "female", "age_years": 70}, False),
        ({"sex": "female", "age_years": 30}, None),
        ({"sex": "female", "age_years": 30, "conditions": ["pregnant, 20 weeks"]}, True),
        ({"sex": "female", "age_years": 30, "pregnant": False, "conditions": ["pregnancy"]}, False),
    ],
)
def test_pregnancy_is_yes_no_or_not_recorded(patient: dict[str, Any], pregnant: bool | None) -> None:
    assert seen(**patient).pregnant is pregnant


def test_medications_are_read_by_name_or_code_and_the_rest_is_reported() -> None:
    found = seen(
        medications=[
            "Lisinopril 10 MG / Hydrochlorothiazide 12.5 MG Oral Tablet",
            {"display": "tablet", "code": "11289", "system": "RxNorm"},
            "Xyvorant",
            {"display": "aspirin", "status": "resolved"},
        ]
    )
    assert [drug.label for drug in found.drugs] == ["lisinopril", "hydrochlorothiazide", "warfarin"]
    assert found.unread_drugs == ("Xyvorant",)


def test_a_denial_is_a_record_of_no_allergies() -> None:
    assert seen(allergies=["NKDA"]).allergies_recorded
    assert not seen().allergies_recorded


def test_a_drug_named_twice_in_an_entry_is_one_and_both_doses_count() -> None:
    def taken(entry: str) -> list[tuple[str, int]]:
        return [(each.prescription.mention.label, len(each.prescription.doses)) for each in seen(medications=[entry]).drugs]

    assert taken("Zocor (simvastatin) 20 mg daily") == [("simvastatin", 1)]
    assert taken("insulin glargine 10 units in the morning, insulin glargine 12 units at night") == [
        ("insulin glargine", 1),
        ("insulin glargine", 1),
    ]
