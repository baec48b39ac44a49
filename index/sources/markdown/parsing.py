"""Markdown and plain text, with what MkDocs and Docusaurus add to it, through markdown-it.

A list item is one statement; ``{strength: 1; evidence: A}`` at its end is the guideline's grading and no part of
its text. Front matter keys: title, organisations, year, status, history, source, url, jurisdiction, icd10, population,
edition, language, effective, review, licence, attribution; ``history`` says what of the text was changed, when and by
what source. Those of a site's own are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import yaml
from markdown_it import MarkdownIt
from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from rapidfuzz.distance import OSA

from index.document import Block, Document, Section, Skipped
from index.sources import SUFFIXES
from index.sources.files import document_id, documents
from index.sources.markdown import site
from index.sources.markup import sections_of
from medrag.types import Status

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
_GRADING = re.compile(r"\s*\{([^{}]*)\}\s*$")
_GRADING_KEYS = {"strength": "strength", "evidence": "grade"}
# Sites say these of a page.
_STATUSES = {"deprecated": "superseded", "new": "current", "published": "current", "active": "current"}
_PUBLISHED = ("date", "lastmod", "updated", "last_modified", "last_update")


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value or ()


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class FrontMatter(BaseModel):
    """The keys a file may set; others are its site's business."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    title: str | None = None
    organisations: Names = ()
    year: int | None = None
    status: Annotated[Status, BeforeValidator(lambda value: _STATUSES.get(value, value))] = "current"
    history: tuple[str, ...] = ()
    source: str | None = None
    url: str | None = None
    jurisdiction: str | None = None
    icd10: Names = ()
    population: str | None = None
    edition: str | None = None
    language: str | None = None
    effective: date | None = None
    review: date | None = None
    licence: str | None = Field(default=None, validation_alias=AliasChoices("licence", "license"))
    attribution: str | None = None


def read(path: Path) -> Iterator[Document | Skipped]:
    """The documents of a file or of every ``.md``, ``.mdx``, ``.markdown`` and ``.txt`` file in a folder."""
    return documents(path, document, *SUFFIXES["markdown"])


def document(file: Path, root: Path) -> Document:
    """The document of one file below ``root``. Raises ValueError where it cannot be used."""
    text = file.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    match = _FRONT_MATTER.match(text)
    front = _front_matter((yaml.safe_load(match.group(1)) if match else None) or {})
    title, sections = parse(text[match.end() :] if match else text)
    if not sections:
        raise ValueError("it holds no text")
    return Document(
        id=document_id(file, root),
        title=front.title or title or file.stem,
        sections=sections,
        **front.model_dump(exclude={"title", "source", "history"}),
    )


def _front_matter(fields: Any) -> FrontMatter:
    """What the file says of itself. A key a letter off is refused: "statsu: withdrawn" must not go unheard."""
    if not isinstance(fields, dict):
        raise TypeError("its front matter is no mapping")
    for key in map(str, fields):
        near = next((each for each in FrontMatter.model_fields if _is_misspelt(key, each)), None)
        if near:
            raise ValueError(f"{key}: did you mean {near}?")
    dated = next((fields[key] for key in _PUBLISHED if isinstance(fields.get(key), date)), None)
    try:
        front = FrontMatter.model_validate(fields)
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise ValueError("; ".join(wrong)) from error
    return front if front.year or not dated else front.model_copy(update={"year": dated.year})


def _is_misspelt(key: str, known: str) -> bool:
    close = len(known) > 4 and 0 < OSA.distance(key.lower(), known) <= (2 if len(known) > 7 else 1)
    return close and key.rstrip("s") != known.rstrip("s") and "_" not in key and key.lower() != "license"


@cache
def _parser() -> MarkdownIt:
    """CommonMark with tables; indented text is no code, and a line under another no heading: both come from PDFs."""
    return MarkdownIt("commonmark").enable("table").disable(["code", "lheading"])


def parse(body: str) -> tuple[str | None, tuple[Section, ...]]:
    """The title (the first first-level heading, if any) and the sections of a Markdown text."""
    markup = _parser().render(site.plain(body))
    title = next(iter(re.findall(r"<h1>(.*?)</h1>", markup)), None)
    named = next((section.heading[0] for section in sections_of(f"<h1>{title}</h1><p>.</p>")), None) if title else None
    sections = sections_of(markup)
    return named, tuple(_graded(_below(section, named)) for section in sections)


def _below(section: Section, title: str | None) -> Section:
    return replace(section, heading=section.heading[1:]) if title and section.heading[:1] == (title,) else section


def _graded(section: Section) -> Section:
    return replace(section, blocks=tuple(map(_block, section.blocks)))


def _block(block: Block) -> Block:
    match = _GRADING.search(block.text)
    if not block.statement or not match:
        return block
    grading: dict[str, str] = {}
    for part in match.group(1).split(";"):
        key, _, value = part.partition(":")
        if key.strip() not in _GRADING_KEYS or not value.strip():
            raise ValueError(f"{{{match.group(1)}}} is not a grading: write {{strength: ...; evidence: ...}}")
        grading[_GRADING_KEYS[key.strip()]] = value.strip()
    return replace(
        block, text=block.text[: match.start()], strength=grading.get("strength"), grade=grading.get("grade")
    )
