"""What a formula may be fed: the newest usable value of each kind, or the reason there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from medrag.knowledge import Knowledge
from medrag.knowledge.vocabulary import Measurement
from medrag.patient.measures import analytes
from medrag.patient.measures.units import UnitError
from medrag.patient.record.facts import CHILD_YEARS, days_before, moment, of_child
from medrag.types import Observation, Patient

CHILD_FRESH_DAYS = 90
SIZES = {"weight", "height", "bmi"}
"""What grows with a child."""


@dataclass(frozen=True)
class Value:
    """One input: what it is, in which unit, from when and where."""

    value: Any
    unit: str | None = None
    date: date | datetime | None = None
    source: str | None = None

    def shown(self) -> dict[str, Any]:
        """For ``Derived.inputs``: only what is known."""
        when = self.date.isoformat() if self.date else None
        parts = {"value": self.value, "unit": self.unit, "date": when, "source": self.source}
        return {name: part for name, part in parts.items() if part is not None}


class Unavailable(Exception):
    """An input that is missing, stale or not usable; the message says which of these."""


def measured(patient: Patient, key: str, today: date, knowledge: Knowledge, fresh_days: int | None = None) -> Value:
    """The newest value of analyte ``key``, in its unit: a current one if there is one. Raises ``Unavailable``."""
    analyte = knowledge.measurements[key]
    held = [each for each in analytes.of(patient.observations or (), analyte, knowledge) if _counts(each)]
    if not held:
        rate = key == "heart_rate"
        return _from_rr(patient, today, knowledge, fresh_days) if rate else _stated(patient, analyte)
    newest = max(reversed(held), key=lambda each: (each.current, moment(each.date)))
    window = CHILD_FRESH_DAYS if _outgrown(patient, newest, analyte) else _window(patient, analyte, fresh_days)
    if newest.date is not None and days_before(newest.date, today) < -1:
        raise Unavailable(f"dated in the future ({newest.date:%Y-%m-%d})")
    if newest.date is not None and window is not None and days_before(newest.date, today) > window:
        raise Unavailable(f"last measured {newest.date:%Y-%m-%d}, more than {window} days ago")
    try:
        value = analytes.measure(analyte, newest)
    except UnitError as error:
        raise Unavailable("the newest value has no usable number and unit") from error
    if not analyte.plausible(value):
        raise Unavailable("the newest value is not plausible")
    return Value(value, analyte.unit, newest.date, newest.source)


def _counts(observation: Observation) -> bool:
    """Old values were marked resolved; they count here only to say, where nothing is current, that they are old."""
    return observation.value is not None and observation.status in {"active", "resolved"}


def _from_rr(patient: Patient, today: date, knowledge: Knowledge, fresh_days: int | None) -> Value:
    """The heart rate that an RR interval means."""
    interval = measured(patient, "rr_interval", today, knowledge, fresh_days)
    return Value(60_000 / interval.value, "/min", interval.date, interval.source)


def _stated(patient: Patient, analyte: Measurement) -> Value:
    stated = {"weight": patient.weight_kg, "height": patient.height_cm}.get(analyte.key)
    if stated is None:
        raise Unavailable("not recorded")
    if not analyte.plausible(stated):
        raise Unavailable("the value is not plausible")
    return Value(stated, analyte.unit, None, "structured")


def _outgrown(patient: Patient, newest: Observation, analyte: Measurement) -> bool:
    """Whether it is a size that the patient had as a child."""
    return analyte.key in SIZES and of_child(newest.date, patient.birth_date)


def _window(patient: Patient, analyte: Measurement, fresh_days: int | None) -> int | None:
    grows = patient.age_years is not None and patient.age_years < CHILD_YEARS
    if grows and analyte.key in SIZES:
        return CHILD_FRESH_DAYS
    return analyte.fresh_days if fresh_days is None else fresh_days


def age(patient: Patient) -> Value:
    """Age in years."""
    if patient.age_years is None:
        raise Unavailable("not recorded")
    return Value(patient.age_years, "a", patient.birth_date, None)


def sex(patient: Patient) -> Value:
    """Female or male; the formulas here know no other."""
    if patient.sex not in ("female", "male"):
        raise Unavailable("not recorded" if patient.sex is None else "the formula is defined for female and male only")
    return Value(patient.sex)
