import random

import pytest

from medrag.errors import ConfigurationError
from sft.config import load_classification
from sft.training.classify import Labelled, classify, likeliest, score

pytest.importorskip("datasets")
SIGNS = {
    "gout": ["a swollen red big toe", "urate crystals in the joint", "sudden pain in the first toe joint"],
    "asthma": ["wheeze at night", "breathless with wheeze on exercise", "variable airflow obstruction"],
    "cystitis": ["burning when passing urine", "frequency and dysuria", "nitrite positive urine"],
}


def _texts(seed, count):
    rng = random.Random(seed)
    made = [(label, sign) for label, signs in SIGNS.items() for sign in signs]
    chosen = [rng.choice(made) for _ in range(count)]
    return [Labelled(text=f"A {rng.randint(20, 80)} year old with {sign}.", label=label) for label, sign in chosen]


def test_scores_are_those_of_the_definitions():
    found = score(["a", "a", "b", "b"], ["a", "b", "b", "b"])
    assert found.accuracy == 0.75
    assert found.macro_f1 == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert found.accuracy_95[0] <= 0.75 <= found.accuracy_95[1]


def test_the_encoder_learns_to_name_the_diagnosis_and_a_causal_model_is_asked_the_same(tiny_base, tmp_path):
    plan = load_classification("diagnosis").model_copy(update={"epochs": 2, "learning_rate": 5e-4, "batch": 8})
    train, held = _texts(1, 60), _texts(2, 20)
    found, costs = classify(plan, train, held, tmp_path)
    assert found.accuracy > 0.8
    assert costs["steps"] == 16
    assert (tmp_path / "config.json").is_file()
    assert likeliest(tiny_base, train, held).texts == 20


def test_labels_that_cannot_be_learned_are_named(tmp_path):
    plan = load_classification("diagnosis")
    with pytest.raises(ConfigurationError, match="two labels"):
        classify(plan, [Labelled(text="x", label="a")], [], tmp_path)
    two = [Labelled(text="x", label="a"), Labelled(text="y", label="b")]
    with pytest.raises(ConfigurationError, match="lacks: c"):
        classify(plan, two, [Labelled(text="z", label="c")], tmp_path)
