"""The order of sentences: a linear model over what question, patient and sentence have in common.

The encoder says how near a sentence is. Which of the near ones answers is told by what is asked for (a dose, a
duration), by the words and conditions shared, and by how well the passage and its document were found. ``medrag sft
order`` fits the weights on the questions of ``sft/questions``; they are data, beside the encoder they belong to.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medrag.knowledge import Knowledge
from medrag.retrieval import overlap
from medrag.retrieval.question.query import Query
from medrag.retrieval.store.asked import ALIKE
from medrag.types import Evidence, Pointer, Record, Sentence


class OrderWeights(Record):
    """Weights of :func:`features`, by name; ``encoder`` is the hash of the one whose cosines they were fitted on."""

    encoder: str
    questions: int
    weights: dict[str, float]

    @property
    def vector(self) -> NDArray[np.float64]:
        """The weights in the order of the features."""
        return np.array([self.weights[name] for name in features()])


def features() -> tuple[str, ...]:
    """The names of the features, in their order."""
    return (*_NEARNESS, *_FIT, *overlap.features())


_NEARNESS = (
    "cosine below the best",
    "log rank",
    "passage below the best",
    "passage rank",
    "cosine below its document",
    "near question",
    "near question below the best",
)


_FIT = ("for such a patient", "for whom is open", "for whom a patient is needed")


class SentenceOrder:
    """Scores sentences for a query by ``weights``; keeps nothing of a query. Safe to use from threads."""

    def __init__(self, weights: OrderWeights, knowledge: Knowledge) -> None:
        self._weights = weights.vector
        self._reader = OrderReader(knowledge)

    def scores(
        self,
        query: Query,
        found: Sequence[Evidence],
        cosines: NDArray[np.float32],
        asked: NDArray[np.float64] | None = None,
    ) -> NDArray[np.float64]:
        """The score of every sentence of ``found``, in order, shape ``(sentences,)``; the others: see ``table``."""
        return np.asarray(self._reader.table(query, found, cosines, asked) @ self._weights, dtype=np.float64)


class OrderReader:
    """Makes the table of features that the weights are for."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._overlap = overlap.Overlap(knowledge)

    def table(
        self,
        query: Query,
        found: Sequence[Evidence],
        cosines: NDArray[np.float32],
        asked: NDArray[np.float64] | None = None,
    ) -> NDArray[np.float64]:
        """Features of every sentence of ``found``: shape ``(sentences, features)``.

        ``cosines`` are the sentences' own, ``asked`` those of the nearest written question that each answers.
        """
        places = positions(found)
        texts = [_texts(found[place], position) for place, position in places]
        near = _nearness(found, places, cosines, np.full(len(places), ALIKE) if asked is None else asked)
        fits = [_fit(query, found[place].passage.sentences[position]) for place, position in places]
        shared = np.array(list(self._overlap.rows(query, texts))).reshape(len(texts), -1)
        return np.hstack([near, np.array(fits).reshape(len(texts), -1), shared])


def _nearness(
    found: Sequence[Evidence], places: Sequence[Pointer], cosines: NDArray[np.float32], asked: NDArray[np.float64]
) -> NDArray[np.float64]:
    best: dict[str, float] = {}
    for (place, _), cosine in zip(places, cosines, strict=True):
        document = found[place].passage.doc_id
        best[document] = max(best.get(document, -1.0), float(cosine))
    ranks = np.argsort(np.argsort(-cosines, kind="stable"))
    first = max(each.score for each in found)
    rows = [
        (
            cosine - cosines.max(),
            math.log1p(rank),
            found[place].score - first,
            place,
            best[found[place].passage.doc_id] - cosine,
            max(alike - ALIKE, 0.0),
            alike - asked.max(),
        )
        for (place, _), cosine, rank, alike in zip(places, cosines, ranks, asked, strict=True)
    ]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(_NEARNESS))


def _fit(query: Query, sentence: Sentence) -> tuple[float, float, float]:
    """The shares of what the sentence's patient must be that are met and open; all open where nobody is told of."""
    if query.applicant is None:
        return 0.0, 0.0, float(bool(sentence.only))
    return (*query.applicant.fit(sentence), 0.0)


def positions(found: Sequence[Evidence]) -> list[Pointer]:
    """Every sentence of ``found``: place of its passage and of itself, both from 0."""
    return [(place, position) for place, each in enumerate(found) for position in range(len(each.passage.sentences))]


def _texts(found: Evidence, position: int) -> tuple[str, str, str]:
    passage = found.passage
    return passage.title, " ".join(passage.section[-1:]), passage.quote(passage.sentences[position])


def read_weights(path: Path) -> OrderWeights:
    """The weights that ``medrag sft order`` wrote."""
    return OrderWeights.model_validate_json(path.read_text(encoding="utf-8"))
