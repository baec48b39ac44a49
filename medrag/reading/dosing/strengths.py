"""Strengths in text ("50 mg/5 mL", "1 %"): what a volume amounts to."""

from __future__ import annotations

import re
from dataclasses import dataclass

from medrag.reading.expressions import Expression

_NO_DRUG = r"(?:normal\s+)?(?:saline|sodium|nacl|glucose|dextrose|albumin|water|bicarbonate|(?:gs|ns|gns)\b)"
_PERCENT = Expression(
    rf"\b(?:\d+(?:\.\d+)?\s*(?:ml|millilit(?:er|re)s?)\s+(?:of\s+)?(?:an?\s+)?(?:(?!{_NO_DRUG})[a-z]+\s+){{0,3}}?"
    rf"(?P<before>\d+(?:\.\d+)?)\s?%(?!\s+{_NO_DRUG})(?!\w)"
    rf"|(?P<after>\d+(?:\.\d+)?)\s?%\s*(?!{_NO_DRUG})[,:(]?\s*(?:[a-z]+\s*[,:(]?\s*){{0,3}}?\d+(?:\.\d+)?\s*ml\b)"
)
"""A volume of so many per cent, not of a fluid that carries the drug: 1 % is 10 mg in a millilitre."""
_RATIO = re.compile(r"\b1\s?(?::|in)\s?(?P<in>1,?000|10,?000|100,?000|200,?000)\b", re.IGNORECASE)
"""A gram in so many millilitres."""
_STRENGTH = re.compile(
    r"(?<![\d.,])(?P<amount>\d{1,9}(?:[.,]\d{1,9})?)\s{0,3}(?P<unit>milligrams?|mg|micrograms?|mcg|µg|μg|g|units?|iu|mmol)"
    r"(?P<rest>\s*(?:/|per|in)\s*(?P<volume>\d+(?:\.\d+)?)?\s*(?:ml|millilit(?:er|re)s?)\b(?!\s*/))",
    re.IGNORECASE,
)
_VOLUME = re.compile(r"\d\s*(?:-\s*)?(?:ml|millilit(?:er|re)s?)\b(?!\s*/\s*min)", re.IGNORECASE)


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
        return text, _of_a_solution(text)
    blanked = _blanked(text, matches, "amount")
    if not _VOLUME.search(blanked):
        return _blanked(text, [match for match in matches if match["volume"]], "rest"), None
    first = matches[0]
    amount = float(first["amount"].replace(",", "")) / float(first["volume"] or 1)
    return blanked, Strength(amount, first["unit"])


def _of_a_solution(text: str) -> Strength | None:
    """The strength of a solution by its per cent or its ratio ("1 in 1000")."""
    if ratio := _RATIO.search(text):
        return Strength(1000 / float(ratio["in"].replace(",", "")), "mg")
    percent = _PERCENT.search(text)
    return Strength(10 * float(percent["before"] or percent["after"]), "mg") if percent else None


def _blanked(text: str, matches: list[re.Match[str]], group: str) -> str:
    pieces, place = [], 0
    for match in matches:
        start = match.start(group)
        pieces += [text[place:start], " " * (match.end() - start)]
        place = match.end()
    return "".join([*pieces, text[place:]])
