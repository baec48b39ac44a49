"""Hybrid search: dense vectors and BM25, fused, filtered, and silent when nothing is good enough."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medrag.retrieval.encoder import Encoder
from medrag.retrieval.store import Index
from medrag.types import Evidence, Filters

POOL = 100
DENSE_WEIGHT = 0.6
FLOOR = 0.35


@dataclass(frozen=True)
class Retriever:
    """Searches an index. Safe to call from several threads.

    ``floor`` is the least cosine between the query and the best passage for the query to count as answerable from
    this index; below it :meth:`search` returns nothing. ``dense_weight`` (0 to 1) is the share of the dense score in
    the fused one; ``pool`` is how many passages each side puts forward.
    """

    index: Index
    encoder: Encoder
    floor: float = FLOOR
    dense_weight: float = DENSE_WEIGHT
    pool: int = POOL

    def search(self, query: str, *, k: int = 5, filters: Filters = Filters()) -> list[Evidence]:  # noqa: B008
        """The best ``k`` passages for ``query``, numbered from 1, best first; empty when none is good enough."""
        allowed = self.index.passages.allowed(filters)
        rows, cosines = self._dense(query, allowed)
        if not len(rows) or cosines[0] < self.floor:
            return []
        ranked = self._fused(rows, cosines, self._lexical(query, allowed))[:k]
        return [
            Evidence(number=number, passage=self.index.passages[row], score=round(score, 6))
            for number, (row, score) in enumerate(ranked, start=1)
        ]

    def _dense(self, query: str, allowed: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        return self.index.dense.search(self.encoder.encode([query])[0], self.pool, allowed)

    def _lexical(self, query: str, allowed: NDArray[np.bool_]) -> NDArray[np.float32]:
        """BM25 of every row, from 0 to 1 (the best allowed row's)."""
        scores = np.where(allowed, self.index.lexical.scores(query), np.float32(0))
        best = scores.max(initial=0.0)
        return scores / best if best > 0 else scores

    def _fused(
        self, rows: NDArray[np.int64], cosines: NDArray[np.float32], bm25: NDArray[np.float32]
    ) -> list[tuple[int, float]]:
        """Rows with fused scores, best first; ties go to the lower row, so that the order is always the same."""
        dense = np.zeros_like(bm25)
        dense[rows] = np.maximum(cosines, 0)
        candidates = np.union1d(rows, np.argsort(-bm25, kind="stable")[: self.pool])
        fused = self.dense_weight * dense[candidates] + (1 - self.dense_weight) * bm25[candidates]
        order = np.argsort(-fused, kind="stable")
        return [(int(candidates[each]), float(fused[each])) for each in order if fused[each] > 0]
