"""Drugs that an arrow puts in another's place ("co-amoxiclav → doxycycline"): one is stopped, the other taken."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from medrag.patient.formats.note.named import Target
from medrag.reading.terms import Kind

LONGEST = 60
"""Characters between the two names, directions not counted."""
_ARROW = re.compile(
    r"\s?(?:\([^()\n]{1,30}\)\s?)?(?:stopped\s?)?(?:→|-{1,2}>|=>|⇒)\s?(?:(?:to|po|iv|sc|im|oral|iv/po|now|start(?:ed)?)\s){0,2}"
    r"(?:[\d.,]+\s?(?:mg|mcg|g|units?)\s(?:of\s)?)?",
    re.IGNORECASE,
)
_LATER = re.compile(r"[^.;\n]{0,30}?\b(?:in|from|next|once|when|if|after|at)\b(?! (?:night|bedtime|home)\b)", re.I)
"""A time after the second name, at which the one takes the other's place."""


def exchanged(text: str, targets: Sequence[Target]) -> dict[int, str]:
    """What an arrow between two drugs says of each, by its place in ``targets``."""
    said: dict[int, str] = {}
    for place, (one, other) in enumerate(pairwise(targets)):
        if one.term.kind is not Kind.DRUG or other.term.kind is not Kind.DRUG or _same(one, other):
            continue
        between = text[max(one.end, one.stop) : other.start]
        if len(between) > LONGEST or not _ARROW.fullmatch(between):
            continue
        later = _LATER.match(text, max(other.end, other.stop))
        if not later:
            said[place] = "stopped"
        said[place + 1] = "planned" if later else "taking"
    return said


def _same(one: Target, other: Target) -> bool:
    first, second = one.term.drug, other.term.drug
    return first is not None and second is not None and first.ingredients == second.ingredients
