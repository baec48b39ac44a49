"""How much of their words questions share: for Chinese ones, of whose English an encoder sees but part."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from medrag.retrieval.store.lexical import Tokeniser


class Wordings:
    """The pairs of characters and the words of some texts, the rarer among them the weightier; numbers do not count."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._words = Tokeniser()
        read = [self._read(text) for text in texts]
        held = Counter(word for words in read for word in words)
        self.worded = np.array([bool(words) for words in read])
        several = int(self.worded.sum()) + 1
        self._weight = {word: math.log(several / (count + 0.5)) for word, count in held.items()}
        self._whole = np.array([sum(self._weight[word] for word in words) for words in read], dtype=np.float32)
        self._holding: dict[str, list[int]] = defaultdict(list)
        for row, words in enumerate(read):
            for word in words:
                self._holding[word].append(row)

    def shares(self, text: str) -> NDArray[np.float32]:
        """What ``text`` and each of the texts share, of the geometric mean of both: 0 to 1, shape ``(texts,)``."""
        shared = np.zeros(len(self._whole), dtype=np.float32)
        known = self._read(text) & self._weight.keys()
        for word in known:
            shared[self._holding[word]] += self._weight[word]
        whole = np.sqrt(self._whole * sum(self._weight[word] for word in known))
        found = np.divide(shared, whole, out=np.zeros_like(shared), where=whole > 0)
        return np.asarray(found, dtype=np.float32)

    def _read(self, text: str) -> set[str]:
        return {word for word in self._words(text) if not word.isdigit()}
