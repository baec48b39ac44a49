"""Dictated numbers as figures ("one hundred and fifty milligrams" -> "150 mg"), and where each stood before."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

_ONES = {
    name: number
    for number, name in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
} | {"oh": 0, "nought": 0}
_TENS = {
    name: 10 * number
    for number, name in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
_SCALES = {"hundred": 100, "thousand": 1000}
_WORD = "|".join(sorted({*_ONES, *_TENS, *_SCALES} - {"oh"}, key=len, reverse=True))
_JOIN = r"(?:[ \t]+and[ \t]+|[ \t]+oh[ \t]+|[ \t]+|-)"
_WHOLE = rf"(?:a[ \t]+(?=hundred|thousand))?(?:{_WORD})\b(?:{_JOIN}(?:{_WORD})\b)*+"
_UNITS = {
    "milligrams": "mg", "milligram": "mg", "micrograms": "mcg", "microgram": "mcg", "grams": "g", "kilograms": "kg",
    "kilogram": "kg", "kilos": "kg", "millilitres": "mL", "milliliters": "mL",
    "millimoles": "mmol", "micromoles": "umol",
    "millimole": "mmol", "micromole": "umol", "nanograms": "ng", "centimetres": "cm",
    "centimeters": "cm", "per cent": "%",
    "percent": "%",
}  # fmt: skip
_VOLUMES = {
    "litre": "/L",
    "liter": "/L",
    "decilitre": "/dL",
    "deciliter": "/dL",
    "millilitre": "/mL",
    "milliliter": "/mL",
    "mole": "/mol",
}
_NAMES = "|".join(sorted(_UNITS, key=len, reverse=True))
_UNIT = rf"(?P<unit>{_NAMES})\b(?:[ \t]+per[ \t]+(?P<volume>{'|'.join(_VOLUMES)})s?\b)?"
_NUMBER = re.compile(
    rf"\b(?P<whole>{_WHOLE})(?:[ \t]+point[ \t]+(?P<part>(?:{_WORD})\b(?:[ \t]+(?:{_WORD})\b)*+))?"
    rf"(?:(?P<over>[ \t]+over[ \t]+)(?P<other>{_WHOLE}))?(?:[ \t]+{_UNIT}|(?P<aged>-(?=year|month|week|day)))?",
    re.IGNORECASE,
)
_MARKS = {"full stop": ".", "new paragraph": "\n\n", "new line": "\n", "next paragraph": "\n\n"}
_MARK = re.compile(rf"(?<![ \t])[ \t]{{0,3}}[,.]?[ \t]{{0,3}}\b(?P<mark>{'|'.join(_MARKS)})\b[.,]?", re.IGNORECASE)
_ANY = re.compile(rf"\b(?:{_WORD}|{'|'.join(_MARKS)})\b", re.IGNORECASE)
LEAST_ALONE = 13
"""A lower number stays a word where no unit follows: "one" and "two" count much else."""

FEW = 2
"""So many single figures in a row are as likely counts of two things ("one two-week course")."""


@dataclass(frozen=True, slots=True)
class Figures:
    """``text`` with its figures, and for places in it where they stood in what was written."""

    text: str
    _places: tuple[int, ...]
    _shifts: tuple[int, ...]

    @property
    def changed(self) -> bool:
        """Whether anything was written in words."""
        return bool(self._places)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Where in the original the words at ``text[start:end]`` were read."""
        return self._before(start), self._before(end)

    def _before(self, place: int) -> int:
        at = bisect_right(self._places, place) - 1
        return place + self._shifts[at] if at >= 0 else place


def figures(text: str) -> Figures:
    """``text`` with dictated numbers, their units and dictated stops written as signs."""
    if not _ANY.search(text):
        return Figures(text, (), ())
    changes = sorted([*_numbers(text), *_stops(text)])
    pieces, places, shifts, done, length = [], [], [], 0, 0
    for start, end, written in changes:
        pieces += [text[done:start], written]
        length += start - done + len(written)
        places.append(length)
        shifts.append(end - length)
        done = end
    return Figures("".join([*pieces, text[done:]]), tuple(places), tuple(shifts))


def _stops(text: str) -> list[tuple[int, int, str]]:
    return [(*match.span(), _MARKS[match["mark"].lower()]) for match in _MARK.finditer(text)]


def _numbers(text: str) -> list[tuple[int, int, str]]:
    found = []
    for match in _NUMBER.finditer(text):
        if written := _written(match):
            found.append((*match.span(), written))
    return found


def _written(match: re.Match[str]) -> str | None:
    whole = _value(match["whole"])
    alone = not re.search(r"[ \t-]", match["whole"]) and whole < LEAST_ALONE
    counted = len(re.split(r"[ \t-]+", match["whole"])) == FEW and set(match["whole"].lower().split()) <= {*_ONES}
    if (alone or counted) and not (match["part"] or match["over"] or match["unit"] or match["aged"]):
        return None
    part = "." + "".join(str(_value(word)) for word in match["part"].split()) if match["part"] else ""
    other = f"/{_value(match['other'])}" if match["over"] else ""
    unit = " " + _UNITS[match["unit"].lower()] if match["unit"] else ""
    volume = _VOLUMES[match["volume"].lower()] if match["volume"] else ""
    return f"{whole}{part}{other}{unit}{volume}{match['aged'] or ''}"


def _value(words: str) -> int:
    """The number in words: sums and products, or figures one after the other ("one two six", "one forty-two")."""
    said = [word for word in re.split(r"[ \t-]+", words.lower()) if word not in {"and", "a"}]
    if not set(said) & {*_SCALES}:
        return _in_turn(said)
    total, current = 0, 0
    for word in said:
        if word == "thousand":
            total, current = total + 1000 * max(1, current), 0
        elif word == "hundred":
            current = 100 * max(1, current)
        else:
            current += _ONES.get(word, _TENS.get(word, 0))
    return total + current


def _in_turn(said: list[str]) -> int:
    groups: list[int] = []
    joins = False
    for word in said:
        if word in _TENS:
            groups.append(_TENS[word])
            joins = True
            continue
        number = _ONES[word]
        if joins and 0 < number < 10:
            groups[-1] += number
        else:
            groups.append(number)
        joins = False
    return int("".join(map(str, groups)))
