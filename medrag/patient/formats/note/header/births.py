"""The day of birth that a note labels."""

from __future__ import annotations

from datetime import date
from functools import partial

from medrag.reading.dates import dates_at
from medrag.reading.languages import pattern
from medrag.reading.people.ages import READ

_said = partial(pattern, "header")


def birth_dates(text: str, today: date) -> tuple[date, ...]:
    """The birth date that a note labels: two where day and month may be meant either way, none in the future."""
    match = _said("born").search(text[:READ])
    if match is None:
        return ()
    start = match.start("date") if match["date"] else match.start("day")
    return tuple(each for each in dates_at(text, start, today) if each <= today)


def births(text: str, today: date) -> frozenset[str]:
    """The same as ISO dates, as :class:`~medrag.patient.record.demographics.Demographics` compares them."""
    return frozenset(each.isoformat() for each in birth_dates(text, today))
