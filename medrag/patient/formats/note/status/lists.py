"""Sentences that do nothing but list drugs, and entries of problems that end with a verdict."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from medrag.patient.formats.note.named import Target
from medrag.reading.boundaries import Sentence
from medrag.reading.languages import pattern
from medrag.reading.terms import Kind

_BETWEEN = re.compile(
    r"(?:[\s,.;:+&/()•*–—→>-]|#?\d{1,2}[.)]|\b(?:and|with|w|for|on|iv|po|sc|im|oral|topical|inh|neb|nebs|regular|patch|prn)\b)*",
    re.IGNORECASE,
)
"""What may stand between the names of drugs that are only listed."""


_LINE = re.compile(r"[^\n]+")
_LABEL = re.compile(r"(?:\s?\([^()\n]{1,30}\))?\s?(?::|\s[-–—]\s|[.,]\s)")


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
    return _BETWEEN.fullmatch(" ".join(text[start:end] for start, end in gaps)) is not None
