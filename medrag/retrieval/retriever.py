"""Hybrid search: dense vectors and BM25, fused, filtered, and silent when nothing is good enough."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medrag.retrieval.encoder import Encoder
from medrag.retrieval.passages import searched_text
from medrag.retrieval.reranker import Reranker
from medrag.retrieval.store import Index
from medrag.types import Evidence, Filters, Passage

POOL = 100
RERANKED = 20
# As good as any on 417 MedQuAD questions, and better than less on questions in lay words: docs/results-retrieval.md.
DENSE_WEIGHT = 0.85
PATIENT_WEIGHT = 0.4

# The limits below were read off tests/retrieval/questions.jsonl (56 questions the starter corpus answers, 30 on
# conditions it lacks, 30 off topic) and 16 questions that name no condition ("What should I start for her?").
# FLOOR: the best cosine is 0.45 and up where the corpus answers, 0.22 and down off topic, 0.23 to 0.57 for conditions
# it lacks: half of these end below the floor, and a cosine cannot tell the rest. GENERIC_*: a question is about "this
# patient" when it is nearer to GENERIC than to any passage: 0.33 and up for 14 of the 16, 0.24 and down off topic.
# PATIENT_FLOOR: with three conditions appended the 16 reach 0.48 and up.
FLOOR = 0.42
PATIENT_FLOOR = 0.48
GENERIC_FLOOR = 0.30
GENERIC_MARGIN = 0.10
GENERIC = (
    "What treatment should this patient receive?",
    "What is the next step in the management of this patient?",
    "Which drug should I prescribe for him or her?",
)


@dataclass(frozen=True)
class Retriever:
    """Searches an index. Safe to call from several threads.

    ``dense_weight`` (0 to 1) is the dense score's share of the fused one; ``pool`` is how many passages each side
    puts forward; ``floor`` is the least cosine between a question and the best passage for the index to answer it.
    A ``reranker`` puts the best RERANKED passages in its own order.
    """

    index: Index
    encoder: Encoder
    floor: float = FLOOR
    dense_weight: float = DENSE_WEIGHT
    pool: int = POOL
    reranker: Reranker | None = None

    @classmethod
    def open(cls, directory: Path, encoder: str | None = None) -> Retriever:
        """A retriever over the index in ``directory``; ``encoder`` is a path or hub id, the packaged one by default.

        Raises:
            StoreError: see :meth:`Index.open`.
        """
        encoding = Encoder(encoder) if encoder else Encoder()
        return cls(Index.open(directory, encoding), encoding)

    def search(self, query: str, *, k: int = 5, filters: Filters = Filters()) -> list[Evidence]:  # noqa: B008
        """The best ``k`` passages for ``query``, numbered from 1, best first; empty when none is good enough.

        The query's first line is the question, further lines are about the patient (:func:`query_for`): the
        question decides whether there is an answer, both decide the order.
        """
        allowed = self.index.passages.allowed(filters)
        vectors = self._encoded(query)
        return self._best(query, vectors, allowed, k) if self._answerable(vectors, allowed) else []

    def nearest(self, query: str, *, k: int = 10, filters: Filters = Filters()) -> list[Evidence]:  # noqa: B008
        """The best ``k`` passages however far they are: for looking at an index, not for advice."""
        return self._best(query, self._encoded(query), self.index.passages.allowed(filters), k)

    def _encoded(self, query: str) -> NDArray[np.float32]:
        """The question's vector and, where the query has more lines, the whole query's."""
        question = query.split("\n", 1)[0]
        return self.encoder.encode([question] if question == query else [question, query])

    def _answerable(self, vectors: NDArray[np.float32], allowed: NDArray[np.bool_]) -> bool:
        """Whether the index reaches the question or, for one that asks about "this patient", what the patient has."""
        nearest = self._cosine(vectors[0], allowed)
        generic = float((self._generic @ vectors[0]).max())
        if generic < max(GENERIC_FLOOR, nearest + GENERIC_MARGIN):
            return nearest >= self.floor
        return len(vectors) > 1 and self._cosine(vectors[1], allowed) >= PATIENT_FLOOR

    @cached_property
    def _generic(self) -> NDArray[np.float32]:
        return self.encoder.encode(GENERIC)

    def _cosine(self, vector: NDArray[np.float32], allowed: NDArray[np.bool_]) -> float:
        _, cosines = self.index.dense.search(vector, 1, allowed)
        return float(cosines[0]) if len(cosines) else -1.0

    def ranked(
        self, query: str, vector: NDArray[np.float32], allowed: NDArray[np.bool_], k: int
    ) -> list[tuple[int, float]]:
        """The best ``k`` rows that ``allowed`` lets through with their fused scores, best first."""
        pool = max(self.pool, k)
        near, _ = self.index.dense.search(vector, pool, allowed)
        bm25 = np.where(allowed, self.index.lexical.scores(query), np.float32(0))
        rows = np.union1d(near, _largest(bm25, pool))
        scores = self._fused(self.index.dense.cosines(vector, rows), bm25[rows])
        # Stable: among equals the lower row comes first, so that the order is always the same.
        return [(int(rows[each]), float(scores[each])) for each in np.argsort(-scores, kind="stable")[:k]]

    def _best(self, query: str, vectors: NDArray[np.float32], allowed: NDArray[np.bool_], k: int) -> list[Evidence]:
        ranked = self.ranked(query, _mixed(vectors), allowed, max(k, RERANKED) if self.reranker else k)
        found = [(self.index.passages[row], score) for row, score in ranked]
        if self.reranker and found:
            found = _reranked(self.reranker, query, found)
        return [
            Evidence(number=number, passage=passage, score=round(score, 6))
            for number, (passage, score) in enumerate(found[:k], start=1)
        ]

    def _fused(self, cosines: NDArray[np.float32], bm25: NDArray[np.float32]) -> NDArray[np.float32]:
        """The weighted sum of the cosine and of BM25 as a share of the best one's."""
        best = bm25.max(initial=0.0)
        shares = bm25 / best if best > 0 else bm25
        return np.asarray(self.dense_weight * cosines + (1 - self.dense_weight) * shares, dtype=np.float32)


def _reranked(reranker: Reranker, query: str, found: list[tuple[Passage, float]]) -> list[tuple[Passage, float]]:
    scores = reranker.scores(query, [searched_text(passage) for passage, _ in found])
    return [(found[each][0], float(scores[each])) for each in np.argsort(-scores, kind="stable")]


def _largest(scores: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """The rows of the ``count`` largest scores above zero, in no order."""
    rows = np.flatnonzero(scores)  # first, as most are zero and a selection among equals is slow
    return rows if len(rows) <= count else rows[np.argpartition(scores[rows], -count)[-count:]]


def _mixed(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """One vector for the question (most of it) and for the whole query (the rest)."""
    if len(vectors) == 1:
        return np.asarray(vectors[0])
    mixed = (1 - PATIENT_WEIGHT) * vectors[0] + PATIENT_WEIGHT * vectors[1]
    return np.asarray(mixed / np.linalg.norm(mixed), dtype=np.float32)
