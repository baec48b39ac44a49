"""What every source yields: a document in sections, or a word on what was skipped."""

from __future__ import annotations

from dataclasses import dataclass

from index.grading import NO_MARKS, Marks
from medrag.types import Status


@dataclass(frozen=True)
class Block:
    """A paragraph, or with ``statement`` one statement that is quoted whole (a list item of a guideline).

    Passages are never cut inside a statement. ``strength`` and ``grade`` are the guideline's own where its format keeps
    them apart from the words; those that stand in the words are read when the document is cut.
    """

    text: str
    statement: bool = False
    strength: str | None = None
    grade: str | None = None


@dataclass(frozen=True)
class Section:
    """Blocks under one heading; ``heading`` is its path, outermost first, without the title."""

    heading: tuple[str, ...]
    blocks: tuple[Block, ...]
    page: int | None = None


@dataclass(frozen=True)
class Document:
    """A guideline, article or label with what a clinician needs to know of it.

    ``marks``: what its rating schemes make of bare marks in its sentences.
    """

    id: str
    title: str
    sections: tuple[Section, ...]
    organisations: tuple[str, ...] = ()
    year: int | None = None
    status: Status = "current"
    jurisdiction: str | None = None
    population: str | None = None
    icd10: tuple[str, ...] = ()
    url: str | None = None
    marks: Marks = NO_MARKS


@dataclass(frozen=True)
class Skipped:
    """Something a source could not use: where it stands and why."""

    where: str
    why: str
