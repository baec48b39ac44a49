"""Word documents, through python-docx.

Heading styles make the path; a list paragraph or a table row is one statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from index.document import Block, Document, Section, Skipped
from index.sources.files import document_id, documents

_WRAPPERS = frozenset(map(qn, ("w:sdt", "w:sdtContent", "w:customXml", "w:ins")))
# Text boxes stand twice: as they are, and for programs that do not know them.
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SAID = {qn("w:t"): "", qn("w:tab"): " ", qn("w:br"): " ", qn("w:cr"): " ", qn("w:p"): " ", qn("w:noBreakHyphen"): "-"}
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
    for item in _items(word.element.body, word):
        if isinstance(item, Table):
            blocks += _rows(item)
            continue
        style, text = (item.style and item.style.name) or "", _text(item._p)
        heading = _HEADING.match(style)
        if style == "Title":
            title = text
        elif heading and text:
            if blocks:
                sections.append(Section(tuple(path), tuple(blocks)))
            blocks = []
            path = [*path[: int(heading.group(1)) - 1], text]
        elif text:
            blocks.append(Block(text, statement=style.startswith("List") or _is_numbered(item)))
    if blocks:
        sections.append(Section(tuple(path), tuple(blocks)))
    return title, sections


def _items(element: Any, word: Any) -> Iterator[Paragraph | Table]:
    """Paragraphs and tables in their order, those in content controls too, which python-docx leaves out."""
    for child in element:
        if child.tag == qn("w:p"):
            yield Paragraph(child, word)
        elif child.tag == qn("w:tbl"):
            yield Table(child, word)
        elif child.tag in _WRAPPERS:
            yield from _items(child, word)


def _text(element: Any) -> str:
    """The words below ``element`` on one line: those in inserted runs, links and boxes too, none deleted."""
    pieces: list[str] = []
    for node in element.iter(*_SAID):
        fallback = any(above.tag == _FALLBACK for above in node.iterancestors())
        if not fallback:
            pieces.append((node.text or "") if node.tag == qn("w:t") else _SAID[node.tag])
    return " ".join("".join(pieces).split())


def _is_numbered(paragraph: Paragraph) -> bool:
    properties = paragraph._p.pPr
    return properties is not None and properties.numPr is not None


def _rows(table: Table) -> Iterator[Block]:
    """A statement a row, each cell after its column's name where the table says that its first row holds names."""
    names: list[str] = []
    for row in table.rows:
        cells = [_text(cell._tc) for cell in row.cells]
        if not names and row._tr.xpath("./w:trPr/w:tblHeader"):
            names = cells
            continue
        named = len(names) == len(cells)
        said = [f"{name}: {cell}" if name else cell for name, cell in zip(names, cells, strict=False) if cell]
        # A merged cell stands once a column it spans.
        if text := "; ".join(dict.fromkeys(said if named else filter(None, cells))):
            yield Block(text, statement=True)
