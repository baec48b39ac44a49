"""Wording that two sets of texts share: runs of words, as GPT-3's authors looked for what was trained on.

A text is copied when any 13 consecutive words of it stand in the other set (Brown et al., 2020, appendix C); a text of
8 to 12 words is looked for whole, a shorter one cannot tell. Words are compared in lower case without punctuation. Only
the runs looked for are kept in memory, so that what is searched may be large.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set

WORDS, FEWEST = 13, 8

_WORD = re.compile(r"\w+")
Run = tuple[str, ...]


def runs(text: str) -> set[Run]:
    """What to look for to find ``text`` or a part of it copied; nothing where it is too short to tell."""
    words = _words(text)
    length = min(WORDS, len(words))
    return set(_windows(words, length)) if length >= FEWEST else set()


def found(wanted: Set[Run], texts: Iterable[str]) -> set[Run]:
    """Which of the runs stand in the texts, which are read once and not kept."""
    lengths = {len(run) for run in wanted}
    seen: set[Run] = set()
    for text in texts:
        words = _words(text)
        for length in lengths:
            seen.update(run for run in _windows(words, length) if run in wanted)
    return seen


def _windows(words: list[str], length: int) -> Iterator[Run]:
    return (tuple(words[at : at + length]) for at in range(len(words) - length + 1))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
