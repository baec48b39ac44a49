"""A twin's answer is preferred to what answers the other patient."""

from __future__ import annotations

from pathlib import Path

import pytest

from medrag.datasets.questions import Question, read_questions
from medrag.knowledge import load
from sft.examples.asked import Corpus
from sft.examples.build import corpus_of
from sft.examples.twins import from_twins
from sft.questions import WRITTEN


@pytest.fixture(scope="module")
def corpus(starter_index: Path) -> Corpus:
    return corpus_of(starter_index, load())


@pytest.fixture(scope="module")
def twins() -> list[Question]:
    """Both sides of some twins of one document."""
    return [each for each in read_questions(WRITTEN) if each.doc == "gout" and each.twin][:6]


def test_each_patient_is_asked_over_the_same_evidence_with_the_other_ones_answer_to_reject(
    corpus: Corpus, twins: list[Question]
) -> None:
    pairs = list(from_twins(corpus, twins))
    assert pairs
    by_evidence: dict[str, list[tuple[str, str]]] = {}
    for each in pairs:
        evidence, _, _ = each.prompt[1].content.partition("</evidence>")
        by_evidence.setdefault(evidence, []).append((each.chosen, each.rejected))
    both = [answers for answers in by_evidence.values() if len(answers) == 2]
    assert both
    assert all(one == (second, first) for one, (first, second) in both)


def test_where_one_answer_does_for_both_there_is_no_pair(corpus: Corpus, twins: list[Question]) -> None:
    first = next(each for each in twins if each.must)
    same = [first, first.model_copy(update={"id": f"{first.id}-again"})]
    assert list(from_twins(corpus, same)) == []


def test_one_twin_alone_makes_no_pair(corpus: Corpus, twins: list[Question]) -> None:
    assert list(from_twins(corpus, twins[:1])) == []
