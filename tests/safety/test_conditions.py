from typing import Any

import pytest

from medrag.knowledge import load
from medrag.patient.view import PatientView, view
from medrag.safety.check_cases import check_advice
from medrag.types import Patient


def seen(*conditions: str, **particulars: Any) -> PatientView:
    patient = Patient.model_validate({"conditions": conditions, **particulars})
    return view(patient, patient, load())


@pytest.mark.parametrize(
    ("words", "concept"),
    [
        ("history of peptic ulcer", "peptic_ulcer"),
        ("ESRD on HD", "end_stage_renal"),
        ("s/p MI", "myocardial_infarction"),
        ("G6PD deficiency", "g6pd_deficiency"),
        ("CKD stage IV", "severe_renal_impairment"),
        ("Parkinson\u2019s", "parkinson"),
        ("Crohn's", "ibd"),
        ("pulmonary oedema", "decompensated_hf"),
        ("HTN", "hypertension"),
        ("type 2 DM", "diabetes"),
        ("overactive thyroid", "hyperthyroidism"),
        ("blood clot in leg", "venous_thromboembolism"),
        ("Child-Pugh class C cirrhosis", "decompensated_cirrhosis"),
        ("severe liver dysfunction", "severe_hepatic_impairment"),
        ("G2P1 at 30 weeks", "pregnancy"),
        ("nursing mother", "breastfeeding"),
    ],
)
def test_wordings_resolve(words: str, concept: str) -> None:
    assert concept in seen(words).concepts


@pytest.mark.parametrize("words", ["no asthma", "not asthmatic", "mother has asthma", "asthma ruled out"])
def test_denied_and_family_conditions_do_not(words: str) -> None:
    assert "asthma" not in seen(words).concepts


def test_unspecific_words_only_warn() -> None:
    patient = Patient.model_validate({"conditions": ["glaucoma"], "age_years": 50, "medications": []})
    findings = check_advice("x", patient, "Start oxybutynin 5 mg daily.")["findings"]
    assert [each["severity"] for each in findings if each["check"] == "contraindication"] == ["warning"]


def test_a_condition_that_means_nothing_to_the_knowledge_is_not_assessed() -> None:
    patient = Patient.model_validate({"conditions": ["zorblatt syndrome"], "age_years": 50, "medications": []})
    findings = check_advice("x", patient, "Start cetirizine 10 mg daily.")["findings"]
    said = [each for each in findings if each["check"] == "contraindication"]
    assert [each["verdict"] for each in said] == ["not_assessed"]
    assert "1 of 1 conditions" in said[0]["reason"]


@pytest.mark.parametrize(
    ("condition", "weeks"),
    [("32 weeks pregnant", (32, 32)), ("pregnant, second trimester", (14, 28)), ("pregnancy", None)],
)
def test_weeks_of_gestation(condition: str, weeks: tuple[float, float] | None) -> None:
    assert seen(condition, sex="female", age_years=30).gestation == weeks


def test_gestational_age_from_a_measurement() -> None:
    observations = [{"display": "gestational age", "value": 210, "unit": "d"}]
    weeks = seen("pregnancy", sex="female", age_years=30, observations=observations).gestation
    assert weeks is not None
    assert weeks[0] == pytest.approx(30, abs=0.1)


@pytest.mark.parametrize(
    ("week", "verdict"), [("12 weeks pregnant", "warn"), ("30 weeks pregnant", "withhold"), ("pregnant", "withhold")]
)
def test_nsaids_by_week(week: str, verdict: str) -> None:
    patient = Patient.model_validate({"conditions": [week], "sex": "female", "age_years": 30, "pregnant": True})
    assert check_advice("x", patient, "Give ibuprofen 400 mg three times daily.")["verdict"] == verdict


@pytest.mark.parametrize(
    ("advice", "conditions", "verdict"),
    [
        ("Start carvedilol 6.25 mg twice daily.", ["Child-Pugh C cirrhosis"], "withhold"),
        ("Give acetaminophen 1 g every 6 hours.", ["cirrhosis"], "warn"),
        ("Start carvedilol 6.25 mg twice daily.", ["fatty liver"], "not_assessed"),
    ],
)
def test_liver(advice: str, conditions: list[str], verdict: str) -> None:
    assert check_advice("x", Patient.model_validate({"conditions": conditions}), advice)["verdict"] == verdict


def test_liver_function_unknown_is_not_assessed() -> None:
    findings = check_advice("x", Patient.model_validate({}), "Start carvedilol 6.25 mg twice daily.")["findings"]
    assert [each["verdict"] for each in findings if each["check"] == "hepatic"] == ["not_assessed"]


def test_a_pair_without_a_rule_or_a_review_is_not_assessed() -> None:
    record = {"medications": ["warfarin 5 mg"], "conditions": ["hypertension"], "allergies": []}
    findings = check_advice("x", Patient.model_validate(record), "Start pindolol 5 mg twice daily.")["findings"]
    said = [each for each in findings if each["check"] == "interaction"]
    assert [each["verdict"] for each in said] == ["not_assessed"]
    assert "pindolol with warfarin" in said[0]["reason"]
