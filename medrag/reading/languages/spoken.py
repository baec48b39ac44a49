"""Dictated numbers as figures ("one hundred and fifty milligrams" -> "150 mg"), and where each stood before.

The words are data (``languages/en/numbers.yaml``).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from medrag.reading.languages import numbers

_JOIN = r"(?:[ \t]+and[ \t]+|[ \t]+oh[ \t]+|[ \t]+|-)"
THOUSAND = 1000
LEAST_ALONE = 13
"""A lower number stays a word where no unit follows: "one" and "two" count much else."""

UNSTOPPED = 500
"""A text that goes on for so long without a stop is dictated as it was spoken."""
_STOP = re.compile(r"[.;](?=\s|$)|\n")

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


@dataclass(frozen=True)
class _Patterns:
    number: re.Pattern[str]
    mark: re.Pattern[str]
    spoken: re.Pattern[str]
    begun: re.Pattern[str]
    any: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    known = numbers()
    word, marks = _longest({*known.ones, *known.tens, *known.scales} - {"oh"}), "|".join(known.marks)
    whole = rf"(?:a[ \t]+(?=hundred|thousand))?(?:{word})\b(?:{_JOIN}(?:{word})\b)*+"
    unit = rf"(?P<unit>{_longest(known.units)})\b(?:[ \t]+per[ \t]+(?P<volume>{'|'.join(known.volumes)})s?\b)?"
    number = (
        rf"\b(?P<whole>{whole})(?:[ \t]+point[ \t]+(?P<part>(?:{word})\b(?:[ \t]+(?:{word})\b)*+))?"
        rf"(?:(?P<over>[ \t]+over[ \t]+)(?P<other>{whole}))?(?:[ \t]+{unit}|(?P<aged>-(?=year|month|week|day)))?"
    )
    mark = rf"(?<![ \t])[ \t]{{0,3}}[,.]?[ \t]{{0,3}}\b(?P<mark>{marks})\b[.,]?"
    spoken = rf"(?<=\w)[ \t]{{1,3}}(?P<mark>{'|'.join(known.spoken_marks)})\b"
    anew = rf"(?:{'|'.join(known.subjects)})[ \t]+(?:{'|'.join(known.verbs)})\b"
    begun = rf"\b(?P<before>\w{{1,20}})[ \t]{{1,3}}(?={anew})"
    return _Patterns(
        *(re.compile(each, re.IGNORECASE) for each in (number, mark, spoken, begun, rf"\b(?:{word}|{marks})\b"))
    )


def _longest(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))


def number_named(word: str) -> int | None:
    """The number below twenty that a word names; None for any other."""
    return numbers().ones.get(word.lower())


def figures(text: str) -> Figures:
    """``text`` with dictated numbers, their units and dictated stops written as signs."""
    unstopped = len(text) > UNSTOPPED and max(map(len, _STOP.split(text))) > UNSTOPPED
    if not unstopped and not _patterns().any.search(text):
        return Figures(text, (), ())
    changes = sorted([*_numbers(text), *_stops(text), *(_unsaid(text) if unstopped else ())])
    pieces, places, shifts, done, length = [], [], [], 0, 0
    for start, end, written in changes:
        pieces += [text[done:start], written]
        length += start - done + len(written)
        places.append(length)
        shifts.append(end - length)
        done = end
    return Figures("".join([*pieces, text[done:]]), tuple(places), tuple(shifts))


def _stops(text: str) -> list[tuple[int, int, str]]:
    return [(*match.span(), numbers().marks[match["mark"].lower()]) for match in _patterns().mark.finditer(text)]


def _unsaid(text: str) -> Iterator[tuple[int, int, str]]:
    """Of a text that goes on without stops: those that were spoken, and one before each sentence that begins anew."""
    for match in _patterns().spoken.finditer(text):
        yield (*match.span(), numbers().spoken_marks[match["mark"].lower()])
    for match in _patterns().begun.finditer(text):
        word = match["before"].lower()
        if word not in numbers().spoken_marks and word not in numbers().links:
            yield match.end("before"), match.end("before"), "."


def _numbers(text: str) -> list[tuple[int, int, str]]:
    found = []
    for match in _patterns().number.finditer(text):
        if written := _written(match):
            found.append((*match.span(), written))
    return found


def _written(match: re.Match[str]) -> str | None:
    whole = _value(match["whole"])
    alone = not re.search(r"[ \t-]", match["whole"]) and whole < LEAST_ALONE
    counted = len(re.split(r"[ \t-]+", match["whole"])) == FEW and set(match["whole"].lower().split()) <= {
        *numbers().ones
    }
    if (alone or counted) and not (match["part"] or match["over"] or match["unit"] or match["aged"]):
        return None
    part = "." + "".join(str(_value(word)) for word in match["part"].split()) if match["part"] else ""
    other = f"/{_value(match['other'])}" if match["over"] else ""
    unit = " " + numbers().units[match["unit"].lower()] if match["unit"] else ""
    volume = numbers().volumes[match["volume"].lower()] if match["volume"] else ""
    return f"{whole}{part}{other}{unit}{volume}{match['aged'] or ''}"


def _value(words: str) -> int:
    """The number in words: sums and products, or figures one after the other ("one two six", "one forty-two")."""
    said = [word for word in re.split(r"[ \t-]+", words.lower()) if word not in {"and", "a"}]
    known = numbers()
    if not set(said) & {*known.scales}:
        return _in_turn(said)
    total, current = 0, 0
    for word in said:
        scale = known.scales.get(word, 0)
        if scale >= THOUSAND:
            total, current = total + scale * max(1, current), 0
        elif scale:
            current = scale * max(1, current)
        else:
            current += known.ones.get(word, known.tens.get(word, 0))
    return total + current


def _in_turn(said: list[str]) -> int:
    known, groups = numbers(), list[int]()
    joins = False
    for word in said:
        if word in known.tens:
            groups.append(known.tens[word])
            joins = True
            continue
        number = known.ones[word]
        if joins and 0 < number < 10:
            groups[-1] += number
        else:
            groups.append(number)
        joins = False
    return int("".join(map(str, groups)))
