"""What is trained on is what serving sends."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from medrag.datasets.questions import Place, Question, read_questions
from medrag.engine import Engine
from medrag.generation.modes import ABSTAIN, MODES
from medrag.generation.scripted import ScriptedModel
from medrag.knowledge import load
from medrag.types import Evidence, Outcome, Pointer
from sft.examples import asked as asking
from sft.examples.asked import SHOWN, Corpus, Example, examples
from sft.examples.build import corpus_of
from sft.questions import WRITTEN

DOCUMENTS = ("streptococcal-pharyngitis", "gout")


@pytest.fixture(scope="module")
def corpus(starter_index: Path) -> Corpus:
    return corpus_of(starter_index, load())


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    """Some questions of two documents, answerable or not, twins among them."""
    return [each for doc in DOCUMENTS for each in [q for q in read_questions(WRITTEN) if q.doc == doc][:8]]


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> None:
    """No example whose evidence is retrieval's alone."""
    monkeypatch.setattr(asking, "MISSED", 0)


def letters(example: Example) -> list[str]:
    return [line.partition(". ")[0] for line in example.shared.splitlines() if line.partition(". ")[0].isupper()]


@pytest.mark.usefixtures("found")
def test_the_prompt_of_training_is_the_prompt_of_serving(corpus: Corpus, questions: list[Question]) -> None:
    compared = 0
    for question in questions:
        asked = corpus.ask(question)
        if not set(asked.must) <= set(asked.ranked[:SHOWN]):
            continue  # training adds what retrieval lost
        (made,) = examples(corpus, [question], random.Random(0), 1)
        model = ScriptedModel([made.branches[0].answer])
        engine = Engine(corpus.retriever, model, corpus.knowledge, checks=())
        advice = asyncio.run(engine.recommend(asked.case))
        if not model.seen:  # served, the threshold abstained
            assert advice.outcome is not Outcome.ANSWERED
            continue
        compared += 1
        assert [each["content"] for each in model.seen[0].messages] == [
            made.system,
            made.shared + made.branches[0].prompt,
        ]
        shown = MODES["quote"].marks(advice.evidence)
        answer = made.branches[0].answer
        texts = [_text(advice.evidence, shown[letter]) for letter in answer.split(",")] if answer != ABSTAIN else []
        must = [_sentence(corpus, place) for place in asked.must]
        assert texts[: len(must)] == must
    assert compared >= len(questions) / 2


def _text(evidence: Sequence[Evidence], pointer: Pointer) -> str:
    passage = evidence[pointer[0] - 1].passage
    return passage.quote(passage.sentences[pointer[1] - 1])


def _sentence(corpus: Corpus, place: Place) -> str:
    item = corpus.evidence([place], [place])[0]
    return item.passage.quote(item.passage.sentences[0])


@pytest.mark.usefixtures("found")
def test_every_question_is_asked_once_over_evidence_that_holds_its_answer(
    corpus: Corpus, questions: list[Question]
) -> None:
    made = list(examples(corpus, questions, random.Random(1), 4))
    branches = {branch.id: branch for each in made for branch in each.branches}
    assert sorted(branches) == sorted(each.id for each in questions)
    assert sum(len(each.branches) for each in made) == len(questions)
    assert max(len(each.branches) for each in made) > 1
    for question in questions:
        assert (branches[question.id].answer == ABSTAIN) == (not question.must), question.id
    for each in made:
        assert len(letters(each)) == SHOWN
        for branch in each.branches:
            assert branch.answer == ABSTAIN or set(branch.answer.split(",")) <= set(letters(each))


@pytest.mark.usefixtures("found")
def test_twins_are_asked_over_the_same_evidence(corpus: Corpus, questions: list[Question]) -> None:
    made = list(examples(corpus, questions, random.Random(2), 2))
    of = {branch.id: number for number, each in enumerate(made) for branch in each.branches}
    pairs = [(a, b) for a in questions for b in questions if a.id < b.id and a.twin and a.twin == b.twin]
    assert pairs
    assert all(of[a.id] == of[b.id] for a, b in pairs)


def test_what_the_index_does_not_hold_is_no_answer(corpus: Corpus, questions: list[Question]) -> None:
    question = next(each for each in questions if each.must)
    lost = question.model_copy(update={"must": ("0" * 12,), "may": ()})
    (made,) = examples(corpus, [lost], random.Random(0), 1)
    assert made.branches[0].answer == ABSTAIN
    assert len(letters(made)) == SHOWN
