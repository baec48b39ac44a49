"""Amounts that no unit tells: as a multiple of another dose, and by the exposure that is aimed at."""

from __future__ import annotations

import re
from collections.abc import Iterator

from medrag.reading.dosing.numbers import number
from medrag.reading.languages import pattern

_NAMED = {"three": 3.0, "four": 4.0, "five": 5.0}


def multiple(text: str, start: int, end: int) -> float | None:
    """By how much words that begin in ``text[start:end]`` multiply a dose ("double his", "ten times the usual").

    The most, or None. What is multiplied may be named behind: a risk or a level is no dose.
    """
    found = pattern("amounts", "multiple").finditer(text, start)
    return max((_factor(match) for match in found if match.start() < end), default=None)


def _factor(match: re.Match[str]) -> float:
    said = {name: words for name, words in match.groupdict().items() if words}
    if percent := said.pop("percent", None):
        return 1 + number(percent) / 100
    written = next((words for name, words in said.items() if name not in _NAMED), None)
    return number(written) if written else next((_NAMED[name] for name in said), 2.0)


def exposures(text: str) -> Iterator[re.Match[str]]:
    """Where ``text`` gives an exposure to dose by: ``amount``, and ``high`` of a range, or ``ahead`` of its name."""
    return pattern("amounts", "exposure").finditer(text)
