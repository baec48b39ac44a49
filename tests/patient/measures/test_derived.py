"""Derived values: computed from fresh inputs, refused otherwise, naming what they stand on."""

from __future__ import annotations

from typing import Any

import pytest

from medrag.knowledge import load as load_knowledge
from medrag.patient import from_json
from medrag.patient.measures.calculators import calculators
from medrag.patient.measures.derived import Refusal, calculate
from medrag.types import Patient
from tests.patient.records import TODAY

KNOWN = load_knowledge()


def patient(*measured: tuple[str, float, str], day: str | None = "2026-11-01", **fields: Any) -> Patient:
    observations = [{"display": name, "value": value, "unit": unit, "date": day} for name, value, unit in measured]
    return from_json({"age_years": 60, "sex": "male", "observations": observations, **fields}, TODAY)


def missing(known: Patient) -> str:
    return "\n".join(known.missing)


def test_values_name_formula_inputs_and_dates() -> None:
    known = patient(("creatinine", 1.2, "mg/dL"), weight_kg=80, height_cm=180)
    clearance = known.derived["creatinine_clearance"]
    assert clearance.value == pytest.approx(74.1)
    assert clearance.formula.startswith("Cockcroft-Gault")
    assert clearance.inputs["creatinine"] == {
        "value": 1.2,
        "unit": "mg/dL",
        "date": "2026-11-01",
        "source": "structured",
    }
    assert str(clearance.date) == "2026-11-01"
    assert (known.derived["bmi"].value, known.derived["bsa"].value) == (24.7, 2.0)


def test_creatinine_in_either_unit_gives_the_same() -> None:
    conventional = patient(("creatinine", 1.2, "mg/dL")).derived["egfr"].value
    assert patient(("creatinine", 106.1, "µmol/L")).derived["egfr"].value == pytest.approx(conventional, abs=0.1)


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (patient(), "creatinine: not recorded; blocks creatinine clearance, eGFR"),
        (patient(("creatinine", 1.2, "mg/dL"), day="2024-01-01"), "creatinine: last measured 2024-01-01"),
        (patient(("creatinine", 1.2, "kg")), "creatinine: not recorded"),
        (patient(("creatinine", 1.2, "mg/dL"), sex=None), "sex: not recorded; blocks creatinine clearance, eGFR"),
        (patient(("creatinine", 1.2, "mg/dL"), sex="other"), "defined for female and male only"),
        (patient(("creatinine", 1.2, "mg/dL"), age_years=None), "age: not recorded"),
    ],
)
def test_a_missing_or_stale_input_refuses_and_is_listed(known: Patient, reason: str) -> None:
    assert "egfr" not in known.derived
    assert reason in missing(known)


def test_adult_formulas_are_not_applied_to_children() -> None:
    child = patient(("creatinine", 0.5, "mg/dL"), age_years=9, weight_kg=30, height_cm=130)
    assert set(child.derived) == {"bmi", "bsa"}
    with pytest.raises(Refusal, match="for adults"):
        calculate("egfr", child, TODAY, KNOWN)


def test_an_impossible_value_is_not_computed_with() -> None:
    known = patient(("creatinine", 106, "mg/dL"))
    assert "egfr" not in known.derived
    assert "µmol/L" in known.problems[0].reason


ECG = (("QT", 400.0, "ms"), ("heart rate", 88.0, "/min"))


def test_every_qtc() -> None:
    values = {name: known.value for name, known in patient(*ECG).derived.items() if name.startswith("qtc")}
    assert values == {
        "qtc_bazett": 484.4,
        "qtc_fridericia": 454.5,
        "qtc_framingham": 449.0,
        "qtc_hodges": 449.0,
        "qtc_rautaharju": 462.2,
    }


def test_inputs_measured_apart_are_not_combined() -> None:
    observations = [
        {"display": "QT", "value": 400, "unit": "ms", "date": "2026-11-01"},
        {"display": "heart rate", "value": 88, "unit": "/min", "date": "2026-10-01"},
    ]
    known = from_json({"observations": observations}, TODAY)
    assert not any(name.startswith("qtc") for name in known.derived)
    assert "its inputs were measured 31 days apart" in missing(known)


LIVER = (
    ("bilirubin", 2.5, "mg/dL"),
    ("albumin", 3.0, "g/dL"),
    ("INR", 1.8, "1"),
    ("creatinine", 1.4, "mg/dL"),
    ("sodium", 130, "mmol/L"),
)


def test_liver_scores_need_a_liver_disease_and_both_signs() -> None:
    assert "child_pugh" not in patient(*LIVER).derived
    silent = patient(*LIVER, conditions=["cirrhosis"])
    assert "ascites is neither recorded nor ruled out" in missing(silent)
    assert silent.derived["meld_na"].value == 25
    stated = patient(
        *LIVER,
        conditions=["cirrhosis", "moderate ascites", {"display": "encephalopathy", "status": "negated"}],
    )
    assert stated.derived["child_pugh"].value == 2 + 2 + 2 + 3 + 1


def test_stroke_score_counts_what_is_recorded_and_says_what_is_not() -> None:
    known = patient(
        age_years=76,
        sex="female",
        conditions=[
            "atrial fibrillation",
            "hypertension",
            "pulmonary hypertension",
            {"display": "stroke", "status": "resolved"},
        ],
    )
    score = known.derived["cha2ds2_vasc"]
    assert score.value == 2 + 1 + 1 + 2
    assert score.inputs["diabetes"] == {"value": False, "source": "not recorded"}
    assert "cha2ds2_vasc" not in patient(conditions=["hypertension"]).derived


@pytest.mark.parametrize("status", ["negated", "family_history", "refuted", "uncertain"])
def test_what_is_not_the_patients_own_does_not_score(status: str) -> None:
    known = patient(conditions=["atrial fibrillation", {"display": "stroke", "status": status}])
    assert known.derived["cha2ds2_vasc"].value == 0


def test_bleeding_score() -> None:
    known = patient(
        ("systolic blood pressure", 170, "mmHg"),
        ("creatinine", 2.5, "mg/dL"),
        age_years=70,
        conditions=["atrial fibrillation", "alcohol use disorder"],
        medications=["warfarin", "ibuprofen", "diclofenac gel"],
    )
    assert known.derived["has_bled"].value == 5


def test_weight_of_a_heavy_patient_is_adjusted_for_clearance_too() -> None:
    known = patient(("creatinine", 1.0, "mg/dL"), weight_kg=120, height_cm=177.8)
    adjusted = known.derived["creatinine_clearance_adjusted"]
    assert adjusted.value == pytest.approx((140 - 60) * (73 + 0.4 * 47) / 72, abs=0.1)
    slim = patient(("creatinine", 1.0, "mg/dL"), weight_kg=60, height_cm=177.8)
    assert slim.derived["creatinine_clearance_by_bmi"].value == pytest.approx((140 - 60) * 60 / 72, abs=0.1)
    assert "creatinine_clearance_adjusted" not in patient(("creatinine", 1.0, "mg/dL"), weight_kg=75).derived


def test_calculating_by_name() -> None:
    known = patient(("calcium", 8.0, "mg/dL"), ("albumin", 20, "g/L"), conditions=["gout"])
    assert calculate("corrected_calcium", known, TODAY, KNOWN).value == pytest.approx(9.6)
    assert calculate("cha2ds2_vasc", known, TODAY, KNOWN).value == 0
    with pytest.raises(Refusal, match="sodium: not recorded"):
        calculate("anion_gap", known, TODAY, KNOWN)
    assert calculators(KNOWN).keys() >= {"bmi", "bsa", "egfr", "meld_na", "child_pugh", "has_bled", "cha2ds2_vasc"}


def test_a_current_value_is_computed_with_and_not_the_one_it_supersedes() -> None:
    superseded = {"display": "creatinine", "value": 0.9, "unit": "mg/dL", "date": "2026-10-30", "status": "resolved"}
    now = {"display": "creatinine", "value": 4.4, "unit": "mg/dL"}
    known = from_json({"age_years": 60, "sex": "male", "observations": [superseded, now]}, TODAY)
    assert known.derived["egfr"].inputs["creatinine"]["value"] == 4.4


def test_of_values_without_a_day_the_last_counts() -> None:
    known = patient(("weight", 92.0, "kg"), ("weight", 61.0, "kg"), day=None, height_cm=170)
    assert known.derived["bmi"].value == 21.1
