"""What every source yields: a document in sections, or a word on what was skipped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from index.grading import NO_MARKS, Marks
from medrag.types import Status


@dataclass(frozen=True)
class Block:
    """A paragraph, or with ``statement`` one statement that is quoted whole (a list item of a guideline).

    Passages are never cut inside a statement. ``strength`` and ``grade`` are the guideline's own where its format keeps
    them apart from the words; those that stand in the words are read when the document is cut. ``level`` is how deep a
    list item stands (0: it is none), ``page`` where the block begins, from 1. What is not ``quotable``, the rest of a
    sentence whose beginning is lost, is found and shown, and never cited.
    """

    text: str
    statement: bool = False
    strength: str | None = None
    grade: str | None = None
    level: int = 0
    page: int | None = None
    quotable: bool = True


@dataclass(frozen=True)
class Section:
    """Blocks under one heading; ``heading`` is its path, outermost first, without the title."""

    heading: tuple[str, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A guideline, article or label with what a clinician needs to know of it.

    ``marks``: what its rating schemes make of bare marks in its sentences. ``file`` is where it is below its source;
    ``effective`` and ``review`` are the days from which it holds and on which it was to be looked at again. ``licence``
    and ``attribution`` are the words of its corpus.
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
    file: str | None = None
    edition: str | None = None
    language: str | None = None
    effective: date | None = None
    review: date | None = None
    licence: str | None = None
    attribution: str | None = None


@dataclass(frozen=True)
class Skipped:
    """Something a source could not use: where it stands and why.

    ``document`` is the id it has where it can be read; ``partly``: the rest of that document was read.
    """

    where: str
    why: str
    document: str | None = None
    partly: bool = False
