"""Hybrid search: dense vectors and BM25, fused, filtered, and silent when nothing is good enough."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medrag.knowledge import Knowledge, load
from medrag.reading.languages import ENGLISH
from medrag.reading.languages.gloss import CHINESE, is_chinese
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.question.naming import about_another, lacks_the_drug, tells_all
from medrag.retrieval.question.query import Query
from medrag.retrieval.reranker import Reranker
from medrag.retrieval.scales import only_asked
from medrag.retrieval.searchable import Searchable
from medrag.retrieval.sentences import SentenceRanker
from medrag.retrieval.store.asked import Near
from medrag.retrieval.store.index import open_index
from medrag.retrieval.store.passages import searched_text
from medrag.types import Evidence, Filters, Passage, sentence_hash

POOL = 100
RERANKED = 20
LOOKED_AT = 30
"""Passages whose sentences are ranked."""
NEAR_TIE = 0.02
"""Of cosines: what putting Chinese into English in one way or another makes of it."""
CLOSE = 0.1
"""How much nearer the passages of another language may be for the sentences to decide: docs/results-chinese.md."""
SENTENCES_TIE = 0.05
"""How much nearer the best sentence of another language may be for those of the question's own to be taken."""
TOLD_CLOSE, TOLD_TIE = 0.15, 0.14
"""The same two where one of the question's own language names all drugs and conditions that the question names."""
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
    A ``reranker`` puts the best RERANKED passages in its own order. ``ranker`` ranks single sentences. ``knowledge``
    is what the index was built with, the bundled one unless another is named.
    """

    index: Searchable
    encoder: Encoder
    floor: float = FLOOR
    dense_weight: float = DENSE_WEIGHT
    pool: int = POOL
    reranker: Reranker | None = None
    ranker: SentenceRanker | None = None
    knowledge: Knowledge = field(default_factory=load)

    @classmethod
    def open(cls, directory: Path, encoder: str | None = None, milvus_token: str | None = None) -> Retriever:
        """A retriever over the index in ``directory``; ``encoder`` is a path or hub id, the packaged one by default.

        Raises:
            StoreError: see :func:`medrag.retrieval.store.index.open_index`.
        """
        encoding = Encoder(encoder) if encoder else Encoder()
        return cls(open_index(directory, encoding, milvus_token), encoding)

    def search(self, query: Query | str, *, k: int = 5, filters: Filters = Filters()) -> list[Evidence]:  # noqa: B008
        """The best ``k`` passages for ``query``, numbered from 1, best first; empty when none is good enough.

        The question decides whether there is an answer, question and patient decide the order.
        """
        query = _query(query)
        vectors = self._encoded(query)
        filters = self._spoken(query, vectors, filters)
        return self._best(query, vectors, filters, k) if self._answerable(vectors, filters) else []

    def sentences(
        self,
        query: Query | str,
        *,
        k: int = 24,
        filters: Filters = Filters(),  # noqa: B008
        floored: bool = True,
    ) -> list[Evidence]:
        """The best ``k`` sentences of the best passages for ``query``.

        Empty when no sentence is good enough, they are about another illness than the question names, or none tells
        of the drug whose dose it asks for; not ``floored``: however far they are.
        """
        query = _query(query)
        vectors = self._encoded(query)
        spoken = self._spoken(query, vectors, filters)
        ranked = self._sentences(query, vectors, spoken, k)
        own, apart = self._passed_over(query, vectors, filters, spoken)
        if apart <= TOLD_CLOSE:
            mine = self._sentences(query, vectors, own, k)
            told = self._answered(vectors, mine, own) and tells_all(query.asked, mine, self.knowledge)
            far = _nearness(ranked) - _nearness(mine)
            if (apart <= CLOSE and far <= SENTENCES_TIE) or (told and far <= TOLD_TIE):
                spoken, ranked = own, mine
        if floored and not (self._answered(vectors, ranked, spoken) and self._on_what_is_named(query, ranked)):
            return []
        return ranked

    def _on_what_is_named(self, query: Query, ranked: Sequence[Evidence]) -> bool:
        told = (query.asked, query.applicant, ranked, self.knowledge)
        return not (about_another(*told) or lacks_the_drug(*told))

    def _sentences(self, query: Query, vectors: NDArray[np.float32], filters: Filters, k: int) -> list[Evidence]:
        found = self._best(query, vectors, filters, LOOKED_AT)
        return self._ranker.best(query, found, k, self._asked(vectors[0], found))

    def _passed_over(
        self, query: Query, vectors: NDArray[np.float32], filters: Filters, spoken: Filters
    ) -> tuple[Filters, float]:
        """The question's own language where another is searched, and how much nearer the passages of that one are."""
        if (
            filters.languages
            or not is_chinese(query.asked)
            or CHINESE not in self.index.languages - {*spoken.languages}
        ):
            return filters, math.inf
        own, mixed = filters.model_copy(update={"languages": (CHINESE,)}), _mixed(vectors)
        return own, self.index.nearest(mixed, spoken) - self.index.nearest(mixed, own)

    def asked(self, query: Query, found: Sequence[Evidence], without: str | None = None) -> Near:
        """The question written for each sentence of ``found``, in order, that is nearest to this one.

        ``without``: those of this origin do not count.
        """
        return self._asked(self._encoded(query)[0], found, without)

    def _asked(self, vector: NDArray[np.float32], found: Sequence[Evidence], without: str | None = None) -> Near:
        passages = (each.passage for each in found)
        names = [(each.doc_id, sentence_hash(each.quote(one))) for each in passages for one in each.sentences]
        return self.index.asked.near(vector, names, without)

    def _answered(self, vectors: NDArray[np.float32], ranked: Sequence[Evidence], filters: Filters) -> bool:
        """Whether the best sentence is near enough; as passages are judged where its cosine does not tell.

        It does not for a question about "this patient", nor with a ranking that has no floor.
        """
        if self._ranker.floor is None or self._is_generic(vectors, filters):
            return self._answerable(vectors, filters)
        return _nearness(ranked) >= self._ranker.floor

    @cached_property
    def _ranker(self) -> SentenceRanker:
        return self.ranker or SentenceRanker()

    def nearest(self, query: Query | str, *, k: int = 10, filters: Filters = Filters()) -> list[Evidence]:  # noqa: B008
        """The best ``k`` passages however far they are: for looking at an index, not for advice."""
        query = _query(query)
        vectors = self._encoded(query)
        return self._best(query, vectors, self._spoken(query, vectors, filters), k)

    def _spoken(self, query: Query, vectors: NDArray[np.float32], filters: Filters) -> Filters:
        """``filters`` with the language to search in, where the index has several and none is asked for.

        The question's own; for a Chinese one English where that reaches it clearly nearer: docs/results-chinese.md.
        """
        own = CHINESE if is_chinese(query.asked) else ENGLISH
        if filters.languages or not self.index.languages - {own}:
            return filters
        others = filters.model_copy(update={"languages": tuple(sorted(self.index.languages - {own}))})
        if own not in self.index.languages:
            return others
        mine = filters.model_copy(update={"languages": (own,)})
        if own == ENGLISH:
            return mine
        mixed = _mixed(vectors)
        clearly = self.index.nearest(mixed, others) > self.index.nearest(mixed, mine) + NEAR_TIE
        return others if clearly else mine

    def _encoded(self, query: Query) -> NDArray[np.float32]:
        """The question's vector and, where the query has more lines, the whole query's."""
        question = query.text.split("\n", 1)[0]
        return self.encoder.encode([question] if question == query.text else [question, query.text])

    def _answerable(self, vectors: NDArray[np.float32], filters: Filters) -> bool:
        """Whether the index reaches the question or, for one that asks about "this patient", what the patient has."""
        if self._is_generic(vectors, filters):
            return len(vectors) > 1 and self.index.nearest(vectors[1], filters) >= PATIENT_FLOOR
        return self.index.nearest(vectors[0], filters) >= self.floor

    def _is_generic(self, vectors: NDArray[np.float32], filters: Filters) -> bool:
        """Whether the question names nothing: it is about "this patient" rather than about any passage."""
        generic = float((self._generic @ vectors[0]).max())
        return generic >= max(GENERIC_FLOOR, self.index.nearest(vectors[0], filters) + GENERIC_MARGIN)

    @cached_property
    def _generic(self) -> NDArray[np.float32]:
        return self.encoder.encode(GENERIC)

    def ranked(self, query: str, vector: NDArray[np.float32], filters: Filters, k: int) -> list[tuple[int, float]]:
        """The best ``k`` rows that ``filters`` let through with their fused scores, best first."""
        rows, cosines, bm25 = self.index.candidates(query, vector, max(self.pool, k), filters)
        scores = self._fused(cosines, bm25)
        # Stable: among equals the lower row comes first, so that the order is always the same.
        return [(int(rows[each]), float(scores[each])) for each in np.argsort(-scores, kind="stable")[:k]]

    def _best(self, query: Query, vectors: NDArray[np.float32], filters: Filters, k: int) -> list[Evidence]:
        ranked = self.ranked(_searched(query), _mixed(vectors), filters, max(k, RERANKED) if self.reranker else k)
        passages = self.index.fetch([row for row, _ in ranked])
        found = [(passage, score) for passage, (_, score) in zip(passages, ranked, strict=True)]
        if self.reranker and found:
            found = _reranked(self.reranker, _searched(query), found, self.knowledge)
        return [
            Evidence(number=number, passage=only_asked(passage, filters), score=round(score, 6))
            for number, (passage, score) in enumerate(found[:k], start=1)
        ]

    def _fused(self, cosines: NDArray[np.float32], bm25: NDArray[np.float32]) -> NDArray[np.float32]:
        """The weighted sum of the cosine and of BM25 as a share of the best one's."""
        best = bm25.max(initial=0.0)
        shares = bm25 / best if best > 0 else bm25
        return np.asarray(self.dense_weight * cosines + (1 - self.dense_weight) * shares, dtype=np.float32)


def _query(query: Query | str) -> Query:
    return query if isinstance(query, Query) else Query.of(query)


def _searched(query: Query) -> str:
    """What BM25 and the reranker look for: the query, and the Chinese words that were asked."""
    return f"{query.text}\n{query.asked}" if is_chinese(query.asked) else query.text


def _reranked(
    reranker: Reranker, query: str, found: list[tuple[Passage, float]], knowledge: Knowledge
) -> list[tuple[Passage, float]]:
    scores = reranker.scores(query, [searched_text(passage, knowledge) for passage, _ in found])
    return [(found[each][0], float(scores[each])) for each in np.argsort(-scores, kind="stable")]


def _nearness(found: Sequence[Evidence]) -> float:
    """How near the best of ``found`` is."""
    return max((each.score for each in found), default=0.0)


def _mixed(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """One vector for the question (most of it) and for the whole query (the rest)."""
    if len(vectors) == 1:
        return np.asarray(vectors[0])
    mixed = (1 - PATIENT_WEIGHT) * vectors[0] + PATIENT_WEIGHT * vectors[1]
    return np.asarray(mixed / np.linalg.norm(mixed), dtype=np.float32)
