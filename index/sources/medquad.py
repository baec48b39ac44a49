"""MedQuAD: consumer health questions with answers from NIH sites, in XML, one subject a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.document import Block, Document, Section, Skipped
from index.sources import SUFFIXES
from index.sources.files import document_id, documents
from index.sources.xml import parse, text_of

_PARAGRAPH = re.compile(r"\n\s*\n")
_ITEM = re.compile(r"\s{2,}-\s+|\n\s*-\s+")


def read(path: Path) -> Iterator[Document | Skipped]:
    """The subject of a file or of every ``.xml`` file in a folder; a question with its answer is a section."""
    return documents(path, _document, *SUFFIXES["medquad"])


def _document(file: Path, folder: Path) -> Document | Skipped:
    root = parse(file)
    sections = tuple(section for pair in root.iter("QAPair") if (section := _section(pair)))
    if not sections:
        return Skipped(str(file), "it holds no answer")
    return Document(
        id=document_id(file, folder),
        title=text_of(root.find("Focus")) or file.stem,
        sections=sections,
        organisations=(root.get("source"),) if root.get("source") else (),
        jurisdiction="US",
        url=root.get("url"),
    )


def _section(pair: Any) -> Section | None:
    answer = pair.findtext("Answer") or ""
    pieces = (piece for paragraph in _PARAGRAPH.split(answer) for piece in _ITEM.split(paragraph))
    blocks = tuple(Block(text) for piece in pieces if (text := " ".join(piece.split())))
    return Section((text_of(pair.find("Question")),), blocks) if blocks else None
