"""Sentences that depend on a score or a measurement: met, not met or not known, and what that does to the choices."""

from __future__ import annotations

from typing import Any

import pytest

from medrag.knowledge import load
from medrag.patient import from_json
from medrag.patient.measures.calculators import calculators
from medrag.patient.view import PatientView, view
from medrag.safety.checks.population import population
from medrag.safety.consultation import Consultation
from medrag.safety.limits import standing
from medrag.types import Evidence, Passage, Sentence, Statement
from tests.patient.records import TODAY

SPIRONOLACTONE = (
    "In heart failure with reduced ejection fraction, add spironolactone or eplerenone if eGFR is above 30 "
    "mL/min/1.73 m2 and potassium is below 5.0 mEq/L."
)
STATIN = "In primary prevention adults with PREVENT-ASCVD 10-year risk >=10%, start a high-intensity statin."
PNEUMONIA = "In adults with community-acquired pneumonia and a CURB-65 of 2 or more, consider hospital care."


def seen(*measured: tuple[str, float, str], **fields: Any) -> PatientView:
    observations = [{"display": name, "value": value, "unit": unit} for name, value, unit in measured]
    given = {"age_years": 70, "sex": "male", "conditions": [], "medications": [], "observations": observations}
    record = from_json(given | fields, TODAY)
    return view(record, record, load())


EGFR, LOW = ("egfr", 55.0, "mL/min/{1.73_m2}"), ("egfr", 25.0, "mL/min/{1.73_m2}")


@pytest.mark.parametrize(
    ("measured", "met"),
    [
        ((EGFR, ("potassium", 4.4, "mmol/L")), True),
        ((EGFR, ("potassium", 5.0, "mmol/L")), False),
        ((LOW, ("potassium", 4.4, "mmol/L")), False),
        ((LOW,), False),
        ((EGFR,), None),
        ((), None),
    ],
)
def test_limits_of_measurements(measured: Any, met: bool | None) -> None:
    held = standing(SPIRONOLACTONE, seen(*measured))
    assert held is not None and held.met is met


def test_a_limit_of_a_risk_is_held_against_the_equation() -> None:
    risk = (
        ("systolic blood pressure", 165.0, "mm[Hg]"),
        ("total cholesterol", 260.0, "mg/dL"),
        ("hdl", 35.0, "mg/dL"),
        EGFR,
    )
    high = standing(STATIN, seen(*risk, conditions=["current smoker"]))
    assert high is not None and high.met is True
    low = standing(STATIN, seen(*risk[:3], ("egfr", 95.0, "mL/min/{1.73_m2}"), age_years=35, sex="female"))
    assert low is not None and low.met is False
    unknown = standing(STATIN, seen(EGFR))
    assert unknown is not None and unknown.met is None


def test_a_score_with_missing_items_decides_where_it_can_only_be_one_way() -> None:
    vitals = (("respiratory rate", 34.0, "/min"), ("systolic blood pressure", 84.0, "mm[Hg]"))
    held = standing(PNEUMONIA, seen(*vitals))
    assert held is not None and held.met is True
    open_to_both = standing(PNEUMONIA, seen(("respiratory rate", 16.0, "/min")))
    assert open_to_both is not None and open_to_both.met is None


@pytest.mark.parametrize(
    ("value", "unit", "met"), [(53.0, "mmol/mol", False), (64.0, "mmol/mol", True), (7.5, "%", True)]
)
def test_hba1c_in_either_unit(value: float, unit: str, met: bool) -> None:
    held = standing("If HbA1c stays above 7 % on metformin, add a second drug.", seen(("HbA1c", value, unit)))
    assert held is not None and held.met is met


def test_every_name_of_a_limit_is_of_something_that_can_be_held_against_the_record() -> None:
    known = load()
    assert (
        known.threshold_names.keys() - {"blood_pressure", "carotid_stenosis"}
        <= known.measurements.keys() | calculators(known).keys()
    )


def evidence(*sentences: str) -> tuple[Evidence, ...]:
    text, places, start = " ".join(sentences), [], 0
    for each in sentences:
        places.append(Sentence(start=start, end=start + len(each)))
        start += len(each) + 1
    passage = Passage(id="p#1", doc_id="p", title="P", text=text, sentences=tuple(places))
    return (Evidence(number=1, passage=passage, score=1.0),)


def chosen(question: str, *measured: tuple[str, float, str]) -> tuple[tuple[int, int], ...]:
    held = seen(*measured).patient
    consultation = Consultation(
        held, question, load(), evidence=evidence(SPIRONOLACTONE, "Start metoprolol 25 mg daily.")
    )
    return consultation.choices().pointers


def test_choices_leave_out_what_does_not_apply_and_keep_what_may() -> None:
    assert chosen("What next?", EGFR, ("potassium", 5.6, "mmol/L")) == ((1, 2),)
    assert chosen("What next?", EGFR, ("potassium", 4.4, "mmol/L")) == ((1, 1), (1, 2))
    assert chosen("What next?") == ((1, 1), (1, 2))
    assert chosen("Is spironolactone possible with this potassium?", EGFR, ("potassium", 5.6, "mmol/L")) == (
        (1, 1),
        (1, 2),
    )


def test_advice_about_what_may_come_is_not_held_to_it() -> None:

    record = seen(("potassium", 4.4, "mmol/L")).patient
    consultation = Consultation(record, "", load())
    advice = Statement(text="Stop spironolactone if potassium is above 5.5 mmol/L.")
    assert [each for each in consultation.review(advice).findings if each.code == "population.other"] == []
    assert population in consultation.checks
