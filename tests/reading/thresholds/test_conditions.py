"""Limits that decide whether a sentence applies, over labelled sentences of the corpus and of the same kinds."""

from __future__ import annotations

import csv
from pathlib import Path

from medrag.knowledge import load
from medrag.knowledge.scoring import Test as Comparison
from medrag.reading.thresholds.conditions import applies_when
from medrag.reading.thresholds.mentions import Limits

LABELLED = Path(__file__).with_name("sentences.csv")
ENOUGH = 200
LEAST_RIGHT = 0.9


def labelled() -> list[tuple[str, str]]:
    """Each sentence with its label."""
    lines = [line for line in LABELLED.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [(row["sentence"], row["limits"]) for row in csv.DictReader(lines)]


def written(limits: Limits) -> str:
    """The limits as the labels are written, in alphabetical order."""

    def one(test: Comparison) -> str:
        return f"{test.key}{test.how}{test.limit:g}" if isinstance(test.limit, float) else f"{test.key}={test.limit}"

    return " | ".join(sorted(" & ".join(sorted(map(one, tests))) for tests in limits))


def test_most_labelled_sentences_are_read_as_labelled() -> None:
    cases = labelled()
    assert len(cases) >= ENOUGH
    read = [(sentence, label, written(applies_when(sentence, load()))) for sentence, label in cases]
    wrong = [each for each in read if each[1] != each[2]]
    assert 1 - len(wrong) / len(cases) >= LEAST_RIGHT, wrong


def test_a_limit_is_made_up_for_few_sentences_that_have_none() -> None:
    none = [sentence for sentence, label in labelled() if not label]
    made_up = [sentence for sentence in none if applies_when(sentence, load())]
    assert len(made_up) <= len(none) * 0.05, made_up


def test_a_limit_beside_another_alternative_decides_nothing() -> None:
    text = "Calcium is given when potassium is above 6 mmol/L, or above the laboratory's range with ECG changes."
    assert not applies_when(text, load())
    assert written(applies_when("Stop it when potassium is 6 mmol/L, or above.", load())) == "potassium>=6"
