"""Scores and equations against what their publications say, and the patients and inputs they refuse."""

from __future__ import annotations

from typing import Any

import pytest

from medrag.errors import InputError
from medrag.knowledge import load as load_knowledge
from medrag.patient import from_json
from medrag.patient.measures.calculation import compute, declared, named, render
from medrag.patient.measures.calculators import calculators
from medrag.patient.measures.derived import Refusal, calculate
from medrag.types import Patient
from tests.patient.records import TODAY

KNOWN = load_knowledge()

UNITS = {
    "systolic blood pressure": "mm[Hg]",
    "diastolic blood pressure": "mm[Hg]",
    "total cholesterol": "mg/dL",
    "hdl": "mg/dL",
    "egfr": "mL/min/{1.73_m2}",
    "bmi": "kg/m2",
    "urea nitrogen": "mg/dL",
    "respiratory rate": "/min",
    "heart rate": "/min",
    "creatinine": "mg/dL",
    "albumin creatinine ratio": "mg/g",
    "height": "cm",
    "hemoglobin": "g/dL",
    "oxygen saturation": "%",
    "temperature": "Cel",
    "sodium": "mmol/L",
    "glucose": "mg/dL",
    "urine sodium": "mmol/L",
    "urine creatinine": "mg/dL",
    "ast": "U/L",
    "alt": "U/L",
    "platelets": "10*9/L",
    "phenytoin level": "ug/mL",
    "albumin": "g/dL",
}


def patient(measured: dict[str, Any], day: str = "2026-11-24", **fields: Any) -> Patient:
    """An adult woman of 50 with no conditions and no drugs, unless told otherwise."""
    observations = [
        {"display": name, "value": value, "date": day} | ({"unit": UNITS[name]} if name in UNITS else {})
        for name, value in measured.items()
    ]
    given = {"age_years": 50, "sex": "female", "conditions": [], "medications": [], "observations": observations}
    return from_json(given | fields, TODAY)


PREVENT = {"systolic blood pressure": 160.0, "total cholesterol": 200.0, "hdl": 45.0, "egfr": 90.0, "bmi": 35.0}


@pytest.mark.parametrize(
    ("name", "risk"),
    [
        ("prevent_cvd_10", 14.7),
        ("prevent_ascvd_10", 9.2),
        ("prevent_hf_10", 8.1),
        ("prevent_cvd_30", 53.0),
        ("prevent_ascvd_30", 35.4),
        ("prevent_hf_30", 39.0),
    ],
)
def test_prevent_gives_its_supplements_example(name: str, risk: float) -> None:
    known = patient(PREVENT, conditions=["type 2 diabetes"], medications=["lisinopril 10 mg daily"])
    assert calculate(name, known, TODAY, KNOWN).value == risk


@pytest.mark.parametrize(("sex", "low", "very_high"), [("male", 5.9, 14.0), ("female", 4.2, 13.7)])
def test_score2_gives_its_abstracts_examples(sex: str, low: float, very_high: float) -> None:
    lipids = {"systolic blood pressure": 140.0, "total cholesterol": 5.5 * 38.67, "hdl": 1.3 * 38.67}
    known = patient(lipids, sex=sex, conditions=["current smoker"])
    assert calculate("score2_low", known, TODAY, KNOWN).value == low
    assert calculate("score2_very_high", known, TODAY, KNOWN).value == very_high


def test_the_pooled_cohort_equations_give_their_example() -> None:
    known = patient({"systolic blood pressure": 120.0, "total cholesterol": 213.0, "hdl": 50.0}, age_years=55)
    assert (
        calculate("pooled_cohort", known, TODAY, KNOWN).value,
        calculate("pooled_cohort_black", known, TODAY, KNOWN).value,
    ) == (
        2.1,
        3.0,
    )


@pytest.mark.parametrize(
    ("name", "measured", "fields", "value"),
    [
        ("egfr_schwartz", {"creatinine": 0.5, "height": 120.0}, {"age_years": 7}, 99.1),
        ("fena", {"sodium": 140.0, "creatinine": 2.0, "urine sodium": 20.0, "urine creatinine": 100.0}, {}, 0.29),
        ("osmolality", {"sodium": 140.0, "glucose": 180.0, "urea nitrogen": 28.0}, {}, 300.0),
        ("corrected_sodium", {"sodium": 130.0, "glucose": 600.0}, {}, 138.0),
        ("corrected_sodium_hillier", {"sodium": 130.0, "glucose": 600.0}, {}, 142.0),
        ("fib_4", {"ast": 80.0, "alt": 64.0, "platelets": 100.0}, {}, 5.0),
        ("phenytoin_corrected", {"phenytoin level": 8.0, "albumin": 2.0}, {}, 16.0),
        ("maintenance_fluid_hourly", {}, {"weight_kg": 25}, 66.7),
        ("prednisone_equivalent", {}, {"medications": ["dexamethasone 6 mg once daily"]}, 40.0),
        ("diazepam_equivalent", {}, {"medications": ["lorazepam 1 mg twice daily"]}, 20.0),
        ("morphine_equivalent", {}, {"medications": ["oxycodone 10 mg three times daily"]}, 45.0),
        ("gestational_age", {"last menstrual period": "2026-09-01"}, {"pregnant": True}, None),
    ],
)
def test_formulas_worked_by_hand(name: str, measured: dict[str, Any], fields: Any, value: float | None) -> None:
    found = calculate(name, patient(measured, **fields), TODAY, KNOWN).value
    days = (TODAY - TODAY.replace(month=9, day=1)).days
    assert found == pytest.approx(round(days / 7, 1) if value is None else value, abs=0.05)


def test_a_score_is_read_from_measurements_conditions_and_findings() -> None:
    measured = {
        "urea nitrogen": 25.0,
        "respiratory rate": 24.0,
        "systolic blood pressure": 84.0,
        "confusion": "present",
    }
    found = compute("CURB-65", patient(measured, age_years=70), TODAY, KNOWN)
    assert (found.value, found.meaning) == (4, "high risk (severe pneumonia)")
    assert found.inputs["confusion"]["value"] is True
    assert "CURB-65: 4, high risk" in render(found)


def test_what_a_missing_input_cannot_change_stands_without_it() -> None:
    """The systolic pressure alone makes the item hold: the diastolic one need not be known."""
    assert "diastolic blood pressure" not in PREVENT
    measured = {"urea nitrogen": 10.0, "respiratory rate": 16.0, "systolic blood pressure": 84.0, "confusion": "absent"}
    assert calculate("curb_65", patient(measured), TODAY, KNOWN).value == 1


def test_missing_items_refuse_and_say_what_the_score_lies_between() -> None:
    found = compute("curb_65", patient({"respiratory rate": 32.0}, age_years=70), TODAY, KNOWN)
    assert found.value is None
    assert found.between == (2, 5)
    assert found.refused["confusion"] == "neither recorded nor ruled out"
    assert found.refused["urea_nitrogen"] == "not recorded"
    assert "with what is known it is 2 to 5" in render(found)


def test_silence_about_history_says_no_only_where_conditions_are_recorded() -> None:
    vitals = {"heart rate": 80.0, "systolic blood pressure": 120.0, "oxygen saturation": 97.0}
    assert calculate("spesi", patient(vitals), TODAY, KNOWN).value == 0
    assert calculate("spesi", patient(vitals, conditions=["lung cancer"]), TODAY, KNOWN).value == 1
    with pytest.raises(Refusal, match="no conditions are recorded"):
        calculate("spesi", patient(vitals, conditions=None), TODAY, KNOWN)


@pytest.mark.parametrize("said", ["no haemoptysis", {"display": "haemoptysis", "status": "negated"}])
def test_a_finding_ruled_out_gives_no_points(said: Any) -> None:
    signs = dict.fromkeys(("clinical signs of dvt", "pe most likely diagnosis"), "no")
    known = patient({**signs, "heart rate": 80.0, "immobilisation or surgery": "no"}, conditions=[said])
    assert calculate("wells_pe", known, TODAY, KNOWN).value == 0


def test_an_answer_that_the_score_does_not_know_is_no_answer() -> None:
    answers = dict.fromkeys(
        ("how often do you have six or more drinks on one occasion", "drinks on a typical day"), 1.0
    )
    known = patient({**answers, "how often do you have a drink containing alcohol": 7.0})
    with pytest.raises(Refusal, match="none of never"):
        calculate("audit_c", known, TODAY, KNOWN)


@pytest.mark.parametrize(
    ("name", "known", "reason"),
    [
        ("prevent_cvd_10", patient(PREVENT, age_years=85), "30 to 79 years"),
        ("prevent_cvd_10", patient(PREVENT, conditions=["myocardial infarction"]), "without cardiovascular disease"),
        ("prevent_cvd_10", patient(PREVENT | {"total cholesterol": 400.0}), "outside what the formula is for"),
        ("prevent_cvd_10", patient(PREVENT, day="2024-01-01"), "more than 365 days ago"),
        ("prevent_cvd_10", patient(PREVENT, medications=None), "no medications are recorded"),
        ("prevent_cvd_30", patient(PREVENT, age_years=62), "30 to 59 years"),
        ("score2_low", patient(PREVENT, conditions=["type 2 diabetes"]), "without cardiovascular disease or diabetes"),
        ("kfre_5", patient({"egfr": 75.0, "albumin creatinine ratio": 300.0}), "outside what the formula is for"),
        ("egfr_schwartz", patient({"creatinine": 0.8, "height": 170.0}), "1 to 17 years"),
        ("curb_65", patient({"respiratory rate": 32.0}, age_years=9), "adults"),
        ("morphine_equivalent", patient({}, medications=["oxycodone"]), "no daily dose of oxycodone"),
    ],
)
def test_outside_the_population_or_the_range_or_stale_is_refused(name: str, known: Patient, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        calculate(name, known, TODAY, KNOWN)


def test_the_kidney_failure_equation_rises_with_albuminuria_and_falls_with_egfr() -> None:
    def risk(egfr: float, acr: float) -> float:
        return calculate("kfre_5", patient({"egfr": egfr, "albumin creatinine ratio": acr}), TODAY, KNOWN).value

    assert risk(20, 300) > risk(20, 30) > risk(40, 30) > 0


def test_every_calculator_says_whom_it_is_for_and_who_published_it() -> None:
    for each in declared(KNOWN):
        assert each.title and each.source, each.name
    assert len({each.title for each in declared(KNOWN)}) == len(calculators(KNOWN))


def test_names_are_taken_in_any_spelling_and_unknown_ones_refused_with_the_nearest() -> None:
    assert named("CHA2DS2-VASc", KNOWN) == "cha2ds2_vasc"
    assert named("Curb 65", KNOWN) == "curb_65"
    with pytest.raises(InputError, match="did you mean qsofa"):
        named("qsoffa", KNOWN)
