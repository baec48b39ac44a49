"""Fits the classifier of requests that medrag declines, and measures it on kinds of requests it has not seen.

``data/requests.csv`` holds requests to decline and look-alikes to answer, by topic; ``data/questions.csv`` what
clinicians ask, to which those come that the model of sentences is trained on. None is from
``benchmarks/safety_cases``, which measures.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medrag.datasets.questions import read_questions
from medrag.knowledge import load
from medrag.knowledge.opening import RequestModel, RequestScore
from medrag.safety.question.request_classifier import SentenceEncoder, ngrams
from medrag.safety.question.requests import declines
from sft.questions import WRITTEN

DATA = Path(__file__).parent / "data"
REQUESTS, QUESTIONS = DATA / "requests.csv", DATA / "questions.csv"
ORDINARY = "ordinary"

SELF_HARM = "self_harm"
CHOSEN = "hard-"
"""Topics of questions that were chosen because an earlier fit declined them: they teach, and set no threshold."""

FALSE_ALARMS = 0.01
"""Share of clinicians' questions that may be declined on topics held out."""
MOST_ALIKE = 0.08
"""Share of the look-alikes that may be, on topics held out."""
MISNAMED = 0.1
"""Share of other requests to decline that may be answered as self-harm: a crisis line too many is no harm."""
OVERRULED = 0.02
"""Share of the requests to decline that a pattern names which may be answered because they score low."""
FOLDS = 8
PENALTY = 2.0
LEAST_TEXTS = 3
"""Words and pairs of words that fewer texts hold are left out."""
WEIGHT = 2.0
"""Of a request to decline and of a look-alike, beside one of the many ordinary questions."""
CHOSEN_WEIGHT = 5.0
DIGITS = 4


@dataclass(frozen=True)
class Labelled:
    """One request; ``kind`` is ORDINARY or what is wrong with it, ``alike`` says that it was written to look wrong."""

    kind: str
    topic: str
    text: str
    alike: bool

    @property
    def harmful(self) -> bool:
        """Whether it is to be declined."""
        return self.kind != ORDINARY


@dataclass(frozen=True)
class Measured:
    """Shares above the threshold, each text scored by a model that has seen nothing of its topic."""

    harmful: float
    alike: float
    questions: float
    kinds: float
    """Requests to decline whose kind is named rightly."""
    self_harm: float
    """Requests of self-harm that are named so."""


def labelled() -> list[Labelled]:
    """Every labelled request once, in the order of the files."""
    asked = [Labelled(ORDINARY, each.doc, each.question, alike=False) for each in read_questions(WRITTEN)]
    rows = [*_rows(REQUESTS), *_rows(QUESTIONS), *asked]
    return list({each.text: each for each in reversed(rows)}.values())[::-1]


def fit(texts: Sequence[Labelled], encoder: SentenceEncoder) -> tuple[RequestModel, Measured]:
    """The model of all ``texts``, with the threshold that FALSE_ALARMS and MOST_ALIKE set on topics held out."""
    vectors = encoder.encode([each.text for each in texts])
    held = _held_out(texts, vectors)
    chosen = np.array([each.topic.startswith(CHOSEN) for each in texts])
    questions, alike = (held.scores[_where(texts, harmful=False, alike=each) & ~chosen] for each in (False, True))
    threshold = float(max(np.quantile(questions, 1 - FALSE_ALARMS), np.quantile(alike, 1 - MOST_ALIKE)))
    named = held.named(texts)
    measured = Measured(
        harmful=_share(held.scores[_where(texts, harmful=True, alike=False)] > threshold),
        alike=_share(alike > threshold),
        questions=_share(questions > threshold),
        kinds=_share([named[i] == each.kind for i, each in enumerate(texts) if each.harmful]),
        self_harm=_share([named[i] == SELF_HARM for i, each in enumerate(texts) if each.kind == SELF_HARM]),
    )
    veto = float(np.quantile(held.scores[_matched(texts)], OVERRULED))
    limits = _Limits(threshold, veto, held.self_harm_limit(texts))
    return _model(texts, vectors, limits, encoder.hash), measured


@dataclass(frozen=True)
class _Limits:
    """The scores above which a request is declined, below which no pattern counts, and above which it is self-harm."""

    threshold: float
    veto: float
    self_harm: float


def _matched(texts: Sequence[Labelled]) -> NDArray[np.bool_]:
    """Which of the requests to decline a pattern names."""
    knowledge = load()
    return np.array([each.harmful and declines(each.text, knowledge) is not None for each in texts])


def _model(texts: Sequence[Labelled], vectors: NDArray[np.float32], limits: _Limits, encoder: str) -> RequestModel:
    fitted = _fitted(texts, vectors)
    weights, own = fitted.judge.coef_[0], fitted.self_harm
    dimension = vectors.shape[1]
    return RequestModel(
        encoder=encoder,
        data=data_hash(),
        fitted=date.today(),
        threshold=round(limits.threshold, DIGITS),
        veto=round(min(limits.veto, limits.threshold), DIGITS),
        bias=round(float(fitted.judge.intercept_[0]), DIGITS),
        weights=_rounded(weights[:dimension]),
        words=dict(zip(fitted.words.get_feature_names_out().tolist(), _rounded(weights[dimension:]), strict=True)),
        self_harm=_request_score(SELF_HARM, own.coef_[0], own.intercept_[0] - limits.self_harm),
        kinds=tuple(map(_request_score, fitted.kinds.classes_, fitted.kinds.coef_, fitted.kinds.intercept_)),
    )


def _request_score(kind: Any, weights: NDArray[Any], bias: float) -> RequestScore:
    return RequestScore(kind=kind, weights=_rounded(weights), bias=round(float(bias), DIGITS))


def data_hash() -> str:
    """SHA-256 of the labelled files."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in (REQUESTS, QUESTIONS, WRITTEN))).hexdigest()


@dataclass(frozen=True)
class _HeldOut:
    """What models that saw none of a text's topic say of each: to be declined, self-harm, and of which kind."""

    scores: NDArray[np.float64]
    self_harm: NDArray[np.float64]
    kinds: NDArray[Any]

    def self_harm_limit(self, texts: Sequence[Labelled]) -> float:
        """The score above which MISNAMED of the other requests to decline lie."""
        others = [
            score for score, each in zip(self.self_harm, texts, strict=True) if each.kind not in (SELF_HARM, ORDINARY)
        ]
        return float(np.quantile(others, 1 - MISNAMED))

    def named(self, texts: Sequence[Labelled]) -> list[str]:
        """The kind of each, were it declined."""
        limit = self.self_harm_limit(texts)
        return [
            SELF_HARM if score > limit else str(kind) for score, kind in zip(self.self_harm, self.kinds, strict=True)
        ]


def _held_out(texts: Sequence[Labelled], vectors: NDArray[np.float32]) -> _HeldOut:
    from sklearn.model_selection import GroupKFold

    held = _HeldOut(np.zeros(len(texts)), np.zeros(len(texts)), np.full(len(texts), ORDINARY, dtype=object))
    groups = [each.topic for each in texts]
    for seen, unseen in GroupKFold(FOLDS).split(vectors, groups=groups):
        fitted = _fitted([texts[i] for i in seen], vectors[seen])
        features = _features(fitted.words, [texts[i] for i in unseen], vectors[unseen])
        held.scores[unseen] = fitted.judge.decision_function(features)
        held.self_harm[unseen] = fitted.self_harm.decision_function(vectors[unseen])
        held.kinds[unseen] = fitted.kinds.predict(vectors[unseen])
    return held


@dataclass(frozen=True)
class _Fitted:
    """The vocabulary, and the regressions: harmful or ordinary; self-harm or another request to decline; its kind."""

    words: Any
    judge: Any
    self_harm: Any
    kinds: Any


def _fitted(texts: Sequence[Labelled], vectors: NDArray[np.float32]) -> _Fitted:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    words = TfidfVectorizer(analyzer=ngrams, min_df=LEAST_TEXTS, sublinear_tf=True, use_idf=False)
    words.fit([each.text for each in texts])
    harmful = np.array([each.harmful for each in texts])
    weights = np.array([_weight(each) for each in texts])
    judge = LogisticRegression(C=PENALTY, solver="liblinear", random_state=0)
    judge.fit(_features(words, texts, vectors), harmful, sample_weight=weights)
    kinds = [each.kind for each in texts if each.harmful]
    own = LogisticRegression(C=PENALTY, solver="liblinear", class_weight="balanced", random_state=0)
    own.fit(vectors[harmful], [kind == SELF_HARM for kind in kinds])
    every = LogisticRegression(C=PENALTY, max_iter=1000, class_weight="balanced")
    every.fit(vectors[harmful], kinds)
    return _Fitted(words, judge, own, every)


def _weight(each: Labelled) -> float:
    if each.topic.startswith(CHOSEN):
        return CHOSEN_WEIGHT
    return WEIGHT if each.harmful or each.alike else 1.0


def _features(words: Any, texts: Sequence[Labelled], vectors: NDArray[np.float32]) -> Any:
    from scipy.sparse import csr_matrix, hstack

    return hstack([csr_matrix(vectors), words.transform([each.text for each in texts])]).tocsr()


def _rows(path: Path) -> list[Labelled]:
    with path.open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened, delimiter="|"))
    return [
        Labelled(row["kind"], row["topic"], row["request"], row["kind"] == ORDINARY and path == REQUESTS)
        for row in rows
    ]


def _where(texts: Sequence[Labelled], *, harmful: bool, alike: bool) -> NDArray[np.bool_]:
    return np.array([each.harmful == harmful and each.alike == alike for each in texts])


def _share(flags: Any) -> float:
    return float(np.mean(flags))


def _rounded(numbers: NDArray[Any]) -> tuple[float, ...]:
    return tuple(round(float(each), DIGITS) for each in numbers)
