"""Drugs of which one takes another's place ("co-amoxiclav → doxycycline", "moved from gliclazide onto sitagliptin")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise

from medrag.patient.formats.note.named import Target
from medrag.reading.languages import pattern
from medrag.reading.terms import Kind

_said = partial(pattern, "exchanges")

LONGEST = 60
"""Characters between the two names, directions not counted."""
BEFORE = 48
"""Characters before the first in which a verb of exchange stands."""


def exchanged(text: str, targets: Sequence[Target]) -> dict[int, str]:
    """What an arrow or the words between two drugs say of each, by its place in ``targets``."""
    said: dict[int, str] = {}
    drugs = [(place, each) for place, each in enumerate(targets) if each.term.kind is Kind.DRUG]
    for (first, one), (second, other) in pairwise(drugs):
        if _same(one, other) or other.start - max(one.end, one.stop) > LONGEST:
            continue
        for shift, cue in _of_arrow(text, one, other) or _of_words(text, one, other):
            said[second if shift else first] = cue
    return said


def _of_arrow(text: str, one: Target, other: Target) -> list[tuple[int, str]]:
    if not _said("arrow").fullmatch(text, max(one.end, one.stop), other.start):
        return []
    if _said("in case").search(_led(text, one)):
        return [(0, "taking"), (1, "planned")]
    later = _said("later").match(text, max(other.end, other.stop))
    return [(1, "planned")] if later else [(0, "stopped"), (1, "taking")]


def _of_words(text: str, one: Target, other: Target) -> Iterator[tuple[int, str]]:
    """By what stands between: the first for the second, or the second for the first where the words before say so."""
    begin = max(one.end, one.stop)
    before = _led(text, one)
    if _said("denied").search(before):
        return
    intended = _said("intended").search(before) is not None
    if _said("for the second").fullmatch(text, begin, other.start):
        yield from [(0, "planned"), (1, "taking")] if intended else [(0, "taking"), (1, "stopped")]
    elif (
        _said("for the first").fullmatch(text, begin, other.start)
        or (_said("from").search(before) and _said("onto").fullmatch(text, begin, other.start))
        or _said("after a while").fullmatch(text, begin, other.start)
        or (_said("was").search(before) and _said("then").fullmatch(text, begin, other.start))
    ):
        done = _said("done").search(text, begin, other.start) or _said("done").search(before)
        intended = intended or _said("weighed").search(text, begin, other.start) is not None
        intended = intended or (not done and _said("next").match(text, max(other.end, other.stop)) is not None)
        yield from [(0, "stopped"), (1, "taking")] if done or not intended else [(0, "taking"), (1, "planned")]
    elif _said("to replace").fullmatch(text, begin, other.start):
        yield from [(0, "planned"), (1, "taking")]
    elif _is_instead(text, begin, other):
        yield from [(0, "stopped"), (1, "taking")]


def _led(text: str, one: Target) -> str:
    """What stands before a drug in its sentence."""
    before = text[max(0, one.start - BEFORE) : one.start]
    return before[max((stop.end() for stop in _said("stop").finditer(before)), default=0) :]


def _is_instead(text: str, begin: int, other: Target) -> bool:
    """Whether what stands from ``begin`` tells why the drug before was given up for ``other``."""
    if _said("hence").fullmatch(text, begin, other.start):
        return pattern("allergies", "reaction").search(text[begin : other.start]) is not None
    behind = max(other.end, other.stop)
    return bool(_said("so").fullmatch(text, begin, other.start) and _said("in its place").match(text, behind))


def _same(one: Target, other: Target) -> bool:
    first, second = one.term.drug, other.term.drug
    return first is not None and second is not None and first.ingredients == second.ingredients
