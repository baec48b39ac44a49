"""Lists that say of each drug what is done with it from now on ("START pantoprazole", "STOP naproxen")."""

from __future__ import annotations

import re

from medrag.patient.formats.note.named import Target
from medrag.reading.languages import pattern

_BEGINS = re.compile(
    r"^[ \t\-*•\d.)]{0,6}(?:(?:START|BEGIN|NEW|ADD|INITIATE)\b|(?:Start|Begin) taking\b)", re.MULTILINE
)
_OTHERS = re.compile(r"^[ \t\-*•\d.)]{0,6}(?:STOP|HOLD|CONTINUE|CHANGE|KEEP|RESUME|Stop|Continue)\b", re.MULTILINE)
WITHIN = 400
"""Characters on either side in which another line of such a list stands."""


def begun(text: str) -> list[tuple[int, int]]:
    """The lines of such lists that begin drugs."""
    others = [each.start() for each in _OTHERS.finditer(text)]
    lines = []
    for each in _BEGINS.finditer(text):
        if any(abs(other - each.start()) <= WITHIN for other in others):
            stop = text.find("\n", each.end())
            lines.append((each.start(), stop if stop >= 0 else len(text)))
    return lines


def is_begun(text: str, lines: list[tuple[int, int]], target: Target) -> bool:
    """Whether one of ``lines`` begins the drug now, and not at a later time."""
    stop = max(target.end, target.stop)
    later = pattern("context", "later").match(text[stop:].partition("\n")[0])
    return not later and any(start <= target.start < end for start, end in lines)
