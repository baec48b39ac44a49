"""Strengths in text ("50 mg/5 mL", "500 mg tablets"): what a volume or a number of tablets amounts to."""

from __future__ import annotations

import re
from dataclasses import dataclass

_STRENGTH = re.compile(
    r"(?<![\d.,])(?P<amount>\d{1,9}(?:[.,]\d{1,9})?)\s{0,3}(?P<unit>milligrams?|mg|micrograms?|mcg|µg|μg|g|units?|iu)"
    r"(?P<rest>\s*(?:/|per|in)\s*(?P<volume>\d+(?:\.\d+)?)?\s*(?:ml|millilit(?:er|re)s?)\b(?!\s*/))",
    re.IGNORECASE,
)
_VOLUME = re.compile(r"\d\s*(?:-\s*)?(?:ml|millilit(?:er|re)s?)\b(?!\s*/\s*min)", re.IGNORECASE)
_FORM = r"(?:tablets?|tabs?|capsules?|caps?|pills?|sachets?|ampoules?|vials?)"
_COUNT = r"half(?:\s+an?)?|\d(?:\.\d)?|one|two|three|four"
_COUNT_AFTER = re.compile(
    rf"\s*(?:{_FORM}\s*)?[,:(]?\s*(?:take\s+|give\s+)?(?P<low>{_COUNT})(?:\s*(?:-|–|to"
    rf"|or)\s*(?P<high>{_COUNT}))?\s+{_FORM}\b",
    re.IGNORECASE,
)
_COUNT_BEFORE = re.compile(rf"\b(?P<high>{_COUNT})\s+{_FORM}\s+(?:of\s+)?(?:[a-z-]+\s+){{1,3}}$", re.IGNORECASE)
_MOST_TABLETS = re.compile(
    rf"(?:max\w*|up to|no more than|not exceed\w*)[^.;]{{0,15}}?(?P<n>\d+)\s+{_FORM}\s+(?:in|per|a|every|daily)",
    re.IGNORECASE,
)
_WORDS = {"half": 0.5, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0}


@dataclass(frozen=True, slots=True)
class Strength:
    """``amount`` of ``unit`` in one millilitre."""

    amount: float
    unit: str


def without_strengths(text: str) -> tuple[str, Strength | None]:
    """``text``, the same length, with strengths blanked out, and the strength that its volumes are of.

    Where no volume is ordered, the amount stays and only its "/5 mL" goes: it is the dose.
    """
    matches = list(_STRENGTH.finditer(text))
    if not matches:
        return text, None
    blanked = _blanked(text, matches, "amount")
    if not _VOLUME.search(blanked):
        return _blanked(text, [match for match in matches if match["volume"]], "rest"), None
    first = matches[0]
    amount = float(first["amount"].replace(",", "")) / float(first["volume"] or 1)
    return blanked, Strength(amount, first["unit"])


def _blanked(text: str, matches: list[re.Match[str]], group: str) -> str:
    pieces, place = [], 0
    for match in matches:
        start = match.start(group)
        pieces += [text[place:start], " " * (match.end() - start)]
        place = match.end()
    return "".join([*pieces, text[place:]])


def tablets(before: str, after: str) -> float:
    """How many tablets of the strength just read are taken at once (the most that the text allows); 1 if unsaid."""
    match = _COUNT_AFTER.match(after) or _COUNT_BEFORE.search(before)
    if match is None:
        return 1.0
    word = (match["high"] or match["low"]).lower().split()[0]
    return _WORDS.get(word) or float(word)


def most_tablets(after: str) -> float | None:
    """The most tablets a day that the text allows."""
    match = _MOST_TABLETS.search(after)
    return float(match["n"]) if match else None
