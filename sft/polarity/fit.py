"""Fits the reading of polarity that stands beside the cues, and measures it on wordings it has not seen.

``data/wordings.txt`` holds advice with ``{+}`` for a drug that is given, ``{-}`` for one that is not and ``{x}`` for
one that is ended or held back (``{+apixaban}`` where it is named). All are written for this, none is from a set that
measures. The files beside it are for :mod:`sft.polarity.tune`, which reads them too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medrag.reading.languages import LearnedPolarity, Regression
from medrag.reading.polarity import Polarity, cues, polarity_of
from medrag.reading.polarity.learned import features

WORDINGS = Path(__file__).parent / "data" / "wordings.txt"
FALSE_DOUBT = 0.1
"""Share of the drugs read rightly as given, in wordings held out, that may be doubted."""
FALSE_ALARM = 0.04
"""Share of those read rightly as not given."""
FALSE_STOP = 0.08
"""Share of the drugs given, in wordings held out, that may be read as stopped."""
FOLDS = 10
PENALTY = 5.0
LEAST_TEXTS = 2
"""Features that fewer mentions have are left out."""
DIGITS = 3
_NAME = re.compile(r"\{([+x-])([^{}]*)\}")
_SAMPLE = "warfarin"


@dataclass(frozen=True)
class Labelled:
    """One drug of a wording: the number of its line, whether given or stopped, what the cues say, and its features."""

    line: int
    given: bool
    stopped: bool
    polarity: Polarity
    features: frozenset[str]

    @property
    def read_as_given(self) -> bool:
        """Whether the cues say that it is given."""
        return self.polarity is Polarity.RECOMMENDED


@dataclass(frozen=True)
class Measured:
    """Shares of the drugs that the cues misread which are doubted, in wordings held out, and how many there are.

    ``stops_missed``: the share of those stopped that neither the cues nor what was learnt read as stopped.
    """

    misread_as_given: float
    misread_as_not_given: float
    given: int
    not_given: int
    stops_missed: float


def labelled(path: Path = WORDINGS) -> list[Labelled]:
    """Every drug of the wordings in ``path``, in order."""
    return [each for line in wordings(path) for each in _labelled(line)]


@dataclass(frozen=True)
class Wording:
    """A line of advice, its number, where its drugs are named and the sign of each."""

    number: int
    text: str
    spans: tuple[tuple[int, int], ...]
    signs: tuple[str, ...]


def wordings(path: Path) -> Iterator[Wording]:
    """The wordings in ``path`` that name a drug, in order."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        first, *rest = _NAME.split(line)
        if line.startswith("#") or not rest:
            continue
        text, spans = first, []
        for name, after in zip(rest[1::3], rest[2::3], strict=True):
            spans.append((len(text), len(text) + len(name or _SAMPLE)))
            text += (name or _SAMPLE) + after
        yield Wording(number, text, tuple(spans), tuple(rest[::3]))


def _labelled(line: Wording) -> Iterator[Labelled]:
    marks = cues(line.text, line.spans)
    for (start, end), sign in zip(line.spans, line.signs, strict=True):
        polarity = polarity_of(line.text, start, end, line.spans, marks)
        found = features(line.text, start, end, line.spans, polarity)
        yield Labelled(line.number, sign == "+", sign == "x", polarity, found)


def fit(mentions: Sequence[Labelled]) -> tuple[LearnedPolarity, Measured]:
    """The regressions over all ``mentions``, with the thresholds that the FALSE_ shares set held out."""
    right = np.array([each.given for each in mentions])
    over = np.array([each.stopped for each in mentions])
    held, stops = _held_out(mentions, right), _held_out(mentions, over)
    cued = np.array([each.read_as_given for each in mentions])
    cued_stop = np.array([each.polarity is Polarity.STOPPED for each in mentions])
    given = float(np.quantile(held[right & cued], FALSE_DOUBT))
    not_given = float(np.quantile(held[~right & ~cued], 1 - FALSE_ALARM))
    stopped = float(np.quantile(stops[right], 1 - FALSE_STOP))
    measured = Measured(
        misread_as_given=float(np.mean(held[~right & cued] < given)),
        misread_as_not_given=float(np.mean(held[right & ~cued] > not_given)),
        given=int(np.sum(~right & cued)),
        not_given=int(np.sum(right & ~cued)),
        stops_missed=float(np.mean(~cued_stop[over] & (stops[over] < stopped))),
    )
    giving, stopping = (_rounded(*_fitted(mentions, truth)) for truth in (right, over))
    given, not_given, stopped = (round(each, DIGITS) for each in (given, not_given, stopped))
    return LearnedPolarity(data_hash(), given, not_given, stopped, giving, stopping), measured


def _rounded(names: Sequence[str], weights: NDArray[np.float64], bias: float) -> Regression:
    kept = {name: round(float(each), DIGITS) for name, each in zip(names, weights, strict=True)}
    return Regression(round(bias, DIGITS), kept)


def data_hash() -> str:
    """SHA-256 of the wordings."""
    return hashlib.sha256(WORDINGS.read_bytes()).hexdigest()


def _held_out(mentions: Sequence[Labelled], truth: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The log-odds of each by a regression that has not seen its line."""
    from sklearn.model_selection import GroupKFold

    from medrag.reading.polarity.learned import log_odds

    scores = np.zeros(len(mentions))
    folds = GroupKFold(FOLDS, shuffle=True, random_state=0)
    for seen, unseen in folds.split(mentions, groups=[each.line for each in mentions]):
        names, weights, bias = _fitted([mentions[i] for i in seen], truth[seen])
        known = Regression(bias, dict(zip(names, weights, strict=True)))
        scores[unseen] = [log_odds(mentions[i].features, known) for i in unseen]
    return scores


def _fitted(mentions: Sequence[Labelled], truth: NDArray[np.bool_]) -> tuple[list[str], NDArray[np.float64], float]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    seen: Any = TfidfVectorizer(analyzer=sorted, min_df=LEAST_TEXTS, use_idf=False, binary=True)
    matrix = seen.fit_transform([each.features for each in mentions])
    judge = LogisticRegression(C=PENALTY, solver="liblinear", random_state=0)
    judge.fit(matrix, truth)
    return seen.get_feature_names_out().tolist(), judge.coef_[0], float(judge.intercept_[0])
