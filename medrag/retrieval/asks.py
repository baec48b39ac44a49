"""What a question asks for (a dose, a duration, where to refer), and whether a sentence tells of it."""

from __future__ import annotations

import re
from functools import lru_cache

from medrag.reading.languages import asks as _asks


def kinds() -> tuple[str, ...]:
    """What may be asked for, in the order of ``languages/en/asks.yaml``."""
    return tuple(_asks())


def asked_for(question: str) -> frozenset[str]:
    """The kinds that an English question asks for, as far as its words say so."""
    return frozenset(kind for kind, (asked, _) in _patterns().items() if asked.search(question))


def told_of(text: str) -> frozenset[str]:
    """The kinds that an English sentence or heading tells of."""
    return frozenset(kind for kind, (_, told) in _patterns().items() if told.search(text))


@lru_cache(maxsize=1)
def _patterns() -> dict[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    return {
        kind: (re.compile(words["asked"], re.IGNORECASE), re.compile(words["told"], re.IGNORECASE))
        for kind, words in _asks().items()
    }
