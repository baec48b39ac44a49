"""Spans of time in words, in days."""

from __future__ import annotations

from functools import partial

from medrag.reading.dosing.duration import DAYS
from medrag.reading.dosing.numbers import number
from medrag.reading.languages import pattern

_said = partial(pattern, "stops")


def days(text: str) -> list[float]:
    """Every span that the text names ("two weeks", "36 h"), in days; of a range the shorter."""
    return [number(found["n"]) * DAYS[found["unit"][0].lower()] for found in _said("span").finditer(text)]


def taper(text: str) -> float | None:
    """Days in which the text brings a drug to nothing; None where it names none."""
    found = _said("in_all").search(text)
    span = _said("span").match(text, found.end()) if found else None
    return days(span[0])[0] if span else None
