"""What an index holds: its documents, and one of them as its passages with what can be quoted marked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import groupby

from medrag.errors import InputError
from medrag.retrieval.store.index import Index
from medrag.types import Passage, Record, Status, sentence_hash

_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:48rem;margin:2rem auto}"
    "mark{background:#d8f0d0}span{color:#777}h2{font-size:1rem}"
)


class Held(Record):
    """A document of an index; ``overdue`` says that its review date is past."""

    id: str
    title: str
    passages: int
    sentences: int
    organisations: tuple[str, ...] = ()
    year: int | None = None
    edition: str | None = None
    status: Status = "current"
    jurisdiction: str | None = None
    language: str | None = None
    effective: date | None = None
    review: date | None = None
    overdue: bool = False
    file: str | None = None
    url: str | None = None
    licence: str | None = None
    attribution: str | None = None


@dataclass(frozen=True)
class Contents:
    """An open index, read document by document."""

    index: Index

    def passages(self) -> Iterator[Passage]:
        """Every passage in its order."""
        return (self.index.passages[row] for row in range(len(self.index.passages)))

    def documents(self, today: date) -> Iterator[Held]:
        """Its documents in their order."""
        for _, of_one in groupby(self.passages(), key=lambda passage: passage.doc_id):
            yield _held(list(of_one), today)

    def of(self, document: str) -> list[Passage]:
        """The passages of ``document``. Raises InputError where there is none."""
        found = [passage for passage in self.passages() if passage.doc_id == document]
        if not found:
            raise InputError(
                f"The index holds no document {document}; `medrag index list` names them.", param="document"
            )
        return found


def _held(passages: list[Passage], today: date) -> Held:
    first = passages[0]
    return Held(
        id=first.doc_id,
        title=first.title,
        passages=len(passages),
        sentences=sum(len(passage.sentences) for passage in passages),
        organisations=first.organisations,
        year=first.year,
        edition=first.edition,
        status=first.status,
        jurisdiction=first.jurisdiction,
        language=first.language,
        effective=first.effective,
        review=first.review,
        overdue=first.review is not None and first.review < today,
        file=first.file,
        url=first.url,
        licence=first.licence,
        attribution=first.attribution,
    )


def as_text(passages: list[Passage], *, names: bool = False) -> Iterator[str]:
    """Lines: a heading and page for each passage, ``*`` before what can be quoted, ``-`` before what cannot.

    The document's attribution and licence stand before all, where it has any. ``names``: each sentence with its own,
    by which :mod:`index.annotations` speaks of it.
    """
    if credit := passages[0].credit:
        yield credit
    for passage in passages:
        place = f" (page {passage.page})" if passage.page else ""
        yield f"{' > '.join(passage.section) or passage.title}{place}"
        for quotable, text, graded in _parts(passage):
            name = f"{sentence_hash(text)} " if names and quotable else ""
            yield f"  {'*' if quotable else '-'} {name}{text}{graded}"


def as_html(passages: list[Passage]) -> str:
    """A page that shows the same; quotable sentences are marked, the rest is grey."""
    first = passages[0]
    credit = f"<p>{escape(first.credit)}</p>" if first.credit else ""
    body: list[str] = []
    for passage in passages:
        place = f" <small>page {passage.page}</small>" if passage.page else ""
        body.append(f"<h2>{escape(' › '.join(passage.section) or passage.title)}{place}</h2><p>")
        body += [
            f"<mark>{escape(text)}</mark>{escape(graded)} " if quotable else f"<span>{escape(text)}</span> "
            for quotable, text, graded in _parts(passage)
        ]
        body.append("</p>")
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(first.title)}</title>'
        f"<style>{_STYLE}</style>"
        f"<h1>{escape(first.title)}</h1><p>{escape(first.doc_id)}. Marked: what an answer can quote.</p>"
        f"{credit}"
        f"{''.join(body)}</html>\n"
    )


def _parts(passage: Passage) -> Iterator[tuple[bool, str, str]]:
    """The passage's text in pieces: whether each can be quoted, its words, its grading in brackets."""
    end = 0
    for sentence in passage.sentences:
        if between := passage.text[end : sentence.start].strip():
            yield False, between, ""
        graded = ", ".join(filter(None, [sentence.strength, sentence.grade]))
        yield True, passage.quote(sentence), f" [{graded}]" if graded else ""
        end = sentence.end
    if rest := passage.text[end:].strip():
        yield False, rest, ""
