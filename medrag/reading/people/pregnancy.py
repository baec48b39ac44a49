"""Weeks of gestation in words: "12w3d", "31+4", "28 weeks gestation", "16/40", "7 months pregnant"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from medrag.knowledge import Knowledge
from medrag.reading.languages import pattern

_TRIMESTERS = {"1st": "first", "2nd": "second", "3rd": "third"}
WEEKS_A_MONTH = 4.345
_WEEKS = re.compile(
    r"(?<![\d.+/])(?P<weeks>\d{1,2})(?:\s?\+\s?(?P<days>[0-6])(?:/7|/40)?(?:[\s-]?(?:weeks?|wks?|w)\b)?"
    r"|[\s-]?(?:weeks?|wks?|wk|w)(?![A-Za-ce-z]|\s(?:ago|later|earlier|post|old|supply"
    r"|course))(?:\s?(?:and\s)?(?P<days2>[0-6])\s?(?:d|days?)\b)?|\s?/\s?40\b)",
    re.IGNORECASE,
)
_MONTHS = re.compile(r"\b(\d)\s?months?\s(?:pregnant|gestation)", re.IGNORECASE)
_TRIMESTER = re.compile(r"\b(first|second|third|1st|2nd|3rd)[\s-]trimester", re.IGNORECASE)
_said = partial(pattern, "pregnancies")


def weeks(text: str, knowledge: Knowledge) -> tuple[float, float] | None:
    """Weeks of gestation, from and to, that the words of a pregnancy give; None where they give none."""
    if match := _WEEKS.search(text):
        return float(match["weeks"]), float(match["weeks"])
    if match := _MONTHS.search(text):
        return (float(match[1]) - 1) * WEEKS_A_MONTH, float(match[1]) * WEEKS_A_MONTH
    if match := _TRIMESTER.search(text):
        said = match[1].lower()
        part = knowledge.trimesters[_TRIMESTERS.get(said, said)]
        return part.from_week, part.to_week
    return None


def speaks_of_pregnancy(text: str) -> bool:
    """Whether ``text`` names a pregnancy, be it by gravidity or gestation."""
    return _said("pregnant").search(text) is not None


def current_pregnancies(text: str, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Where ``text[start:end]``, a sentence, gives the weeks of a pregnancy now, and how many are completed."""
    if not _said("pregnant").search(text, start, end):
        return
    past = _said("not_now").search(text, start, end) is not None
    for match in _WEEKS.finditer(text, start, end):
        first = max(start, text.rfind(",", start, match.start()) + 1)
        comma = text.find(",", match.end(), end)
        own = first, comma if comma >= 0 else end
        if past and (_said("not_now").search(text, *own) or not _said("pregnant").search(text, *own)):
            continue
        if 3 <= int(match["weeks"]) <= 43:
            yield match.start(), match.end(), int(match["weeks"])
            return
