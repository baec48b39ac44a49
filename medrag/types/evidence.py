"""The evidence: passages of guidelines, what is asked of them, and citations."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable
from datetime import date
from typing import Literal

from pydantic import Field

from medrag.types.record import Record

NEAR_THE_BEST = 2.75
"""Log odds behind the best within which a sentence answers beside it, where it is noted whom sentences are for."""
Status = Literal["current", "superseded", "withdrawn"]
Strength = Literal["strong", "moderate", "weak"]
Grade = Literal["high", "moderate", "low", "very low"]


class Sentence(Record):
    """A sentence of a passage: ``passage.text[start:end]``, with the guideline's own grading where it gives one.

    ``only`` and ``unless`` are what people wrote beside the guideline of whom it is for: all that its patient must be,
    have or take, alternatives of one requirement between bars, and what makes it another's, each in the words of
    :mod:`medrag.patient.applicability`.
    """

    start: int = Field(ge=0)
    end: int = Field(gt=0)
    strength: str | None = None
    grade: str | None = None
    only: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


def sentence_hash(text: str) -> str:
    """The name of a sentence: the first twelve digits of sha256 over its letters and digits in lower case."""
    plain = re.sub(r"\W+", " ", text.lower()).strip()
    return hashlib.sha256(plain.encode()).hexdigest()[:12]


def at_page(address: str | None, page: int | None) -> str | None:
    """An address that opens a document at ``page``, from 1, as PDF viewers do: ``file.pdf#page=3``."""
    return f"{address}#page={page}" if address and page and "#" not in address else address


class Passage(Record):
    """A citable piece of a document. ``section`` is the heading path, outermost first.

    ``file`` is the document's below its source; ``effective`` and ``review`` are the days from which it holds and
    on which it was to be looked at again. ``licence`` and ``attribution`` are the words of its corpus.
    """

    id: str
    doc_id: str
    title: str
    text: str
    sentences: tuple[Sentence, ...] = ()
    section: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    year: int | None = None
    status: Status = "current"
    jurisdiction: str | None = None
    population: str | None = None
    icd10: tuple[str, ...] = ()
    url: str | None = None
    page: int | None = None
    file: str | None = None
    edition: str | None = None
    language: str | None = None
    effective: date | None = None
    review: date | None = None
    licence: str | None = None
    attribution: str | None = None

    @property
    def credit(self) -> str | None:
        """Whom to name and under which licence it stands, where its corpus says so."""
        return "; ".join(filter(None, [self.attribution, self.licence])) or None

    @property
    def link(self) -> str | None:
        """Where it stands: the document's address, or its file's name, at the page."""
        return at_page(self.url or self.file, self.page)

    def quote(self, sentence: Sentence) -> str:
        """The sentence's own characters."""
        return self.text[sentence.start : sentence.end]


class Filters(Record):
    """What a request asks of its passages; ``statuses`` is only ``current`` unless asked otherwise.

    ``languages`` are ISO 639-1 codes; without any the question's own comes first: :mod:`medrag.retrieval.retriever`.

    ``strengths`` and ``grades`` are levels on a common scale (``medrag.retrieval.scales``). A passage passes when one
    of its sentences has them, and then only such sentences of it can be cited.
    """

    statuses: tuple[Status, ...] = ("current",)
    organisations: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    populations: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    strengths: tuple[Strength, ...] = ()
    grades: tuple[Grade, ...] = ()
    year_from: int | None = None
    year_to: int | None = None

    @property
    def by_grading(self) -> bool:
        """Whether a strength or a grade is asked for."""
        return bool(self.strengths or self.grades)


class Evidence(Record):
    """A retrieved passage under the number (from 1) that prompts and citations give it.

    ``ranks`` are the places (from 1, best first) that search gives the passage's sentences among all those retrieved;
    empty where sentences were not ranked. ``behind`` is how far each scores behind the best of all, in log odds; empty
    where the scores have no such meaning.
    """

    number: int = Field(ge=1)
    passage: Passage
    score: float
    ranks: tuple[int, ...] = ()
    behind: tuple[float, ...] = ()


def narrowed(found: Iterable[Evidence], places: Collection[tuple[int, int]]) -> list[Evidence]:
    """``found`` with no sentences but those at ``places``: an evidence's number and a position from 1."""
    return [_with(each, kept) for each in found if (kept := [at for number, at in places if number == each.number])]


def _with(item: Evidence, positions: Iterable[int]) -> Evidence:
    kept = sorted(each - 1 for each in positions)
    sentences = tuple(item.passage.sentences[each] for each in kept)
    update = {
        "passage": item.passage.model_copy(update={"sentences": sentences}),
        "ranks": tuple(item.ranks[each] for each in kept) if item.ranks else (),
        "behind": tuple(item.behind[each] for each in kept) if item.behind else (),
    }
    return item.model_copy(update=update)


class Citation(Record):
    """Where a statement stands: ``passage.text[start:end] == quote``.

    ``credit`` names whom to name for the words and their licence, where their corpus says so.
    """

    number: int
    passage_id: str
    start: int
    end: int
    quote: str
    title: str
    status: Status = "current"
    url: str | None = None
    strength: str | None = None
    grade: str | None = None
    page: int | None = None
    link: str | None = None
    credit: str | None = None
