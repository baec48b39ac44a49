"""Drugs named among words that nobody read: no cue gives them, and what the words say of them is not known.

A name without a cue counts as advised. Where its clause holds words in a script that is not read, and no dose, route
or word of giving, it may as well be warned against.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from medrag.reading.languages import glossary, pattern
from medrag.reading.languages.gloss import CHINESE, other_script
from medrag.reading.polarity.cues import LONGEST_SENTENCE, Cue, Polarity

_EDGE = re.compile(r"[,;:](?=\s|$)|[.!?](?=\s|$)|\n")
_JOINS = re.compile(r"[\s,()/]*(?:\b(?:and|or|all)\b[\s,]*)*")
_AMOUNT = re.compile(r"(?<![<>≤≥=\d.])\d[\d.]*\s*(?![\s\d.%:-])\w")


def among_unread(text: str, start: int, end: int, spans: Sequence[tuple[int, int]], marks: Sequence[Cue]) -> bool:
    """Whether the drug named at ``text[start:end]`` stands among unread words, and nothing read there gives it."""
    left, right = _clause(text, start, end, spans)
    words = text[left:right]
    if not other_script(words) or _AMOUNT.search(words) or pattern("drugs", "route").search(words):
        return False
    if not set(glossary(CHINESE).giving).isdisjoint(words) or _gives(left, right, marks):
        return False
    return not _goes_on(text, right, spans, marks)


def _gives(start: int, end: int, marks: Sequence[Cue]) -> bool:
    return any(mark.polarity is Polarity.RECOMMENDED and start <= mark.start < end for mark in marks)


def _goes_on(text: str, end: int, spans: Sequence[tuple[int, int]], marks: Sequence[Cue]) -> bool:
    """Whether the clause behind, which names no drug, gives the one before."""
    if text[end : end + 1] not in (",", ":"):
        return False
    edge = _EDGE.search(text, end + 1, end + LONGEST_SENTENCE)
    stop = edge.start() if edge else min(len(text), end + LONGEST_SENTENCE)
    if bisect_left(spans, (end, 0)) != bisect_left(spans, (stop, 0)):
        return False
    said = text[end + 1 : stop].lstrip()
    return said[:1].isdigit() or pattern("drugs", "route").match(said) is not None or _gives(end, stop, marks)


def _clause(text: str, start: int, end: int, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The stretch without a comma that the name stands in, of a list to the end of its last item."""
    farthest = min(len(text), end + LONGEST_SENTENCE)
    for following in spans[bisect_left(spans, (end, 0)) :]:
        if following[1] > farthest or not _JOINS.fullmatch(text, end, following[0]):
            break
        end = following[1]
    after = _EDGE.search(text, end, farthest)
    before = [edge.end() for edge in _EDGE.finditer(text, max(0, start - LONGEST_SENTENCE), start)]
    left = before[-1] if before else max(0, start - LONGEST_SENTENCE)
    return left, after.start() if after else farthest
