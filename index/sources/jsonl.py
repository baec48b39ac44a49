"""JSON lines: ``{"id", "title", "text", ...}`` and the field names of two public corpora.

``epfl-llm/guidelines`` has ``id, source, title, clean_text, url, overview``; the MedRAG corpora have
``id, title, content, contents`` (``contents`` is the title and the content in one). A line may also carry the metadata
of :class:`index.document.Document` under its own names, and ``strength`` and ``grade`` where all of it is graded alike
(a recommendation a line). Headings in a text are Markdown's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from index.document import Document, Section, Skipped
from index.sources import SUFFIXES
from index.sources.files import files
from index.sources.markdown import parse
from medrag.files import fault
from medrag.types import Status


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value or ()


def _worded(value: Any) -> Any:
    return str(value) if isinstance(value, int) else value


def _in_words(value: Any) -> str | None:
    """Corpora give licences as words, lists and otherwise; none of these is a reason to leave a document out."""
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value or "").strip() or None


Words = Annotated[str | None, BeforeValidator(_in_words)]
Strings = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Line(BaseModel):
    """One line; further fields are the corpus's own business and are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Annotated[str, BeforeValidator(_worded)] = Field(min_length=1, validation_alias=AliasChoices("id", "_id"))
    title: str | None = None
    text: str = Field(validation_alias=AliasChoices("text", "clean_text", "content", "contents", "raw_text"))
    organisations: Strings = Field(
        default=(), validation_alias=AliasChoices("organisations", "organizations", "source")
    )
    year: int | None = None
    status: Status = "current"
    jurisdiction: str | None = None
    population: str | None = None
    icd10: Strings = ()
    url: str | None = None
    licence: Words = Field(default=None, validation_alias=AliasChoices("licence", "license"))
    attribution: Words = None
    strength: str | None = None
    grade: str | None = None


def read(path: Path) -> Iterator[Document | Skipped]:
    """A document a line of a file or of every ``.jsonl`` file in a folder."""
    for file in files(path, *SUFFIXES["jsonl"]):
        try:
            with file.open("rb") as lines:
                for number, line in enumerate(lines, start=1):
                    if line.strip():
                        yield document_of(line, f"{file}:{number}")
        except OSError as error:
            yield Skipped(str(file), f"the rest of it cannot be read: {error.strerror}")


def document_of(line: bytes, where: str) -> Document | Skipped:
    """The document of one line, which stands at ``where``."""
    try:
        fields = Line.model_validate_json(line)
    except ValidationError as error:
        return Skipped(where, fault(error))
    title, sections = parse(fields.text)
    if not sections:
        return Skipped(where, "it holds no text")
    return Document(
        id=fields.id,
        title=fields.title or title or fields.id,
        sections=tuple(_graded(section, fields) for section in sections),
        organisations=fields.organisations,
        year=fields.year,
        status=fields.status,
        jurisdiction=fields.jurisdiction,
        population=fields.population,
        icd10=fields.icd10,
        url=fields.url,
        licence=fields.licence,
        attribution=fields.attribution,
    )


def _graded(section: Section, line: Line) -> Section:
    """The section with the line's strength and grade on its blocks, where the line has any."""
    if not (line.strength or line.grade):
        return section
    return replace(
        section, blocks=tuple(replace(each, strength=line.strength, grade=line.grade) for each in section.blocks)
    )
