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
NEXT = 80
"""Characters of the next sentence that may say that weeks alone are of a pregnancy."""
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
    return _names_one(text, 0, len(text))


def for_pregnancies(population: str) -> bool:
    """Whether a guideline that is for ``population`` is for pregnancies alone."""
    return _said("alone_for").match(population) is not None


def is_near_pregnancy(text: str) -> bool:
    """Whether ``text`` speaks of a pregnancy, of one to come or of a birth."""
    return speaks_of_pregnancy(text) or _said("around").search(text) is not None


def _names_one(text: str, start: int, end: int) -> bool:
    if _said("pregnant").search(text, start, end):
        return True
    return bool(_said("of_forty").search(text, start, end)) and not _said("otherwise").search(text, start, end)


def settled(text: str, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Where ``text[start:end]``, a sentence, says by a test or a form's answer whether the patient is pregnant."""
    for name in ("negative", "positive"):
        match = _said(name).search(text, start, end)
        if match is None or only_asked_for(text, start, match.start()):
            continue
        if not _said("elsewhen").search(text, start, end):
            yield match.start(), match.end(), name == "positive"


def only_asked_for(text: str, start: int, place: int) -> bool:
    """Whether the words from ``start`` make a test at ``place`` one that is to come ("needs a negative test")."""
    return _said("unsettled").search(text[start:place]) is not None


def not_breastfeeding(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Where ``text[start:end]``, a sentence, says that the patient does not breastfeed."""
    match = _said("not_feeding").search(text, start, end)
    return match.span() if match else None


def current_pregnancies(text: str, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Where ``text[start:end]``, a sentence, gives the weeks of a pregnancy now, and how many are completed."""
    told = end + NEXT if _said("alone").fullmatch(text, start, end) else end
    if not _names_one(text, start, told):
        return
    past = _said("not_now").search(text, start, end) is not None
    for match in _WEEKS.finditer(text, start, end):
        first = max(start, text.rfind(",", start, match.start()) + 1)
        comma = text.find(",", match.end(), end)
        own = first, comma if comma >= 0 else end
        if past and (_said("not_now").search(text, *own) or not _names_one(text, *own)):
            continue
        now = _said("other weeks").search(text[first : match.start()]) is None
        if 3 <= int(match["weeks"]) <= 43 and now:
            yield match.start(), match.end(), int(match["weeks"])
            return
