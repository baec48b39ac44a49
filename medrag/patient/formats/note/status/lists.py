"""Sentences that do nothing but list drugs, and entries of problems that end with a verdict."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise

from medrag.patient.formats.note.named import Said, Target
from medrag.reading.boundaries import Sentence
from medrag.reading.languages import pattern
from medrag.reading.terms import Kind

_said = partial(pattern, "medications")

_LINE = re.compile(r"[^\n]+")
_LABEL = re.compile(r"(?:\s?\([^()\n]{1,30}\))?\s?(?::|\s[-–—]\s|[.,]\s)")


FEWEST_ITEMS = 3


def closed(text: str, targets: Sequence[Target]) -> Iterator[int]:
    """The places of the problems that a line begins with and, after what was done, says to be over."""
    for line in _LINE.finditer(text):
        verdict = pattern("predicates", "verdict").search(text, *line.span())
        if verdict is None:
            continue
        place = bisect_left(targets, line.start(), key=lambda each: each.start)
        if place == len(targets) or targets[place].start >= verdict.start():
            continue
        first = targets[place]
        opens = not any(map(str.isalpha, text[line.start() : first.start]))
        if first.term.kind is Kind.CONDITION and opens and _LABEL.match(text, first.end):
            yield place


def lists_doses(text: str, sentence: Sentence, targets: Sequence[Target]) -> bool:
    """Whether each item of a sentence begins with a drug, and some have directions ("aspirin, senna 2 nocte, iron").

    A word with a colon may stand before the first.
    """
    items = pairwise([sentence.start, *(comma + 1 for comma in sentence.commas), sentence.end])
    named = [_begins_with(text, start, end, targets) for start, end in items]
    return len(named) >= FEWEST_ITEMS and None not in named and any(each and each.directions for each in named)


def _begins_with(text: str, start: int, end: int, targets: Sequence[Target]) -> Target | None:
    """The drug that an item begins with."""
    place = bisect_left(targets, start, key=lambda each: each.start)
    if place == len(targets) or targets[place].start >= end or targets[place].term.kind is not Kind.DRUG:
        return None
    return targets[place] if _said("lead").fullmatch(text, start, targets[place].start) else None


def goes_on(text: str, sentence: Sentence, before: Sequence[Said], targets: Sequence[Target]) -> bool:
    """Whether a sentence behind a semicolon does nothing but name one more thing that someone is allergic to."""
    first = bisect_left(targets, sentence.start, key=lambda each: each.start)
    named = targets[first : bisect_left(targets, sentence.end, key=lambda each: each.start)]
    if not before or not named or text[before[-1].target.end : sentence.start].rstrip()[-1:] != ";":
        return False
    one = named[0]
    allergic = any("allergic" in each.cues for each in before) and "\n" not in text[before[-1].target.end : one.start]
    rest = text[one.end : sentence.end].strip(" .;\n")
    alone = not text[sentence.start : one.start].strip() and (not rest or rest[0] in "(-–:")
    return allergic and alone and one.term.kind is not Kind.CONDITION and one.directions is None


def lists_drugs(text: str, sentence: Sentence, targets: Sequence[Target]) -> bool:
    """Whether a sentence only names drugs, or a condition and then its drugs ("Asthma: Clenil, Ventolin.").

    Drugs alone that are all of a text are no list of what is taken: so people ask about them.
    """
    first = bisect_left(targets, sentence.start, key=lambda each: each.start)
    last = bisect_left(targets, sentence.end, key=lambda each: each.start)
    named = targets[first:last]
    kinds = [each.term.kind is Kind.DRUG for each in named]
    if not any(kinds) or kinds != sorted(kinds):
        return False
    if all(kinds) and text[sentence.start : sentence.end].strip() == text.strip():
        return False
    ends = [max(each.end, each.stop) for each in named]
    gaps = zip([sentence.start, *ends], [*(each.start for each in named), sentence.end], strict=True)
    return _said("between").fullmatch(" ".join(text[start:end] for start, end in gaps)) is not None
