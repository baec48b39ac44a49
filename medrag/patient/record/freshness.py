"""What of the record still holds today: the newest of each measurement, while it is recent; the rest is history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from medrag.knowledge import Knowledge
from medrag.patient.measures import analytes
from medrag.patient.record.facts import FRESH_DAYS, days_before, moment, of_child
from medrag.types import FactStatus, Observation, Problem


def mark_old(
    observations: Sequence[Observation], today: date, born: date | None, knowledge: Knowledge
) -> tuple[Observation, ...]:
    """Observations that a newer one replaces, or that are more than a year old, become ``resolved``.

    An adult's height does not grow old, a child's does. Observations without a date are taken at their word.
    """
    newest: dict[str, datetime] = {}
    for each in observations:
        if each.current:
            key = kind_of(each, knowledge)
            newest[key] = max(newest.get(key, moment(None)), moment(each.date))
    return tuple(_aged(each, newest.get(kind_of(each, knowledge)), today, born, knowledge) for each in observations)


def _aged(
    each: Observation, newest: datetime | None, today: date, born: date | None, knowledge: Knowledge
) -> Observation:
    if not each.current:
        return each
    replaced = moment(each.date) != newest
    analyte = analytes.measured_by(each, knowledge)
    window = analyte.fresh_days if analyte and not of_child(each.date, born) else FRESH_DAYS
    stale = each.date is not None and window is not None and days_before(each.date, today) > window
    return each.model_copy(update={"status": FactStatus.RESOLVED}) if replaced or stale else each


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
