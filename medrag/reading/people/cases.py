"""The cases that a guideline's sentence rules out ("without heart failure") and those it warns of ("avoid in asthma").

The words are data (``languages/en/cases.yaml``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from medrag.reading.languages import pattern
from medrag.reading.thresholds.states import lead

_said = partial(pattern, "cases")
LONGEST_ITEM = 9
"""Words of an item of a list of cases."""


@dataclass(frozen=True, slots=True)
class Warned:
    """A clause at ``start:end`` of a sentence that warns: ``things`` are words for what it warns against.

    ``parts`` are the cases it warns of, which must hold together, each a list of alternatives.
    """

    start: int
    end: int
    subject_end: int
    things: str
    parts: tuple[tuple[str, ...], ...]


def ruled_out(text: str) -> Iterator[str]:
    """What people that the sentence is for do not have or take, one item each."""
    for match in _said("rules_out").finditer(text):
        yield from _listed(text[match.end() :])
    for match in _said("unless").finditer(text):
        if not _said("warns").search(text, 0, match.start()):
            yield from _listed(text[match.end() :])


def warnings(text: str) -> Iterator[Warned]:
    """The clauses of the sentence that warn against something in some cases, without an exception."""
    begun = lead(text)
    start = 0
    for end in [*(each.start() for each in _said("second").finditer(text)), len(text)]:
        if end > start and (found := _warned(text, start, end, begun)):
            yield found
        start = end


def _warned(text: str, start: int, end: int, begun: str) -> Warned | None:
    cue = _said("warns").search(text, start, end)
    if cue is None or _said("hedged").search(text, start, end):
        return None
    condition = begun if text.lstrip().startswith(_LEADS) else ""
    thing = _said("object").search(text, start, end)
    rest = text[max(cue.end(), thing.end() if thing else 0) : end]
    stop = _said("case_end").search(rest)
    rest = rest[: stop.start()] if stop else rest
    first = _said("parts").search(rest)
    parts = [*_parts(condition), *(_parts(rest[first.start() :]) if first else ())]
    if not parts:
        return None
    behind = _said("behind").search(text, start, end)
    subject = behind.start() if behind else start
    return Warned(start, end, subject, thing["what"] if thing else "", tuple(parts))


_LEADS = ("In ", "For ", "If ", "When ", "With ", "After ", "During ", "Among ", "Where ")


def _parts(condition: str) -> Iterator[tuple[str, ...]]:
    for part in _said("parts").split(condition):
        items = tuple(each for each in _split(part) if _said("hollow").sub("", each).strip(" ,.-"))
        if items:
            yield items


def _listed(text: str) -> Iterator[str]:
    """The items of the list that ``text`` begins with; one alone where a comma ends it."""
    end = _said("list_end").search(text)
    head = text[: end.start()] if end else text
    first, comma, rest = head.partition(",")
    if comma and not re.search(r"\b(?:or|and)\b", rest):
        head = first
    yield from _split(head)


def _split(text: str) -> Iterator[str]:
    whole = _said("degrees").sub(r"\1/", re.sub(r"\s*\([^)]*\)", "", text))
    whole = _said("organs").sub(r"\1\3 or \2\3", whole)
    items = [each.strip(" ,.") for each in _said("between").split(whole)]
    for place, each in enumerate(items):
        if not each or len(each.split()) > LONGEST_ITEM:
            continue
        shared = items[place + 1].split() if place + 1 < len(items) else []
        yield f"{each} {shared[-1]}" if len(each.split()) == 1 and len(shared) > 1 and each.islower() else each
        if len(each.split()) == 1 and len(shared) > 1 and each.islower():
            yield each
