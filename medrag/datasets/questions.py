"""A written question, and where its gold sentences stand in an index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from medrag.files import read_lines
from medrag.patient.load import from_json
from medrag.types import Case, Passage, Patient, Record, sentence_hash

Kind = Literal[
    "first-line", "dose", "duration", "alternative", "allergy", "renal", "pregnancy", "age", "interaction", "start",
    "stop", "avoid", "monitoring", "referral", "criteria", "target", "diagnosis", "emergency", "comorbidity",
    "contraindication", "prevention", "counselling", "unanswerable",
]  # fmt: skip
Job = Literal["diagnosis", "plan", "drug", "management"]
Style = Literal["telegraphic", "plain", "vignette", "follow-up", "lay", "typos"]
Place = tuple[str, int]
"""A sentence of an index: passage id and position from 1."""


class Question(Record):
    """One question about one patient. ``must``, ``may`` and ``must_not`` are hashes of sentences of ``doc``.

    ``history`` holds earlier turns; two questions with the same ``twin`` differ in one fact that changes the answer.
    """

    id: str
    doc: str
    question: str
    history: tuple[str, ...] = ()
    patient: dict[str, Any] | None = None
    must: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    kind: Kind
    job: Job
    style: Style
    twin: str = ""

    @property
    def case(self) -> Case:
        """What the engine is asked."""
        patient: Patient | None = from_json(self.patient) if self.patient is not None else None
        return Case(question="\n".join((self.question, *self.history)), patient=patient)


def read_questions(path: Path) -> list[Question]:
    """The questions of a file."""
    return list(read_lines(path, Question, hint="the project's own stand in sft/questions"))


def places(passages: Iterable[Passage]) -> dict[tuple[str, str], Place]:
    """Document id and sentence hash -> where the sentence stands."""
    return {
        (each.doc_id, sentence_hash(each.quote(sentence))): (each.id, position)
        for each in passages
        for position, sentence in enumerate(each.sentences, start=1)
    }


def found(question: Question, hashes: Iterable[str], where: Mapping[tuple[str, str], Place]) -> list[Place]:
    """The places of these sentences of the question's document, as far as the index has them."""
    return [place for each in hashes if (place := where.get((question.doc, each)))]
