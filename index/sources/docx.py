"""Word documents, through python-docx.

Heading styles make the path; a list paragraph or a table row is one statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.table import Table

from index.document import Block, Document, Section, Skipped
from index.sources.files import document_id, documents

_HEADING = re.compile(r"Heading (\d)")


def read(path: Path) -> Iterator[Document | Skipped]:
    """The documents of a file or of every ``.docx`` file in a folder."""
    return documents(path, _document, ".docx")


def _document(file: Path, root: Path) -> Document | Skipped:
    word = docx.Document(str(file))
    title, sections = _sections(word)
    if not sections:
        return Skipped(str(file), "it holds no text")
    facts = word.core_properties
    return Document(
        id=document_id(file, root),
        title=" ".join((title or facts.title or file.stem).split()),
        sections=tuple(sections),
        year=facts.modified.year if facts.modified else None,
    )


def _sections(word: Any) -> tuple[str, list[Section]]:
    title = ""
    path: list[str] = []
    sections: list[Section] = []
    blocks: list[Block] = []
    for item in word.iter_inner_content():
        style = "" if isinstance(item, Table) else item.style.name or ""
        heading = _HEADING.match(style)
        if isinstance(item, Table):
            blocks += _rows(item)
        elif style == "Title":
            title = item.text
        elif heading and item.text.strip():
            if blocks:
                sections.append(Section(tuple(path), tuple(blocks)))
            blocks = []
            path = [*path[: int(heading.group(1)) - 1], " ".join(item.text.split())]
        elif text := " ".join(item.text.split()):
            blocks.append(Block(text, statement=style.startswith("List")))
    if blocks:
        sections.append(Section(tuple(path), tuple(blocks)))
    return title, sections


def _rows(table: Table) -> Iterator[Block]:
    for row in table.rows:
        # A merged cell stands once a column it spans.
        cells = dict.fromkeys(" ".join(cell.text.split()) for cell in row.cells)
        if text := "; ".join(cell for cell in cells if cell):
            yield Block(text, statement=True)
