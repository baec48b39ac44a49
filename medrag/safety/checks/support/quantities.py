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
    **{"dl": ("l", 0.1), "ml": ("l", 0.001), "litre": ("l", 1.0), "percent": ("%", 1.0), "u": ("unit", 1.0)},
    **{"hr": ("hour", 1.0), "h": ("hour", 1.0), "hourly": ("hour", 1.0), "min": ("minute", 1.0), "d": ("day", 1.0)},
    **{
        "week": ("day", 7.0),
        "wk": ("day", 7.0),
        "fortnight": ("day", 14.0),
        "year": ("month", 12.0),
        "yr": ("month", 12.0),
    },
}
"""Units by the names and sizes in which they are compared."""
_MINUTES = {"minute": 1.0, "hour": 60.0, "day": 1440.0}
_BASE = (
    r"m?mol|[uµμ]mol|micromol|mg|milligrams?|micrograms?|mcg|[µμu]g|grams?|g|ng|pg|kg|mEq|m?I?U|U|units?|m[lL]"
    r"|litres?|L|mm ?Hg|cm|beats"
)
_PER = r"1\.73 ?m[2²]|kg|m[2²]|d[lL]|m[lL]|[lL]|min(?:ute)?|hour|hr|h|day|d|dose|week"
_NOT_LATER = r"(?=(?:hour|minute)(?! (?:later|after|before|apart)))"
_UNIT = (
    rf"%|percent|°?C(?!\w)|x ?10\^9/L|(?:{_BASE})(?:(?:/| per | an? {_NOT_LATER})(?:{_PER})(?![a-zA-Z])){{0,3}}"
    r"|hourly|hours?|hrs?|h|minutes?|min|days?|weeks?|wks?|fortnights?|months?|years?|yrs?|doses?|tablets?|puffs?"
)
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)(?:\s+(?:hundred|thousand|million)\b)?"
_OVER = "|".join(rf"(?<={each} )an?" for each in ("over", "under", "than", "within", "after", "for", "least"))
QUANTITY = re.compile(
    rf"(?<![\w.^/])(?<![A-Za-z]-)(?:(?P<value>{_DIGITS})(?:[\s-]?(?P<unit>{_UNIT})(?![a-z]))?"
    rf"|(?:\b(?P<worded>{WORD}|half(?= an? )|{_OVER}))(?: an?)?[\s-](?P<of>{_UNIT})(?![a-z])"
    rf"|(?<![\w-])(?P<bare>(?!one\b(?! (?:or|to) two\b))(?:{WORD}))\b(?!-))",
    re.IGNORECASE,
)
"""A number, with its unit where one follows; of those in words, "one" only before a unit."""
_JOIN = re.compile(r"\s?(?:to|-|–|or|and|/)\s?(?:below )?")
_UNREAD_UNIT = r"(?:\s(?!(?:to|or|and|with|in|for|at|by)\b)[a-z/%]+){0,3}?"
_SAME = re.compile(r"\s?\(")
_OF_PATIENTS = frozenset({"month", "kg", "%", "l/minute", "mmol/l", "mmhg", "°c", ""})
"""Units of what is measured of a patient, and of no dose."""
COUNT = "count"
"""What stands for the unit of a number in words that has none ("three episodes")."""
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
        if not self.unit or not other.unit or COUNT in (self.unit, other.unit):
            return self.written == other.written
        one, other_one = _MINUTES.get(self.unit), _MINUTES.get(other.unit)
        if one and other_one:
            return math.isclose(self.value * one, other.value * other_one)
        return self.unit == other.unit and math.isclose(self.value, other.value)

    def within(self, bound: Quantity, *, bare: bool) -> bool:
        """Whether it is a patient's own number on the side that a limit means: "30 kg" where "27 kg or more" is said.

        One that is ``bare`` of a unit has the limit's.
        """
        if self.side or not bound.side or bound.unit not in _OF_PATIENTS or (self.unit != bound.unit and not bare):
            return False
        own, limit = (self.written, bound.written) if bare else (self.value, bound.value)
        return own < limit if bound.side == "below" else own > limit

    def __str__(self) -> str:
        return f"{self.written:g} {self.unit}".rstrip()


def without_sides(text: str) -> str:
    """``text`` without the words that say on which side of a number something is."""
    before = "|".join(_said(side).pattern for side in ("below", "above"))
    after = "|".join(_said(f"or {side}").pattern for side in ("below", "above"))
    text = re.sub(rf"(?<!\w)(?:{before})\s*(?={_said('measure').pattern}\d)", " ", text, flags=re.I)
    return re.sub(rf"(\d[^,;.]{{0,30}}?)\b(?:{after})", r"\1", text, flags=re.I)


def quantities(text: str, found: list[re.Match[str]]) -> Iterator[Quantity]:
    """Each number; the first of a range has the unit of its last, and one in brackets the side of the one before."""
    side = ""
    for place, match in enumerate(found):
        unit = match["unit"] or match["of"] or (COUNT if match["bare"] else None)
        following = found[place + 1] if place + 1 < len(found) else None
        ranged = bool(following and _ranged(text, match, following))
        if following and ranged:
            unit = unit or following["unit"]
        again = place and _SAME.fullmatch(text[found[place - 1].end() : match.start()])
        side = (_side(text, match) or (side if again else "")) if not ranged else ""
        yield _quantity(number(match["value"] or match["worded"] or match["bare"]), (unit or "").lower(), side)


def _ranged(text: str, first: re.Match[str], last: re.Match[str]) -> bool:
    """Whether the two are the ends of a range, or alternatives of one unit: not "126 mg/dL or 2 hours"."""
    between = text[first.end() : last.start()]
    joined = re.search(r"or|and|/", between)
    other = joined and (first["unit"] or first["of"]) and first["unit"] != last["unit"]
    compound = joined and last["unit"] and "-" in last[0]
    return bool(_JOIN.fullmatch(between)) and not other and not compound


def _quantity(value: float, unit: str, side: str) -> Quantity:
    unit = re.sub(r" (?:per|an?) ", "/", unit).replace(" ", "")
    unit, _, per = _MICRO.sub("u", _OFTEN_OR_AREA.sub("", unit.replace("²", "2"))).partition("/")
    one = unit.removesuffix("s") if len(unit) > 2 else unit
    one, factor = _SCALES.get(one, (one, 1.0))
    over, share = _SCALES.get(per, (per, 1.0))
    return Quantity(value * factor / share, f"{one}/{over}" if per else one, value, side)


def _side(text: str, match: re.Match[str]) -> str:
    before, after = text[max(0, match.start() - 48) : match.start()], text[match.end() : match.end() + 40]
    for side in ("below", "above"):
        if re.match(rf"{_UNREAD_UNIT}\s?(?:{_said(f'or {side}').pattern})", after, re.I):
            return side
    measure = _said("measure").pattern
    said = {
        side: re.search(rf"(?<!\w)(?:{_said(side).pattern})\s*{measure}$", before, re.I) for side in ("below", "above")
    }
    # "no less than" holds "less than".
    return min((found.start(), side) for side, found in said.items() if found)[1] if any(said.values()) else ""
