"""What people write of a guideline's sentences beside it: whom each is for, and questions that it answers.

``asthma.applicability.csv`` beside ``asthma.pdf`` has the columns ``sentence``, ``only`` and ``unless``
(:class:`medrag.types.Sentence`): requirements of ``only`` stand between ``&``, what ``unless`` names between ``;``.
``asthma.questions.csv`` has ``question``, ``must`` and ``may``: the sentences that a right answer must and may hold,
the most direct first; ``origin`` may say where a question comes from. Sentences are named as ``medrag index show
--names`` names them, so that a note on words that have changed since no longer holds, and is reported.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.document import Document
from medrag.errors import InputError
from medrag.patient.applicability import check
from medrag.retrieval.store.asked import Answered
from medrag.types import Passage, Sentence, sentence_hash

APPLICABILITY, QUESTIONS = ".applicability.csv", ".questions.csv"


def is_annotation(file: Path) -> bool:
    """Whether ``file`` speaks of a document's sentences and is none."""
    return file.name.lower().endswith((APPLICABILITY, QUESTIONS))


@dataclass(frozen=True)
class Annotations:
    """Of one document: ``audiences`` by sentence name, ``only`` and ``unless``."""

    audiences: dict[str, tuple[tuple[str, ...], tuple[str, ...]]]
    answered: tuple[Answered, ...]

    def applied(self, passages: Sequence[Passage]) -> list[Passage]:
        """The passages, their sentences with whom they are for."""
        return [
            each.model_copy(update={"sentences": tuple(self._audience(each, one) for one in each.sentences)})
            for each in passages
        ]

    def _audience(self, passage: Passage, sentence: Sentence) -> Sentence:
        only, unless = self.audiences.get(sentence_hash(passage.quote(sentence)), ((), ()))
        return sentence.model_copy(update={"only": only, "unless": unless})

    def stale(self, passages: Sequence[Passage]) -> list[str]:
        """The names that no sentence of the passages has."""
        there = {sentence_hash(each.quote(one)) for each in passages for one in each.sentences}
        named = [*self.audiences, *(name for each in self.answered for name in (*each.must, *each.may))]
        return [each for each in dict.fromkeys(named) if each not in there]


def annotations_of(document: Document, root: Path) -> Annotations | None:
    """What stands beside the document's file below ``root``; None where nothing does.

    Raises InputError for a column that is missing or a word that is no requirement.
    """
    if document.file is None:
        return None
    file = (root if root.is_dir() else root.parent) / document.file
    audiences = {
        row["sentence"].strip(): _audience(row)
        for row in _rows(_beside(file, APPLICABILITY), ("sentence", "only", "unless"))
    }
    rows = _rows(_beside(file, QUESTIONS), ("question", "must", "may"), ("origin",))
    answered = tuple(
        Answered(
            document=document.id,
            question=row["question"],
            must=tuple(row["must"].split()),
            may=tuple(row["may"].split()),
            origin=row["origin"],
        )
        for row in rows
    )
    return Annotations(audiences, answered) if audiences or answered else None


def _beside(file: Path, suffix: str) -> Path:
    return file.with_name(file.stem + suffix)


def _rows(file: Path, columns: tuple[str, ...], more: tuple[str, ...] = ()) -> Iterator[dict[str, str]]:
    """The rows of a table, with ``more`` columns where it has them; none where there is no such file."""
    if not file.exists():
        return
    with file.open(encoding="utf-8-sig", newline="") as stream:
        table = csv.DictReader(stream)
        if missing := [each for each in columns if each not in (table.fieldnames or ())]:
            raise InputError(f"{file} has no column {' or '.join(missing)}.", param="source")
        for row in table:
            yield {each: (row.get(each) or "").strip() for each in (*columns, *more)}


def _audience(row: dict[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    only, unless = _parts(row["only"], "&"), _parts(row["unless"], ";")
    for each in (*only, *unless):
        try:
            check(each)
        except ValueError as error:
            raise InputError(str(error), param="source") from error
    return only, unless


def _parts(cell: str, between: str) -> tuple[str, ...]:
    return tuple(part for each in cell.split(between) if (part := each.strip()))
