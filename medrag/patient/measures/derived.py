"""Values computed from the record. Each names its formula, inputs and dates; a missing or stale input refuses it.

``derive`` computes what is meaningful for the patient (a Child-Pugh score needs a liver disease); ``calculate``
computes one value by name for whoever asks.
"""

from __future__ import annotations

import math
from datetime import date, datetime

from medrag.patient.measures import inputs
from medrag.patient.measures.calculators import ADULT_YEARS, CALCULATORS, Calculator
from medrag.patient.measures.inputs import Unavailable, Value
from medrag.patient.record.facts import moment
from medrag.types import Derived, Patient


class Refusal(Exception):
    """Why a value was not computed: ``reasons`` has each input that stood in the way, and how."""

    def __init__(self, reasons: dict[str, str]) -> None:
        super().__init__("; ".join(f"{key}: {reason}" for key, reason in reasons.items()))
        self.reasons = reasons


def calculate(name: str, patient: Patient, today: date) -> Derived:
    """One derived value by its name in ``CALCULATORS``. Raises ``Refusal``; ``KeyError`` for an unknown name."""
    calculator = CALCULATORS[name]
    values = _gather(calculator, patient, today)
    _check(calculator, values)
    dated = _dates(calculator, values)
    value = calculator.compute({key: each.value for key, each in values.items()})
    if not math.isfinite(value):
        raise Refusal({calculator.title: "is not defined for these inputs"})
    return Derived(
        value=value,
        unit=calculator.unit,
        formula=calculator.formula,
        inputs={key: each.shown() for key, each in values.items()},
        date=min(dated, key=moment) if dated else None,
    )


def derive(patient: Patient, today: date) -> tuple[dict[str, Derived], dict[str, list[str]]]:
    """Every value that is meaningful for ``patient``, and what each missing input blocks.

    The second is keyed by ``"input: reason"`` and lists the titles of the values it blocks.
    """
    derived: dict[str, Derived] = {}
    blocked: dict[str, list[str]] = {}
    for name, calculator in CALCULATORS.items():
        if not calculator.applies(patient):
            continue
        try:
            derived[name] = calculate(name, patient, today)
        except Refusal as refusal:
            for key, reason in refusal.reasons.items():
                titles = blocked.setdefault(f"{key}: {reason}", [])
                if calculator.title.partition(" (")[0] not in titles:  # variants go without saying
                    titles.append(calculator.title)
    return derived, blocked


def _gather(calculator: Calculator, patient: Patient, today: date) -> dict[str, Value]:
    values: dict[str, Value] = {}
    reasons: dict[str, str] = {}
    for key in calculator.needs:
        try:
            values[key] = _input(key, patient, today, calculator.fresh_days)
        except Unavailable as missing:
            reasons[key] = str(missing)
    try:
        values |= calculator.gather(patient, today)
    except Unavailable as missing:
        reasons[calculator.title] = str(missing)
    if reasons:
        raise Refusal(reasons)
    return values


def _input(key: str, patient: Patient, today: date, fresh_days: int | None) -> Value:
    if key == "age":
        return inputs.age(patient)
    if key == "sex":
        return inputs.sex(patient)
    return inputs.measured(patient, key, today, None if key in {"weight", "height"} else fresh_days)


def _check(calculator: Calculator, values: dict[str, Value]) -> None:
    if calculator.adults_only and values["age"].value < ADULT_YEARS:
        raise Refusal({"age": f"the formula is for adults ({ADULT_YEARS} and over)"})
    dates = _dates(calculator, values)
    if calculator.together_days is not None and len(dates) > 1:
        spread = (max(map(moment, dates)) - min(map(moment, dates))).days
        if spread > calculator.together_days:
            raise Refusal({calculator.title: f"its inputs were measured {spread} days apart"})


def _dates(calculator: Calculator, values: dict[str, Value]) -> list[date | datetime]:
    """When the measured inputs are from; height and age do not grow old."""
    return [found for key in calculator.needs if key not in {"age", "height"} and (found := values[key].date)]
