"""Helpers every parser of patients shares: facts in, one ``Patient`` out, and dates that compare."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar

from medrag.types import (
    Allergy,
    Condition,
    Fact,
    Genotype,
    Imaging,
    Medication,
    Observation,
    Patient,
    Problem,
    Procedure,
)

LISTS: dict[str, type[Fact] | type[Genotype]] = {
    "conditions": Condition,
    "allergies": Allergy,
    "medications": Medication,
    "observations": Observation,
    "procedures": Procedure,
    "genotypes": Genotype,
    "imaging": Imaging,
}

CHILD_YEARS = 18
"""Age below which weight and height are those of someone who grows."""
FRESH_DAYS = 365
"""How long what a record says as current is taken for current, where nothing else says how long."""
DAYS_A_YEAR = 365.25

T = TypeVar("T")

_NEVER = datetime.min.replace(tzinfo=UTC)


def assemble(
    facts: Iterable[Fact | Genotype], problems: Iterable[Problem] = (), none: Iterable[str] = (), **person: Any
) -> Patient:
    """A ``Patient`` whose lists hold ``facts`` by their type, in their order.

    A list without any is not recorded, or recorded as none where ``none`` names it.
    """
    kept = list(facts)
    lists: dict[str, Any] = {name: tuple(fact for fact in kept if type(fact) is kind) for name, kind in LISTS.items()}
    lists = {name: facts for name, facts in lists.items() if facts or name in set(none)}
    return Patient(**lists, problems=tuple(problems), **person)


def all_facts(patient: Patient) -> list[Fact | Genotype]:
    """Every fact of the record, list by list."""
    return [fact for name in LISTS for fact in getattr(patient, name) or ()]


def moment(value: date | datetime | None) -> datetime:
    """``value`` as an aware datetime that compares with any other; ``None`` comes before everything."""
    if value is None:
        return _NEVER
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime.combine(value, time(), tzinfo=UTC)


def days_before(value: date | datetime, today: date) -> int:
    """Whole days from ``value`` to ``today``; negative when it lies in the future."""
    day = value.date() if isinstance(value, datetime) else value
    return (today - day).days


def age_on(birth: date, today: date) -> float:
    """Age in completed years; under two years in years and completed months, as a fraction."""
    months = (today.year - birth.year) * 12 + today.month - birth.month - (today.day < birth.day)
    return float(months // 12) if months >= 24 else round(months / 12, 2)


def of_child(measured: date | datetime | None, born: date | None) -> bool:
    """Whether that day a patient ``born`` then was not grown up; False where either is not known."""
    if measured is None or born is None:
        return False
    return age_on(born, measured.date() if isinstance(measured, datetime) else measured) < CHILD_YEARS


def unique(items: Iterable[T]) -> list[T]:
    """``items`` without repeats, first occurrence first; those that cannot be hashed are compared one by one."""
    given = list(items)
    try:
        return list(dict.fromkeys(given))
    except TypeError:
        pass
    kept: list[T] = []
    for item in given:
        if item not in kept:
            kept.append(item)
    return kept
