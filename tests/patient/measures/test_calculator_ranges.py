"""Property: whatever is recorded, a value is computed only from inputs and for ages that its declaration allows."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medrag.knowledge import load
from medrag.patient.measures.calculators import calculators
from medrag.patient.measures.calculators.declaration import Calculator
from medrag.patient.measures.derived import Refusal, calculate
from medrag.types import Derived, Patient
from tests.patient.records import TODAY

KNOWN = load()
CALCULATORS = calculators(KNOWN)
LEAST_COMPLETE = 100
FARTHEST = 1e6
TYPICAL = {"weight": 70.0, "height": 170.0, "bmi": 25.0}


def limits_of(each: Calculator, key: str) -> tuple[float, float]:
    """Within which a measurement is taken: the formula's limits, and what can be right at all."""
    measurement, (least, most) = KNOWN.measurements[key], each.limits.get(key, (-math.inf, math.inf))
    return max(least, measurement.low or -math.inf), min(most, measurement.high or math.inf)


def value_within(each: Calculator, key: str) -> float:
    least, most = limits_of(each, key)
    middle = (max(least, 0) + min(most, FARTHEST)) / 2
    return TYPICAL[key] if least <= TYPICAL.get(key, math.nan) <= most else middle


def asked(each: Calculator, sex: str, changed: dict[str, float], age: float | None = None) -> Patient:
    """A patient with every input in the middle of its range and findings ruled out, but for ``changed``."""
    observations: list[dict[str, Any]] = []
    for key in each.needs:
        held = {"date": "2026-11-24", "source": "test"}
        if key in KNOWN.scores:
            item = KNOWN.scores[key]
            answer = next(iter(item.grades), "no")
            observations.append(held | {"display": (*item.names, key.replace("_", " "))[0], "value": answer})
        elif key in KNOWN.measurements:
            measurement = KNOWN.measurements[key]
            value = changed.get(key, value_within(each, key))
            observations.append(held | {"display": measurement.names[0], "value": value, "unit": measurement.unit})
    least, under = each.ages
    years = age if age is not None else min(max(50.0, least), under - 0.5)
    facts = {"conditions": (), "medications": (), "allergies": ()}
    return Patient.model_validate({"age_years": years, "sex": sex, "observations": observations} | facts)


def computed(name: str, known: Patient) -> Derived | None:
    try:
        return calculate(name, known, TODAY, KNOWN)
    except Refusal:
        return None


@cache
def sex_for(name: str) -> str | None:
    """For whom the calculator computes with every input in range; None where it needs more than its ``needs``."""
    found = (each for each in ("female", "male") if computed(name, asked(CALCULATORS[name], each, {})))
    return next(found, None)


COMPLETE = [name for name in CALCULATORS if sex_for(name)]
LIMITED = [(name, key) for name in COMPLETE for key in CALCULATORS[name].needs if key in KNOWN.measurements]


def test_most_calculators_are_probed() -> None:
    assert len(COMPLETE) >= LEAST_COMPLETE, set(CALCULATORS) - set(COMPLETE)


@pytest.mark.parametrize(("name", "key"), LIMITED, ids=":".join)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_value_out_of_range_is_never_computed_with(name: str, key: str, data: st.DataObject) -> None:
    each, sex = CALCULATORS[name], sex_for(name)
    least, most = limits_of(each, key)
    value = data.draw(st.floats(-FARTHEST, FARTHEST) | st.sampled_from([0.0, -1.0, FARTHEST]))
    found = computed(name, asked(each, sex or "", {key: value}))
    if found is None:
        return
    assert math.isfinite(found.value)
    used = found.inputs.get(key)
    assert used is None or least <= used["value"] <= most


@pytest.mark.parametrize("name", [name for name in COMPLETE if "age" in CALCULATORS[name].needs])
@settings(max_examples=20, deadline=None)
@given(age=st.floats(0, 120))
def test_an_age_that_the_formula_is_not_for_is_refused(name: str, age: float) -> None:
    each, sex = CALCULATORS[name], sex_for(name)
    found = computed(name, asked(each, sex or "", {}, age))
    assert found is None or each.ages[0] <= age < each.ages[1]
