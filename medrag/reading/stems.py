"""English words by their stems, by Snowball's English stemmer."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cache
from typing import Any

# A stemmer keeps state while it works.
_LOCK = threading.Lock()


def stemmed(words: Sequence[str]) -> list[str]:
    """The stems of ``words``, which are in lower case, in their order. Safe to call from threads."""
    with _LOCK:
        stems: list[str] = _stemmer().stemWords(list(words))
    return stems


@cache
def _stemmer() -> Any:
    import Stemmer  # type: ignore[import-not-found]

    return Stemmer.Stemmer("english")
