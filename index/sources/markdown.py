"""Markdown and plain text: optional YAML front matter, headings, paragraphs and list items.

A list item is one statement; ``{strength: 1; evidence: A}`` at its end is the guideline's grading and no part of
its text. Front matter keys: title, organisations, year, status, history, source, url, jurisdiction, icd10, population;
``history`` says what of the text was changed, when and by what source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from index.document import Block, Document, Section, Skipped
from index.sources.files import document_id, documents
from medrag.types import Status

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*\s*$")
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+(.+)")
_GRADING = re.compile(r"\s*\{([^{}]*)\}\s*$")
_GRADING_KEYS = {"strength": "strength", "evidence": "grade"}


class FrontMatter(BaseModel):
    """The keys a file may set; a misspelt one is an error, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str | None = None
    organisations: tuple[str, ...] = ()
    year: int | None = None
    status: Status = "current"
    history: tuple[str, ...] = ()
    source: str | None = None
    url: str | None = None
    jurisdiction: str | None = None
    icd10: tuple[str, ...] = ()
    population: str | None = None


def read(path: Path) -> Iterator[Document | Skipped]:
    """The documents of a file or of every ``.md``, ``.markdown`` and ``.txt`` file in a folder."""
    return documents(path, _document, ".md", ".markdown", ".txt")


def _document(file: Path, root: Path) -> Document:
    text = file.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    match = _FRONT_MATTER.match(text)
    fields: Any = yaml.safe_load(match.group(1)) if match else None
    front = _front_matter(fields or {})
    title, sections = parse(text[match.end() :] if match else text)
    if not sections:
        raise ValueError("it holds no text")
    return Document(
        id=document_id(file, root),
        title=front.title or title or file.stem,
        sections=sections,
        organisations=front.organisations,
        year=front.year,
        status=front.status,
        jurisdiction=front.jurisdiction,
        population=front.population,
        icd10=front.icd10,
        url=front.url,
    )


def _front_matter(fields: Any) -> FrontMatter:
    try:
        return FrontMatter.model_validate(fields)
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise ValueError("; ".join(wrong)) from error


def parse(body: str) -> tuple[str | None, tuple[Section, ...]]:
    """The title (the first first-level heading, if any) and the sections of a Markdown text."""
    title: str | None = None
    heading: list[str] = []
    sections: list[Section] = []
    lines: list[str] = []
    for line in [*body.splitlines(), "# "]:
        match = _HEADING.match(line)
        if not match and line != "# ":
            lines.append(line)
            continue
        if blocks := tuple(_blocks(lines)):
            sections.append(Section(tuple(heading), blocks))
        lines = []
        if match and len(match.group(1)) == 1 and title is None:
            title, heading = match.group(2), []
        elif match:
            heading = [*heading[: max(len(match.group(1)) - 2, 0)], match.group(2)]
    return title, tuple(sections)


def _blocks(lines: list[str]) -> Iterator[Block]:
    """List items and paragraphs; a line that starts neither continues the one before."""
    current: list[str] = []
    item = False
    for line in [*lines, ""]:
        match = _ITEM.match(line)
        if (match or not line.strip()) and current:
            yield _block(" ".join(current), item)
            current, item = [], False
        if match:
            current, item = [match.group(1).strip()], True
        elif line.strip():
            current.append(line.strip())


def _block(text: str, item: bool) -> Block:
    match = _GRADING.search(text)
    if not item or not match:
        return Block(text, statement=item)
    grading: dict[str, str] = {}
    for part in match.group(1).split(";"):
        key, _, value = part.partition(":")
        if key.strip() not in _GRADING_KEYS or not value.strip():
            raise ValueError(f"{{{match.group(1)}}} is not a grading: write {{strength: ...; evidence: ...}}")
        grading[_GRADING_KEYS[key.strip()]] = value.strip()
    return Block(text[: match.start()], statement=True, **grading)
