"""The order of sentences: a linear model over what question, patient and sentence have in common.

The encoder says how near a sentence is. Which of the near ones answers is told by what is asked for (a dose, a
duration), by the words and conditions shared, and by how well the passage and its document were found. ``medrag sft
order`` fits the weights on the questions of ``sft/questions``; they are data, beside the encoder they belong to.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medrag.knowledge import Knowledge
from medrag.reading.matcher import tokens
from medrag.reading.terms import Kind, terms
from medrag.retrieval.asks import KINDS, asked_for, told_of
from medrag.retrieval.query import Query
from medrag.retrieval.store.lexical import Tokeniser
from medrag.types import Evidence, Pointer, Record


class OrderWeights(Record):
    """Weights of :func:`features`, by name; ``encoder`` is the hash of the one whose cosines they were fitted on."""

    encoder: str
    questions: int
    weights: dict[str, float]

    @property
    def vector(self) -> NDArray[np.float64]:
        """The weights in the order of the features."""
        return np.array([self.weights[name] for name in features()])


@dataclass(frozen=True)
class _Words:
    """What the order reads of one sentence under its heading and title: stems, conditions, what it tells of."""

    sentence: Set[str]
    heading: Set[str]
    title: Set[str]
    conditions: Set[str]
    heading_conditions: Set[str]
    title_conditions: Set[str]
    told: Set[str]
    heading_told: Set[str]
    length: int


def features() -> tuple[str, ...]:
    """The names of the features, in their order."""
    told = [f"{where}: {kind}" for where in ("sentence tells", "heading tells") for kind in KINDS]
    asked = [f"{each}, asked" for each in told]
    return (*_NEARNESS, *_WORDS, *_CONDITIONS, "length", *told, *asked)


_NEARNESS = ("cosine below the best", "log rank", "passage below the best", "passage rank", "cosine below its document")
_WORDS = (
    "question in sentence", "question in heading", "question in title", "patient in sentence", "patient in heading",
    "sentence in question or patient", "more than the topic in question or patient",
)  # fmt: skip
_CONDITIONS = (
    "question's conditions in title", "none of the question's conditions in title", "conditions in title",
    "question's conditions in sentence", "patient's conditions in sentence", "other conditions in sentence",
    "other conditions in heading",
)  # fmt: skip


class SentenceOrder:
    """Scores sentences for a query by ``weights``; keeps nothing of a query. Safe to use from threads."""

    def __init__(self, weights: OrderWeights, knowledge: Knowledge) -> None:
        self._weights = weights.vector
        self._reader = OrderReader(knowledge)

    def scores(self, query: Query, found: Sequence[Evidence], cosines: NDArray[np.float32]) -> NDArray[np.float64]:
        """The score of every sentence of ``found``, in order, shape ``(sentences,)``; ``cosines`` are theirs."""
        return np.asarray(self._reader.table(query, found, cosines) @ self._weights, dtype=np.float64)


class OrderReader:
    """Makes the table of features that the weights are for."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._matcher = terms(knowledge)
        self._stems = Tokeniser()
        # Of the index's sentences alone.
        self._read = lru_cache(maxsize=50_000)(self._words)

    def table(self, query: Query, found: Sequence[Evidence], cosines: NDArray[np.float32]) -> NDArray[np.float64]:
        """Features of every sentence of ``found``: shape ``(sentences, features)``."""
        places = positions(found)
        read = [self._read(*_texts(found[place], position)) for place, position in places]
        near = _nearness(found, places, cosines)
        shared = np.array(list(self._shared(query, read))).reshape(len(read), -1)
        return np.hstack([near, shared])

    def _shared(self, query: Query, read: Sequence[_Words]) -> Iterator[list[float]]:
        question, _, facts = query.described.partition("\n")
        asked, patient = frozenset(self._stems(question)), frozenset(self._stems(facts))
        named, recorded = self._conditions(question), self._conditions(facts)
        wanted = asked_for(question)
        weigh = _Rarity(read)
        for each in read:
            topic = each.title | each.heading
            yield [
                weigh.share(asked, each.sentence),
                weigh.share(asked, each.heading),
                weigh.share(asked, each.title),
                weigh.share(patient, each.sentence),
                weigh.share(patient, each.heading),
                weigh.share(each.sentence, asked | patient),
                weigh.share(each.sentence - topic, asked | patient),
                len(named & each.title_conditions),
                float(bool(named) and not named & each.title_conditions),
                len((named | recorded) & each.title_conditions),
                len(named & each.conditions),
                len(recorded & each.conditions),
                len(each.conditions - named - recorded - each.title_conditions),
                len(each.heading_conditions - named - recorded - each.title_conditions),
                each.length,
                *_told(each, wanted),
            ]

    def _words(self, title: str, heading: str, quote: str) -> _Words:
        return _Words(
            sentence=frozenset(self._stems(quote)),
            heading=frozenset(self._stems(heading)),
            title=frozenset(self._stems(title)),
            conditions=self._conditions(quote),
            heading_conditions=self._conditions(heading),
            title_conditions=self._conditions(title),
            told=told_of(quote),
            heading_told=told_of(heading),
            length=len(quote.split()),
        )

    def _conditions(self, text: str) -> frozenset[str]:
        found = self._matcher.find(text, tokens(text))
        return frozenset(value.name for match in found for value in match.values if value.kind is Kind.CONDITION)


class _Rarity:
    """Weighs words by how few of the candidates hold them."""

    def __init__(self, read: Sequence[_Words]) -> None:
        self._held = Counter(stem for each in read for stem in {*each.sentence, *each.heading, *each.title})
        self._all = len(read) + 1

    def share(self, words: Set[str], within: Set[str]) -> float:
        """The weight of the ``words`` that stand in ``within``, as a share of the weight of all of them."""
        whole = sum(map(self._weight, words))
        return sum(map(self._weight, words & within)) / whole if whole else 0.0

    def _weight(self, stem: str) -> float:
        return math.log(self._all / (self._held[stem] + 0.5))


def _told(each: _Words, wanted: Set[str]) -> list[float]:
    told = [float(kind in words) for words in (each.told, each.heading_told) for kind in KINDS]
    asked = [float(kind in wanted and kind in words) for words in (each.told, each.heading_told) for kind in KINDS]
    return told + asked


def _nearness(
    found: Sequence[Evidence], places: Sequence[Pointer], cosines: NDArray[np.float32]
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
        )
        for (place, _), cosine, rank in zip(places, cosines, ranks, strict=True)
    ]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(_NEARNESS))


def positions(found: Sequence[Evidence]) -> list[Pointer]:
    """Every sentence of ``found``: place of its passage and of itself, both from 0."""
    return [(place, position) for place, each in enumerate(found) for position in range(len(each.passage.sentences))]


def _texts(found: Evidence, position: int) -> tuple[str, str, str]:
    passage = found.passage
    return passage.title, " ".join(passage.section[-1:]), passage.quote(passage.sentences[position])


def read_weights(path: Path) -> OrderWeights:
    """The weights that ``medrag sft order`` wrote."""
    return OrderWeights.model_validate_json(path.read_text(encoding="utf-8"))
