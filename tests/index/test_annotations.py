"""Notes beside a guideline: whom a sentence is for, and questions that it answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.build import build
from index.upkeep.contents import as_text
from index.upkeep.curation import curate
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.question.query import Query
from medrag.retrieval.retriever import Retriever
from medrag.retrieval.store.asked import ALIKE
from medrag.retrieval.store.index import Index
from medrag.types import sentence_hash

FLARE = "A gout flare in adults should be treated with naproxen 500 mg twice daily."
KIDNEYS = "People with gout and kidney disease should take prednisolone 30 mg daily for five days."
FEVER = "Children with a fever should drink enough."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "guidelines"
    folder.mkdir()
    (folder / "gout.md").write_text(f"# Gout\n\n## Flares\n\n- {FLARE}\n- {KIDNEYS}\n")
    (folder / "fever.md").write_text(f"# Fever\n\n## Care\n\n- {FEVER}\n")
    return folder


def annotate(folder: Path, kind: str, *rows: str) -> None:
    heads = {"questions": "question,must,may", "applicability": "sentence,only,unless"}
    (folder / f"gout.{kind}.csv").write_text("\n".join((heads[kind], *rows)) + "\n")


def test_a_question_brings_the_sentence_that_answers_it(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    annotate(
        folder, "questions", f'"big toe on fire, creat 250, what now?",{sentence_hash(KIDNEYS)},{sentence_hash(FLARE)}'
    )
    _, reports = build([("markdown", folder)], tmp_path / "index", encoder)
    assert not reports[0].skipped
    retriever = Retriever(Index.open(tmp_path / "index", encoder), encoder)
    query = Query.of("toe on fire, creat 230, what now")
    found = retriever.nearest(query, k=10)
    near = dict(
        zip(
            [one.quote(each) for item in found for one in [item.passage] for each in one.sentences],
            retriever.asked(query, found).cosines,
            strict=True,
        )
    )
    assert near[KIDNEYS] > ALIKE
    assert 0 < near[FLARE] < near[KIDNEYS]
    assert near[FEVER] == ALIKE


def test_whom_a_sentence_is_for_stands_in_the_index(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    annotate(
        folder,
        "applicability",
        f"{sentence_hash(FLARE)},age >= 18 & condition: gout flare | condition: gout,eGFR < 30 ; allergy: NSAID",
    )
    build([("markdown", folder)], tmp_path / "index", encoder)
    passages = [each for each in Index.open(tmp_path / "index").passages if each.doc_id == "gout"]
    first, second = (each for passage in passages for each in passage.sentences)
    assert first.only == ("age >= 18", "condition: gout flare | condition: gout")
    assert first.unless == ("eGFR < 30", "allergy: NSAID")
    assert second.only == second.unless == ()


def test_notes_on_words_that_have_changed_are_reported(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    annotate(folder, "questions", "which drug?,0123456789ab,")
    _, reports = build([("markdown", folder)], tmp_path / "index", encoder)
    assert "0123456789ab" in reports[0].skipped[0].why
    assert reports[0].documents == 2


def test_notes_without_their_columns_leave_the_document(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    (folder / "gout.applicability.csv").write_text("sentence,who\nx,y\n")
    _, reports = build([("markdown", folder)], tmp_path / "index", encoder)
    assert "has no column only or unless" in reports[0].skipped[0].why
    assert reports[0].documents == 2


def test_questions_stay_when_another_document_is_taken_out(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    annotate(folder, "questions", f"which drug?,{sentence_hash(FLARE)},")
    build([("markdown", folder)], tmp_path / "index", encoder)
    curate(tmp_path / "index", encoder, lambda known: known.model_copy(update={"removed": ("fever",)}))
    assert [each.question for each in Index.open(tmp_path / "index").asked.answered] == ["which drug?"]
    build([("markdown", folder)], tmp_path / "other", encoder)
    curate(tmp_path / "other", encoder, lambda known: known.model_copy(update={"removed": ("gout",)}))
    assert not Index.open(tmp_path / "other").asked.answered


def test_a_sentence_is_shown_with_its_name(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    build([("markdown", folder)], tmp_path / "index", encoder)
    passages = [each for each in Index.open(tmp_path / "index").passages if each.doc_id == "gout"]
    assert f"  * {sentence_hash(FLARE)} {FLARE}" in list(as_text(passages, names=True))


def test_a_requirement_that_nobody_can_read_is_reported(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    annotate(folder, "applicability", f"{sentence_hash(FLARE)},left-handed people,")
    _, reports = build([("markdown", folder)], tmp_path / "index", encoder)
    assert "left-handed people" in reports[0].skipped[0].why


def test_questions_of_an_origin_can_be_left_out(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    name = sentence_hash(FLARE)
    head = "question,must,may,origin"
    (folder / "gout.questions.csv").write_text(f"{head}\nwhich drug for a flare?,{name},,training\nrash?,{name},,\n")
    build([("markdown", folder)], tmp_path / "index", encoder)
    retriever = Retriever(Index.open(tmp_path / "index", encoder), encoder)
    query = Query.of("which drug for a flare?")
    found = [each for each in retriever.nearest(query, k=10) if each.passage.doc_id == "gout"]
    assert retriever.asked(query, found).questions[0] == "which drug for a flare?"
    assert retriever.asked(query, found, without="training").questions[0] == "rash?"
