"""Dates as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_NUMERIC = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_WORDED = re.compile(
    r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?[ -]{1,2}(?P<month>[A-Z]{3})[A-Z]*\.?,?[ -]{1,2}"
    r"|(?P<month2>[A-Z]{3})[A-Z]*\.? (?P<day2>\d{1,2})(?:st|nd|rd|th)?,? )(?P<year>\d{4})(?!\d)",
    re.IGNORECASE,
)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""The months by the three letters that their names begin with."""
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
"""A month's name, in full or cut short, in lower case."""
_CENTURY = 100


def dates_at(text: str, start: int, latest: date) -> tuple[date, ...]:
    """The date that ``text`` has at ``start``, twice where day and month may be meant either way (the US order first).

    A year of two digits is the last such year that is not after that of ``latest``.
    """
    return tuple(dict.fromkeys(_dates(text, start, latest)))


def _dates(text: str, start: int, latest: date) -> Iterator[date]:
    if iso := _ISO.match(text, start):
        yield from _valid(*map(int, iso.groups()))
    elif numeric := _NUMERIC.match(text, start):
        first, mark, second, written = numeric.groups()
        year = int(written) if len(written) > 2 else _of_two_digits(int(written), latest)
        if mark != ".":
            yield from _valid(year, int(first), int(second))
        yield from _valid(year, int(second), int(first))
    elif worded := _WORDED.match(text, start):
        month = (worded["month"] or worded["month2"]).casefold()
        number = MONTHS.index(month) + 1 if month in MONTHS else 0
        yield from _valid(int(worded["year"]), number, int(worded["day"] or worded["day2"]))


def _of_two_digits(year: int, latest: date) -> int:
    whole = latest.year - latest.year % _CENTURY + year
    return whole if whole <= latest.year else whole - _CENTURY


def _valid(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:
        return
