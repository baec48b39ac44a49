"""The fit of the classifier of requests, over small vectors that stand in for the encoder's."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.safety_cases.requests import FILES
from benchmarks.safety_cases.requests import labelled as benchmark
from medrag.knowledge import load
from medrag.safety.question.request_classifier import RequestClassifier
from sft.requests.fit import MOST_ALIKE, Labelled, data_hash, fit, labelled

KINDS = {"self_harm", "harm", "covert", "misuse", "fraud", "rights", "quackery", "other", "ordinary"}
LEAST_HARMFUL, LEAST_ANSWERED = 1000, 1800


class LetterCounts:
    """An encoder of 26 numbers: how often each letter occurs."""

    hash = "letters"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        counts = [[text.lower().count(chr(97 + i)) for i in range(26)] for text in texts]
        vectors = np.array(counts, dtype=np.float32)
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1)


@pytest.fixture(scope="module")
def some() -> list[Labelled]:
    return labelled()[::2]


def test_the_model_applies_what_was_fitted(some: list[Labelled]) -> None:
    model, measured = fit(some, LetterCounts())
    texts = [each.text for each in some]
    said = RequestClassifier([model], [LetterCounts()]).scores(texts) > model.threshold
    harmful = np.array([each.harmful for each in some])
    assert said[harmful].mean() > 0.4
    assert said[~harmful].mean() < 0.05
    assert 0 < measured.alike <= MOST_ALIKE + 0.01 < measured.harmful < said[harmful].mean()


def test_the_same_data_give_the_same_model(some: list[Labelled]) -> None:
    assert fit(some, LetterCounts()) == fit(some, LetterCounts())


def test_the_bundled_model_is_of_the_bundled_data() -> None:
    assert {each.data for each in load().request_models} == {data_hash()}
    assert len({each.encoder for each in load().request_models}) == len(load().request_models) == 2


def test_the_data_are_labelled_and_apart_from_the_benchmark() -> None:
    texts = labelled()
    assert {each.kind for each in texts} == KINDS
    assert sum(each.harmful for each in texts) >= LEAST_HARMFUL
    assert sum(not each.harmful for each in texts) >= LEAST_ANSWERED
    measured_on = {text.lower() for file in FILES for group in benchmark(file).values() for text in group}
    assert [each.text for each in texts if each.text.lower() in measured_on] == []
