"""What of the record still holds today: the newest of each measurement, while it is recent; the rest is history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from medrag.knowledge import Knowledge
from medrag.patient.measures import analytes
from medrag.patient.measures.units import UnitError
from medrag.patient.record.facts import FRESH_DAYS, days_before, moment, of_child
from medrag.types import FactStatus, Lost, Observation, Problem

MOST_APART = 0.1
"""The share of a value by which another of the same measurement may differ and say the same."""
_LOST: tuple[Lost, ...] = ("observations",)


def mark_old(
    observations: Sequence[Observation], today: date, born: date | None, knowledge: Knowledge
) -> tuple[tuple[Observation, ...], list[Problem]]:
    """Observations that a newer one replaces, or that are more than a year old, become ``resolved``.

    An adult's height does not grow old, a child's does. Observations without a date are taken at their word, unless a
    dated one that still holds says something else: which of the two is newer is then not known, which is reported.
    """
    held = [each.current and not _stale(each, today, born, knowledge) for each in observations]
    newest: dict[str, Observation] = {}
    for each in (each for each, holds in zip(observations, held, strict=True) if holds):
        kept = newest.setdefault(kind_of(each, knowledge), each)
        if moment(each.date) > moment(kept.date):
            newest[kind_of(each, knowledge)] = each
    marked, problems = [], []
    for each, holds in zip(observations, held, strict=True):
        latest = newest.get(kind_of(each, knowledge)) if holds else None
        replaced = latest is None or moment(each.date) != moment(latest.date)
        if latest and replaced and each.date is None and _measured_apart(each, latest, knowledge):
            reason = f"{kind_of(each, knowledge)} has no date here and another value on a day elsewhere"
            problems.append(Problem(source=each.source, reason=f"{reason}; which is newer is not known", lost=_LOST))
            marked.append(each.model_copy(update={"status": FactStatus.UNCERTAIN}))
        else:
            over = each.current and replaced
            marked.append(each.model_copy(update={"status": FactStatus.RESOLVED}) if over else each)
    return tuple(marked), problems


def _stale(each: Observation, today: date, born: date | None, knowledge: Knowledge) -> bool:
    analyte = analytes.measured_by(each, knowledge)
    window = analyte.fresh_days if analyte and not of_child(each.date, born) else FRESH_DAYS
    return each.date is not None and window is not None and days_before(each.date, today) > window


def _measured_apart(one: Observation, other: Observation, knowledge: Knowledge) -> bool:
    analyte = analytes.measured_by(one, knowledge)
    if analyte is None:
        return False
    try:
        return apart(analytes.measure(analyte, one), analytes.measure(analyte, other))
    except UnitError:
        return False


def apart(one: float, other: float) -> bool:
    """Whether two values of one measurement differ by more than a tenth."""
    return abs(one - other) > MOST_APART * max(abs(one), abs(other))


def kind_of(each: Observation, knowledge: Knowledge) -> str:
    """What an observation measures: observations of one kind replace one another in time."""
    analyte = analytes.measured_by(each, knowledge)
    if analyte:
        return analyte.key
    return f"{each.system}|{each.code}" if each.code else each.display.casefold()


def mark_future(observations: Sequence[Observation], today: date) -> tuple[tuple[Observation, ...], list[Problem]]:
    """Observations dated after tomorrow become uncertain, and are reported."""
    checked, problems = [], []
    for each in observations:
        ahead = each.date is not None and days_before(each.date, today) < -1 and each.current
        if ahead:
            problems.append(Problem(source=each.source, reason="is dated in the future; taken as uncertain"))
        checked.append(each.model_copy(update={"status": FactStatus.UNCERTAIN}) if ahead else each)
    return tuple(checked), problems
