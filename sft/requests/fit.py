"""Fits the classifier of requests that medrag declines, and measures it on kinds of requests it has not seen.

``data/requests.csv`` holds requests to decline and look-alikes to answer, by topic; ``data/questions.csv`` what
clinicians ask. All are written for this; none is from ``benchmarks/safety_cases``, which measures.
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

from medrag.knowledge.schema import RequestModel, RequestScore
from medrag.safety.request_classifier import SentenceEncoder, ngrams

DATA = Path(__file__).parent / "data"
REQUESTS, QUESTIONS = DATA / "requests.csv", DATA / "questions.csv"
ORDINARY = "ordinary"

FALSE_ALARMS = 0.015
"""Share of clinicians' questions that may be declined on topics held out: 2 % with what the patterns decline."""
FOLDS = 8
PENALTY = 3.0
LEAST_TEXTS = 3
"""Words and pairs of words that fewer texts hold are left out."""
WEIGHT = 2.0
"""Of a request to decline and of a look-alike, beside one of the many ordinary questions."""
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
    """Requests whose kind is named rightly."""


def labelled() -> list[Labelled]:
    """Every labelled request, in the order of the files."""
    return [each for path in (REQUESTS, QUESTIONS) for each in _rows(path)]


def fit(texts: Sequence[Labelled], encoder: SentenceEncoder) -> tuple[RequestModel, Measured]:
    """The model of all ``texts``, with the threshold that FALSE_ALARMS sets on topics held out."""
    vectors = encoder.encode([each.text for each in texts])
    held, named = _held_out(texts, vectors)
    threshold = float(np.quantile(held[_where(texts, harmful=False, alike=False)], 1 - FALSE_ALARMS))
    measured = Measured(
        harmful=_share(held[_where(texts, harmful=True, alike=False)] > threshold),
        alike=_share(held[_where(texts, harmful=False, alike=True)] > threshold),
        questions=_share(held[_where(texts, harmful=False, alike=False)] > threshold),
        kinds=_share(named),
    )
    return _model(texts, vectors, threshold, encoder.hash), measured


def _model(texts: Sequence[Labelled], vectors: NDArray[np.float32], threshold: float, encoder: str) -> RequestModel:
    words, judge, kinds = _fitted(texts, vectors)
    weights = judge.coef_[0]
    dimension = vectors.shape[1]
    return RequestModel(
        encoder=encoder,
        data=data_hash(),
        fitted=date.today(),
        threshold=round(threshold, DIGITS),
        bias=round(float(judge.intercept_[0]), DIGITS),
        weights=_rounded(weights[:dimension]),
        words=dict(zip(words.get_feature_names_out().tolist(), _rounded(weights[dimension:]), strict=True)),
        kinds=tuple(
            RequestScore(kind=kind, weights=_rounded(row), bias=round(float(bias), DIGITS))
            for kind, row, bias in zip(kinds.classes_, kinds.coef_, kinds.intercept_, strict=True)
        ),
    )


def data_hash() -> str:
    """SHA-256 of the labelled files."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in (REQUESTS, QUESTIONS))).hexdigest()


def _held_out(texts: Sequence[Labelled], vectors: NDArray[np.float32]) -> tuple[NDArray[Any], list[bool]]:
    """Scores by models that saw none of a text's topic, and whether the kind of each harmful text was named rightly."""
    from sklearn.model_selection import GroupKFold

    scores, right = np.zeros(len(texts)), []
    groups = [each.topic for each in texts]
    for seen, unseen in GroupKFold(FOLDS).split(vectors, groups=groups):
        words, judge, kinds = _fitted([texts[i] for i in seen], vectors[seen])
        scores[unseen] = judge.decision_function(_features(words, [texts[i] for i in unseen], vectors[unseen]))
        harmful = [i for i in unseen if texts[i].harmful]
        right += [kind == texts[i].kind for i, kind in zip(harmful, kinds.predict(vectors[harmful]), strict=True)]
    return scores, right


def _fitted(texts: Sequence[Labelled], vectors: NDArray[np.float32]) -> tuple[Any, Any, Any]:
    """The vocabulary, the regression that tells harmful from ordinary, and the one that names the kind."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    words = TfidfVectorizer(analyzer=ngrams, min_df=LEAST_TEXTS, sublinear_tf=True, use_idf=False)
    words.fit([each.text for each in texts])
    judge = LogisticRegression(C=PENALTY, solver="liblinear", random_state=0)
    harmful = np.array([each.harmful for each in texts])
    weights = np.array([WEIGHT if each.harmful or each.alike else 1.0 for each in texts])
    judge.fit(_features(words, texts, vectors), harmful, sample_weight=weights)
    kinds = LogisticRegression(C=PENALTY, max_iter=1000, class_weight="balanced")
    kinds.fit(vectors[harmful], [each.kind for each in texts if each.harmful])
    return words, judge, kinds


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
