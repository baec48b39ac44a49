"""Values computed from the record. Each names its formula, inputs and dates; a missing or stale input refuses it.

``derive`` computes what is meaningful for the patient (a Child-Pugh score needs a liver disease); ``calculate``
computes one value by name for whoever asks.
"""

from __future__ import annotations

import math
from datetime import date, datetime

from medrag.knowledge import Knowledge
from medrag.patient.measures import inputs
from medrag.patient.measures.calculators import calculators
from medrag.patient.measures.calculators.declaration import ADULTS, Calculator
from medrag.patient.measures.findings import finding
from medrag.patient.measures.inputs import Unavailable, Value
from medrag.patient.record.facts import moment
from medrag.patient.wording import once
from medrag.types import Derived, Patient


class Refusal(Exception):
    """Why a value was not computed: ``reasons`` has each input that stood in the way, and how.

    ``between`` is the least and the most that a point score can be with what is known, where that says anything.
    """

    def __init__(self, reasons: dict[str, str], between: tuple[float, float] | None = None) -> None:
        super().__init__("; ".join(f"{key}: {reason}" for key, reason in reasons.items()))
        self.reasons = reasons
        self.between = between


def calculate(name: str, patient: Patient, today: date, knowledge: Knowledge) -> Derived:
    """One derived value by its name in ``calculators``. Raises ``Refusal``; ``KeyError`` for an unknown name."""
    calculator = calculators(knowledge)[name]
    _check_population(calculator, patient, today, knowledge)
    values = _gather(calculator, patient, today, knowledge)
    dated = _dates(calculator, values, knowledge)
    _check(calculator, values, dated)
    value = _value(calculator, values)
    return Derived(
        value=value,
        unit=calculator.unit,
        formula=calculator.formula,
        inputs={key: each.shown() for key, each in values.items()},
        date=min(dated, key=moment) if dated else None,
    )


def derive(patient: Patient, today: date, knowledge: Knowledge) -> tuple[dict[str, Derived], dict[str, list[str]]]:
    """Every value that is meaningful for ``patient``, and what each missing input blocks.

    The second is keyed by ``"input: reason"`` and lists the titles of the values it blocks.
    """
    derived: dict[str, Derived] = {}
    blocked: dict[str, list[str]] = {}
    with once():
        for name, calculator in calculators(knowledge).items():
            if not calculator.applies(patient, knowledge):
                continue
            try:
                derived[name] = calculate(name, patient, today, knowledge)
            except Refusal as refusal:
                for key, reason in refusal.reasons.items():
                    titles = blocked.setdefault(f"{key}: {reason}", [])
                    if calculator.title.partition(" (")[0] not in titles:  # variants go without saying
                        titles.append(calculator.title)
    return derived, blocked


def _value(calculator: Calculator, values: dict[str, Value]) -> float:
    """What the formula gives; where it divides by nothing or leaves its domain, a ``Refusal``."""
    try:
        value = calculator.compute({key: each.value for key, each in values.items()})
    except (ArithmeticError, ValueError):
        value = math.nan
    if not math.isfinite(value):
        raise Refusal({calculator.title: "is not defined for these inputs"})
    return value


def _check_population(calculator: Calculator, patient: Patient, today: date, knowledge: Knowledge) -> None:
    """Refuses a patient whose record shows that the formula was not made for them."""
    age, (least, under) = patient.age_years, calculator.ages
    if age is not None and not least <= age < under:
        adults = calculator.ages == ADULTS
        raise Refusal({"age": f"the formula is for {'adults (18 and over)' if adults else _years(least, under)}"})
    for name in calculator.excludes:
        try:
            held = finding(patient, name, today, knowledge)
        except Unavailable:
            continue
        if held.value:
            raise Refusal({name: f"the formula is for {calculator.population}"})


def _years(least: float, under: float) -> str:
    return f"{least:g} to {under - 1:g} years" if under < ADULTS[1] else f"{least:g} years and over"


def _gather(calculator: Calculator, patient: Patient, today: date, knowledge: Knowledge) -> dict[str, Value]:
    values: dict[str, Value] = {}
    reasons: dict[str, str] = {}
    for key in calculator.needs:
        try:
            values[key] = value_of(key, patient, today, knowledge, calculator.fresh_days)
        except Unavailable as missing:
            reasons[key] = str(missing)
    try:
        values |= calculator.gather(patient, today, knowledge)
    except Unavailable as missing:
        reasons[calculator.title] = str(missing)
    if reasons and not _decided(calculator, values, reasons):
        raise Refusal(reasons)
    return values


def _decided(calculator: Calculator, values: dict[str, Value], reasons: dict[str, str]) -> bool:
    """Whether the value stands whatever the missing inputs are. Raises ``Refusal`` with what it lies between."""
    if calculator.bounds is None:
        return False
    least, most = calculator.bounds({key: each.value for key, each in values.items()})
    if least != most:
        raise Refusal(reasons, (least, most))
    return True


def value_of(key: str, patient: Patient, today: date, knowledge: Knowledge, fresh_days: int | None = None) -> Value:
    """Any input of a calculator: age, sex, a finding, or a measurement (computed where it can be and was not measured).

    Raises ``Unavailable``.
    """
    if key == "age":
        return inputs.age(patient)
    if key == "sex":
        return inputs.sex(patient)
    if key in knowledge.scores:
        return finding(patient, key, today, knowledge, fresh_days)
    try:
        return inputs.measured(patient, key, today, knowledge, None if key in {"weight", "height"} else fresh_days)
    except Unavailable:
        if key not in calculators(knowledge):
            raise
        return _computed(key, patient, today, knowledge)


def _computed(key: str, patient: Patient, today: date, knowledge: Knowledge) -> Value:
    """A measurement that was not measured, from what it can be computed with."""
    try:
        found = calculate(key, patient, today, knowledge)
    except Refusal as refusal:
        raise Unavailable(f"not recorded, nor what it is computed from ({refusal})") from refusal
    return Value(found.value, found.unit, found.date, found.formula)


def _check(calculator: Calculator, values: dict[str, Value], dates: list[date | datetime]) -> None:
    for key, (least, most) in calculator.limits.items():
        if key in values and not least <= values[key].value <= most:
            unit = values[key].unit or ""
            raise Refusal({key: f"outside what the formula is for ({least:g} to {most:g} {unit})".replace(" )", ")")})
    if calculator.together_days is not None and len(dates) > 1:
        spread = (max(map(moment, dates)) - min(map(moment, dates))).days
        if spread > calculator.together_days:
            raise Refusal({calculator.title: f"its inputs were measured {spread} days apart"})


def _dates(calculator: Calculator, values: dict[str, Value], knowledge: Knowledge) -> list[date | datetime]:
    """When the measured inputs are from; height, age and findings do not grow old here."""
    ageless = {"age", "height", *knowledge.scores}
    held = [values[key].date for key in calculator.needs if key not in ageless and key in values]
    return [found for found in held if found]
