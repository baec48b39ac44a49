from __future__ import annotations

import numpy as np
import pytest

from medrag.retrieval.order import features
from sft.training.order import Candidates, fit, score

NAMES = features()
TELLING = NAMES.index("sentence tells: dose, asked")


def lists(count: int, seed: int) -> list[Candidates]:
    """Six sentences each; the one that must be in the answer tells of a dose, and is not the nearest."""
    made = []
    chance = np.random.default_rng(seed)
    for at in range(count):
        table, gold = chance.normal(size=(6, len(NAMES))), int(chance.integers(6))
        table[:, TELLING] = 0
        table[gold, TELLING] = 1
        must = np.arange(6) == gold
        made.append(Candidates(f"d{at}", table, -must.astype(float), must, np.zeros(6, dtype=np.bool_), 1))
    return made


def test_what_tells_the_answer_apart_is_learnt() -> None:
    weights = fit(lists(200, 0), "abc")
    assert (weights.encoder, weights.questions, set(weights.weights)) == ("abc", 200, set(NAMES))
    unseen = lists(50, 1)
    assert score(unseen, weights, 1).first > 0.9
    assert score(unseen, None, 1).first == 0
    assert score(unseen, None, 6).recall == 1


def test_what_search_did_not_find_is_missed() -> None:
    whole = lists(1, 0)[0]
    half = Candidates(whole.document, whole.table, whole.cosines, whole.must, whole.may, wanted=2)
    assert score([half], None, 6).recall == 0.5


def test_a_question_without_its_answer_teaches_nothing() -> None:
    answered = lists(5, 0)
    without = Candidates("x", answered[0].table, answered[0].cosines, np.zeros(6, dtype=np.bool_), answered[0].may, 1)
    assert fit([*answered, without], "abc").weights == pytest.approx(fit(answered, "abc").weights)
