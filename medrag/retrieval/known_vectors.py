"""Vectors of the index's own sentences, which are the same from question to question."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from medrag.retrieval.encoder import Encoder

KEPT = 50_000
"""Vectors of this many sentences are kept in memory, 2 to 3 kB each."""


class KnownVectors:
    """Encodes sentences of an index by ``encoder``, each once. Safe to use from threads."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self._known: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def cosines(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """The cosine of every one of ``texts`` with ``query``, which is not kept: shape ``(texts,)``."""
        return np.asarray(self._vectors(texts) @ self.encoder.encode([query])[0])

    def _vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text; texts seen before are not encoded again."""
        with self._lock:
            known = {text: self._known[text] for text in texts if text in self._known}
        new = sorted({*texts} - known.keys(), key=len)
        if new:
            known |= dict(zip(new, self.encoder.encode(new), strict=True))
        with self._lock:
            for text in texts:
                self._known[text] = known[text]
                self._known.move_to_end(text)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return np.stack([known[text] for text in texts])
