"""Gestational age."""

from __future__ import annotations

from datetime import date, datetime

from medrag.knowledge import Knowledge
from medrag.knowledge.names import normalise
from medrag.patient.measures.calculators.declaration import Calculator, Values
from medrag.patient.measures.formulas import TERM_DAYS
from medrag.patient.measures.inputs import Unavailable, Value
from medrag.patient.record.facts import moment
from medrag.types import Patient

_DAYS = {
    "last menstrual period": 0,
    "date of last menstrual period": 0,
    "lmp": 0,
    "estimated date of delivery": -TERM_DAYS,
    "expected date of delivery": -TERM_DAYS,
    "estimated due date": -TERM_DAYS,
    "due date": -TERM_DAYS,
    "edd": -TERM_DAYS,
}
"""Names of the two dates that tell it, and the days from the first of gestation to that date, negated."""
LONGEST = 44 * 7


def days_of_gestation(patient: Patient, today: date, _knowledge: Knowledge) -> dict[str, Value]:
    """Days since the first day of the last menstrual period, from it or from the due date. Naegele's 280 days."""
    dated = [
        (each, _DAYS[normalise(each.display)])
        for each in patient.observations or ()
        if each.current and isinstance(each.value, str) and normalise(each.display) in _DAYS
    ]
    if not dated:
        raise Unavailable("neither the last menstrual period nor the due date is recorded")
    fact, offset = max(dated, key=lambda pair: moment(pair[0].date))
    try:
        day = datetime.fromisoformat(str(fact.value)).date()
    except ValueError as error:
        raise Unavailable("the recorded date is none") from error
    days = (today - day).days - offset
    if not 0 <= days <= LONGEST:
        raise Unavailable("the recorded date is not of a pregnancy that lasts")
    return {"days": Value(days, "d", fact.date, fact.source)}


def _weeks(values: Values) -> float:
    return round(float(values["days"]) / 7, 1)


PREGNANCY: dict[str, Calculator] = {
    "gestational_age": Calculator(
        "gestational age",
        "wk",
        "days since the last menstrual period (or 280 less the days to the due date) / 7",
        (),
        _weeks,
        population="pregnant people with regular cycles; a first-trimester ultrasound is better",
        source="ACOG Committee Opinion 700, Obstet Gynecol 2017;129:e150",
        gather=days_of_gestation,
    )
}
