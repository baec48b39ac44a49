"""The written questions that are committed, held against the corpus and the split they belong to."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from index.build import GUIDELINES
from medrag.datasets.questions import Place, Question, found, places, read_questions
from medrag.datasets.splits import held_out
from medrag.errors import InputError
from medrag.retrieval.store.index import Index
from medrag.types import sentence_hash
from sft.questions import HELD, WRITTEN

STARTER = {path.stem for path in GUIDELINES.glob("*.md")}
FILES = [WRITTEN, HELD]
LINE = '{"id": "q", "doc": "d", "question": "gout?", "kind": "dose", "job": "drug", "style": "plain"'


def twins(questions: list[Question]) -> list[list[Question]]:
    groups: dict[str, list[Question]] = defaultdict(list)
    for each in questions:
        if each.twin:
            groups[each.twin].append(each)
    return list(groups.values())


@pytest.fixture(scope="module")
def where(starter_index: Path) -> dict[tuple[str, str], Place]:
    index = Index.open(starter_index)
    return places(index.passages[row] for row in range(len(index.passages)))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_question_on_the_starter_corpus_points_at_its_sentences(
    path: Path, where: dict[tuple[str, str], Place]
) -> None:
    asked = [each for each in read_questions(path) if each.doc in STARTER]
    assert asked
    for each in asked:
        for hashes in (each.must, each.may, each.must_not):
            assert len(found(each, hashes, where)) == len(hashes), each.id


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_questions_hold_together(path: Path) -> None:
    questions = read_questions(path)
    assert len({each.id for each in questions}) == len(questions)
    for each in questions:
        assert bool(each.must) == (each.kind != "unanswerable"), each.id
        for one, other in ((each.must, each.may), (each.must, each.must_not), (each.may, each.must_not)):
            assert not set(one) & set(other), each.id
        assert each.case.question.startswith(each.question)
    for sides in twins(questions):
        first, second = sides
        assert first.doc == second.doc
        assert first.case != second.case, first.twin
        assert [first.must, first.may, first.must_not] != [second.must, second.may, second.must_not], first.twin


def test_what_is_held_out_is_never_learned() -> None:
    def file_name(doc: str) -> str:
        return f"{doc}.md" if doc in STARTER else f"{doc}.xml"

    assert not any(held_out(file_name(each.doc)) for each in read_questions(WRITTEN))
    assert all(held_out(file_name(each.doc)) for each in read_questions(HELD))


def test_a_sentence_keeps_its_name_when_only_its_marks_change() -> None:
    assert sentence_hash("Give  5 mg (oral).") == sentence_hash("give 5 mg oral")
    assert sentence_hash("Give 5 mg") != sentence_hash("Give 50 mg")


def test_a_case_holds_the_earlier_turns_and_the_patient(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(LINE + ', "history": ["Asked before."], "patient": {"age_years": 61}}\n')
    (asked,) = read_questions(path)
    assert asked.case.question == "gout?\nAsked before."
    assert asked.case.patient is not None
    assert asked.case.patient.age_years == 61


def test_a_line_that_does_not_fit_is_named(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(LINE + "}\n" + LINE.replace("drug", "art") + "}\n")
    with pytest.raises(InputError, match="line 2"):
        read_questions(path)
