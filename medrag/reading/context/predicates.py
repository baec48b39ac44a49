"""Clauses without a subject of their own, which speak of what was named last ("TB suspected last year, ruled out")."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from medrag.reading.boundaries import Sentence
from medrag.reading.context.cues import Cue
from medrag.reading.languages import pattern

_said = partial(pattern, "predicates")

SAYS = (
    "well",
    "eased",
    "absent",
    "possible",
    "stopped",
    "refused",
    "unwanted",
    "sought",
    "cleared",
    "lifted",
    "unfound",
)
"""What such a clause may say, each a pattern of the language's predicates.

"well" is that an illness is over, "eased" that one is if it is none that lasts, "sought" that it was looked for,
"cleared" that it is not there if only suspected, "unwanted" that a treatment is not taken if only planned, "lifted"
that there is no allergy, "unfound" that a test found none, of an illness that does not last.
"""
_OF_ALL = {"absent": "cleared", "cleared": "cleared", "refused": "dropped", "unwanted": "dropped"}
"""What a clause says of all that its sentence only suspects, or only plans."""
_OF_ONE = frozenset(SAYS) - {"cleared", "unwanted"}
LONGEST_CLAUSE = 60
"""Characters of a clause that is told behind a stop."""
_PARTED = re.compile(r"[;.]\s*\Z")


def predicates(text: str, start: int, end: int) -> Iterator[Cue]:
    """The clauses of ``text[start:end]`` that say something of what stands before them, as cues of an item."""
    for says in SAYS:
        for match in _said(says).finditer(text, start, end):
            if says in _OF_ONE:
                yield Cue(*match.span(), says, "after", "item", sign=True)
            if says in _OF_ALL:
                yield Cue(*match.span(), _OF_ALL[says], "after", "sentence", sign=True)


def together(text: str, found: list[Sentence], named: list[int]) -> Iterator[Sentence]:
    """The sentences, each with a short next one that is but such a clause; ``named`` is where mentions begin."""
    held: Sentence | None = None
    for each in found:
        if held is not None and _continues(text, held, each, named):
            held = replace(held, end=each.end, commas=(*held.commas, *each.commas), asides=(*held.asides, *each.asides))
            continue
        if held is not None:
            yield held
        held = each
    if held is not None:
        yield held


def _continues(text: str, held: Sentence, each: Sentence, named: list[int]) -> bool:
    """Whether ``each``, behind a stop in the same line, says something of what ``held`` names last."""
    stop = _PARTED.search(text, held.start, held.end)
    if stop is None or held.row or each.row or each.end - each.start > LONGEST_CLAUSE:
        return False
    line = text[stop.start() : each.end].rstrip()
    if line.endswith(":") or "\n" in line or not _names(named, held.start, held.end):
        return False
    clauses = ((says, _said(says).match(text, stop.start(), each.end)) for says in SAYS)
    says = next((says for says, clause in clauses if clause and not _names(named, each.start, clause.end())), None)
    if line[0] == "." and (_names(named, each.start, each.end) or _said("someone").match(text, stop.end())):
        return says == "refused" and not _names(named, each.start, each.end)
    return says is not None


def _names(named: list[int], start: int, end: int) -> bool:
    return bisect_left(named, start) < bisect_left(named, end)
