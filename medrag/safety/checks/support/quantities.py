"""The numbers of a text, in the units in which a statement's are compared with those that it cites."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from medrag.reading.dosing.numbers import WORD, number
from medrag.reading.languages import pattern

_said = partial(pattern, "claims")
_SCALES = {
    **{"g": ("mg", 1000.0), "gram": ("mg", 1000.0), "milligram": ("mg", 1.0)},
    **dict.fromkeys(("microgram", "mcg", "µg", "μg", "ug"), ("mg", 0.001)),
    **{"dl": ("l", 0.1), "ml": ("l", 0.001), "litre": ("l", 1.0), "percent": ("%", 1.0)},
    **{"hr": ("hour", 1.0), "h": ("hour", 1.0), "hourly": ("hour", 1.0), "min": ("minute", 1.0), "d": ("day", 1.0)},
    **{"week": ("day", 7.0), "wk": ("day", 7.0), "year": ("month", 12.0), "yr": ("month", 12.0)},
}
"""Units by the names and sizes in which they are compared."""
_BASE = (
    r"m?mol|[uµμ]mol|micromol|mg|milligrams?|micrograms?|mcg|[µμu]g|grams?|g|ng|pg|kg|mEq|m?I?U|units?|m[lL]"
    r"|litres?|L|mm ?Hg|cm|beats"
)
_PER = r"1\.73 ?m[2²]|kg|m[2²]|d[lL]|m[lL]|[lL]|min(?:ute)?|hour|hr|h|day|d|dose|week"
_UNIT = (
    rf"%|percent|x ?10\^9/L|(?:{_BASE})(?:(?:/| per (?=kg|m2))(?:{_PER})(?![a-zA-Z])){{0,3}}"
    r"|hourly|hours?|hrs?|h|minutes?|min|days?|weeks?|wks?|months?|years?|yrs?|doses?|tablets?|puffs?"
)
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)(?:\s+(?:hundred|thousand|million)\b)?"
QUANTITY = re.compile(
    rf"(?<![\w.^/])(?<![A-Za-z]-)(?:(?P<value>{_DIGITS})(?:[\s-]?(?P<unit>{_UNIT})(?![a-z]))?"
    rf"|\b(?P<worded>{WORD})[\s-](?P<of>{_UNIT})(?![a-z]))",
    re.IGNORECASE,
)
"""A number, with its unit where one follows; in words only before a unit."""
_JOIN = re.compile(r"\s?(?:to|-|–|or|and|/)\s?(?:below )?")
_SAME = re.compile(r"\s?\(")
_OFTEN_OR_AREA = re.compile(r"/(?:day|d|dose|1\.73m2)$")
_MICRO = re.compile(r"^(?:[µμ]|micro)(?=mol)")


@dataclass(frozen=True)
class Quantity:
    """A number as ``written`` and in the unit in which it is compared; ``side``: what is below or above it is meant."""

    value: float
    unit: str
    written: float
    side: str = ""

    def same(self, other: Quantity) -> bool:
        """Whether the two are one amount; a unit that is left out is any."""
        if not self.unit or not other.unit:
            return self.written == other.written
        return self.unit == other.unit and math.isclose(self.value, other.value)

    def __str__(self) -> str:
        return f"{self.written:g} {self.unit}".rstrip()


def quantities(text: str, found: list[re.Match[str]]) -> Iterator[Quantity]:
    """Each number; the first of a range has the unit of its last, and one in brackets the side of the one before."""
    side = ""
    for place, match in enumerate(found):
        unit = match["unit"] or match["of"]
        following = found[place + 1] if place + 1 < len(found) else None
        ranged = bool(following and _JOIN.fullmatch(text[match.end() : following.start()]))
        if following and ranged:
            unit = unit or following["unit"]
        again = place and _SAME.fullmatch(text[found[place - 1].end() : match.start()])
        side = (_side(text, match) or (side if again else "")) if not ranged else ""
        yield _quantity(
            number(match["value"] or match["worded"]), (unit or "").lower().replace(" per ", "/").replace(" ", ""), side
        )


def _quantity(value: float, unit: str, side: str) -> Quantity:
    unit, _, per = _MICRO.sub("u", _OFTEN_OR_AREA.sub("", unit.replace("²", "2"))).partition("/")
    one = unit.removesuffix("s") if len(unit) > 2 else unit
    one, factor = _SCALES.get(one, (one, 1.0))
    over, share = _SCALES.get(per, (per, 1.0))
    return Quantity(value * factor / share, f"{one}/{over}" if per else one, value, side)


def _side(text: str, match: re.Match[str]) -> str:
    before, after = text[max(0, match.start() - 24) : match.start()], text[match.end() : match.end() + 20]
    for side in ("below", "above"):
        if re.match(rf"\s?(?:{_said(f'or {side}').pattern})", after, re.I):
            return side
    return next((side for side in ("below", "above") if re.search(rf"(?:{_said(side).pattern})\s*$", before, re.I)), "")
