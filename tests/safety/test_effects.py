"""Effects in numbers: the arithmetic, whom it is for, and that nothing is made up where the record is silent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from medrag.knowledge import load
from medrag.patient import from_json
from medrag.patient.measures.calculators import calculators
from medrag.rendering import render
from medrag.safety.consultation import Consultation
from medrag.safety.effects import numbers
from medrag.types import Advice, Effect, Interval, Outcome, Provenance, Statement
from tests.patient.records import TODAY

LEAST = 25
FIBRILLATION = {
    "age_years": 72,
    "sex": "male",
    "conditions": ["atrial fibrillation"],
    "medications": [],
    "allergies": [],
}


def released(text: str, patient: dict[str, Any] | None) -> tuple[Effect, ...]:
    record = from_json(patient, TODAY) if patient else None
    consultation = Consultation(record, "", load())
    consultation.released.append(Statement(text=text))
    return consultation.conclude().effects


def of(found: tuple[Effect, ...], outcome: str) -> Effect:
    return next(each for each in found if each.outcome == outcome)


def test_there_are_enough_and_each_is_cited_with_an_interval_and_marked() -> None:
    known = load().effects
    assert len(known) >= LEAST
    assert any(each.kind == "harm" for each in known)
    for each in known:
        assert each.low < each.relative < each.high, each.source
        assert "doi:10." in each.source
        assert each.own_risk is None or each.own_risk in calculators(load())
        assert not each.reviewed


@pytest.mark.parametrize(
    ("measure", "relative", "risk", "with_it"),
    [("RR", 0.5, 20.0, 10.0), ("HR", 0.5, 19.0, 10.0), ("OR", 0.5, 50.0, 33.33)],
)
def test_the_ratio_is_applied_by_its_measure(measure: Any, relative: float, risk: float, with_it: float) -> None:
    known = (
        load()
        .effects[0]
        .model_copy(update={"measure": measure, "relative": relative, "low": 0.4, "high": 0.6, "control_risk": risk})
    )
    found = numbers(known, risk)["with_treatment"]
    assert isinstance(found, Interval)
    assert found.value == pytest.approx(with_it, abs=0.01)


def test_an_interval_that_reaches_no_effect_leaves_the_number_needed_open() -> None:
    known = load().effects[0].model_copy(update={"measure": "RR", "relative": 0.8, "low": 0.6, "high": 1.1})
    assert numbers(known, 10.0)["number_needed"] == Interval(value=50, low=25, high=None)


def test_a_trials_risk_stands_where_the_patients_own_has_no_calculator() -> None:
    found = of(released("Start apixaban 5 mg twice daily.", FIBRILLATION), "major bleeding")
    assert (found.baseline, found.without, found.years) == ("trial", 3.09, 1)
    assert found.with_treatment is not None
    assert found.with_treatment.value == pytest.approx(100 * (1 - (1 - 0.0309) ** 0.69), abs=0.01)
    assert found.number_needed is not None
    assert found.number_needed.value == pytest.approx(106, abs=1)


def test_the_patients_own_risk_is_used_where_it_can_be_computed() -> None:
    measured = {"systolic blood pressure": (150, "mm[Hg]"), "total cholesterol": (220, "mg/dL"), "hdl": (45, "mg/dL"),
                "egfr": (85, "mL/min/{1.73_m2}")}  # fmt: skip
    observations = [{"display": name, "value": value, "unit": unit} for name, (value, unit) in measured.items()]
    patient = {
        "age_years": 60,
        "sex": "male",
        "conditions": ["hyperlipidaemia"],
        "medications": [],
        "observations": observations,
    }
    found = of(released("Start atorvastatin 20 mg once daily.", patient), "major vascular event")
    assert (found.baseline, found.own_risk, found.years) == ("patient", "prevent_ascvd_10", 10)
    assert found.without is not None and found.with_treatment is not None
    assert found.with_treatment.value == pytest.approx(0.79 * found.without, abs=0.02)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"conditions": ["hypertension"]}, "outside the trial's population"),
        ({"age_years": 12}, "outside the trial's population"),
        ({"conditions": ["atrial fibrillation", "mechanical heart valve"]}, "outside the trial's population"),
        ({"conditions": None}, "not recorded: conditions"),
    ],
)
def test_outside_the_trials_people_or_unknown_nothing_is_computed(changed: dict[str, Any], reason: str) -> None:
    found = released("Start apixaban 5 mg twice daily.", FIBRILLATION | changed)
    assert {each.not_assessed for each in found} == {reason}
    assert all(each.without is None and each.number_needed is None for each in found)


def test_what_is_warned_against_has_no_effect_and_nor_has_advice_for_nobody() -> None:
    assert released("Do not give apixaban.", FIBRILLATION) == ()
    assert released("Start apixaban 5 mg twice daily.", None) == ()


@pytest.mark.parametrize(("language", "words"), [("en", "106 ("), ("zh", "每治疗 106")])
def test_the_text_says_it(language: Any, words: str) -> None:
    found = released("Start apixaban 5 mg twice daily.", FIBRILLATION)
    made = Provenance(medrag="0", model="m", index="i", prompts="p", knowledge="k", grounding="quote")
    advice = Advice(
        id="a", created=datetime.now(UTC), question="?", outcome=Outcome.ANSWERED, effects=found, provenance=made
    )
    assert words in render(advice, language)
