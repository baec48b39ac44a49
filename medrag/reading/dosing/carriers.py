"""Fluids that a drug is added to or stands in for: their volume is no dose of it ("5% glucose 500 ml + 10% KCl")."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from medrag.reading.dosing.doses import Dose

_CARRIER = re.compile(
    r"(?:(?<![\d.])(?:0\.9|0\.45|5|10)\s?%\s*)?\b(?:(?:normal\s+|glucose\s+)?saline|sodium chloride|glucose|dextrose"
    r"|GS|NS|GNS|D5W|D10W|D5NS|ringer\w*|hartmann\w*|water for injections?)"
    r"(?:\s+(?:injection|solution|infusion))?(?:\s+(?:0\.9|0\.45|5|10|20)\s?%)?\s*,?\s*$",
    re.IGNORECASE,
)
_ADDED = re.compile(
    r"\s*(?:\(?\s*[+＋]|,?\s*(?:with|and|plus|add(?:ed|ing)?)\b)"
    r"|\s*(?:i\.?v\.?|intravenously)?,?\s+or\b",
    re.IGNORECASE,
)
_ADDED_TO = re.compile(r"(?:[+＋]|\b(?:in|with|and|plus|to|diluted|into))\s*(?:an?\s+)?$", re.IGNORECASE)
_LONGEST = 45
"""Characters of a fluid's name, and of the words that join it to what it carries."""


def is_carrier(text: str, start: int, end: int) -> bool:
    """Whether the volume at ``text[start:end]`` is of a fluid named before it, with or for which a drug is given."""
    before = text[max(0, start - _LONGEST) : start]
    carrier = _CARRIER.search(before)
    if carrier is None:
        return False
    return bool(_ADDED.match(text, end) or _ADDED_TO.search(before[: carrier.start()]))


def running(found: list[Dose], fluids: Iterable[re.Match[str]]) -> list[Dose]:
    """``found``, with what is put in a fluid of known volume as what of it runs in an hour, where a rate is told.

    Where the rate itself is one of the drug, the amount in the fluid is none that is given at once.
    """
    rates = [each for each in found if each.hourly is not None]
    volumes = [each for each in fluids if each["low"].replace(".", "", 1).isdigit() and float(each["low"]) > 0]
    if not rates or not volumes:
        return found
    by_volume = [each for each in rates if each.unit == "mL"]
    flow = by_volume[0].hourly if len(by_volume) == len(rates) else None
    return [_run(each, rates[0].start, volumes, flow) for each in found]


def _run(dose: Dose, until: int, fluids: list[re.Match[str]], flow: float | None) -> Dose:
    fluid = next((each for each in fluids if _mixed(dose, each)), None)
    if fluid is None or dose.per != "dose" or dose.unit == "mL" or dose.start > until:
        return dose
    if flow is None:
        return replace(dose, threshold=True)
    share = min(1.0, flow / float(fluid["low"]))
    return replace(dose, low=dose.low * share, high=dose.high * share, per="hour")


def _mixed(dose: Dose, fluid: re.Match[str]) -> bool:
    """Whether nothing but the name of one of the two stands between them."""
    first, second = sorted([(dose.start, dose.end), fluid.span()])
    between = fluid.string[first[1] : second[0]]
    return len(between) <= _LONGEST and not re.search(r"[,;.](?:\s|$)|\n", between)
