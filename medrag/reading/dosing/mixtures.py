"""Doses that run together all day, as in a syringe driver: none of them is given at once."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from medrag.reading.languages import pattern

if TYPE_CHECKING:
    from medrag.reading.dosing.doses import Dose

_said = partial(pattern, "quantities")
ALL_DAY = 12.0
"""Hours from which on what runs is not given at once."""
DAY = 24.0
_MIXED = re.compile(r"\s*(?:,|and|with|plus|\+|&)\s*(?:(?:and|with)\s+)?[a-z]+(?:\s+[a-z]+){0,2}\s+", re.IGNORECASE)
"""Between two doses, the name of a drug that goes into the same syringe."""


def run_together(text: str, found: list[Dose]) -> list[Dose]:
    """The doses, those of a mixture ("X 60 mg and Y 20 mg over 24 h", "over 24 hours: X, Y") each with its hours."""
    for place in range(len(found) - 2, -1, -1):
        one, other = found[place], found[place + 1]
        runs = other.over_hours is not None and other.over_hours >= ALL_DAY
        if runs and one.over_hours is None and one.frequency is None and _MIXED.fullmatch(text, one.end, other.start):
            found[place] = replace(one, over_hours=other.over_hours)
    leads = [each.end() for each in _said("runs_all_day").finditer(text)]
    return [_led(text, one, leads) for one in found]


def _led(text: str, one: Dose, leads: list[int]) -> Dose:
    """The dose with its hours where words in front of its list say that all of it runs all day."""
    over = any(end <= one.start and _said("list_end").search(text, end, one.start) is None for end in leads)
    return replace(one, over_hours=DAY) if over and one.over_hours is None and one.frequency is None else one
