"""Word documents, through python-docx.

Heading styles make the path; a list paragraph or a table row is one statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from index.document import Block, Document, Section, Skipped
from index.sources import SUFFIXES
from index.sources.files import document_id, documents
from index.stems import stemmed
from index.tables import Grid, footnotes, guessed_heads, notes, statements

_WRAPPERS = frozenset(map(qn, ("w:sdt", "w:sdtContent", "w:customXml", "w:ins")))
# Text boxes stand twice: as they are, and for programs that do not know them.
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SAID = {qn("w:t"): "", qn("w:tab"): " ", qn("w:br"): " ", qn("w:cr"): " ", qn("w:p"): " ", qn("w:noBreakHyphen"): "-"}
_HEADING = re.compile(r"Heading (\d)")
_MAX_HEADING_WORDS = 12
# A heading in all but its style stands below those that have one.
_EMPHASISED, _CAPTION = 9, 10
_RAISED = str.maketrans("0123456789+-−abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")
_LOWERED = str.maketrans("0123456789+-−", "₀₁₂₃₄₅₆₇₈₉₊₋₋")


def read(path: Path) -> Iterator[Document | Skipped]:
    """The documents of a file or of every ``.docx`` file in a folder."""
    return documents(path, document, *SUFFIXES["docx"])


def document(file: Path, root: Path) -> Document | Skipped:
    """The document of one file below ``root``."""
    word = _opened(file)
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


def _opened(file: Path) -> Any:
    try:
        return docx.Document(str(file))
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError):
        raise ValueError("it is no Word document, or a damaged one") from None


def _sections(word: Any) -> tuple[str, list[Section]]:
    title = ""
    path: list[tuple[int, str]] = []
    sections: list[Section] = []
    blocks: list[Block] = []
    counted = False

    def close() -> None:
        nonlocal blocks
        if blocks:
            sections.append(stemmed(Section(tuple(said for _, said in path), tuple(blocks))))
        blocks = []

    def head(level: int, text: str) -> None:
        nonlocal path
        close()
        path = [each for each in path if each[0] < level] + ([(level, text)] if text else [])

    caption = ""
    items = list(_items(word.element.body, word))
    feet = 0
    for place, item in enumerate(items):
        if isinstance(item, Table):
            governing = path
            if caption:
                head(_CAPTION, caption)
            below = takewhile(lambda each: isinstance(each, Paragraph), items[place + 1 :])
            rows, feet = _rows(item, [_text(each._element) for each in below])
            blocks += rows
            if caption:
                close()
                path, caption = governing, ""
            continue
        style, text = (item.style and item.style.name) or "", _text(item._p)
        if feet:
            feet -= 1
            blocks.append(Block(text, quotable=False))
            continue
        heading = _HEADING.match(style)
        # The words right above a table name it; others are a figure's.
        caption = text if style == "Caption" else "" if text else caption
        if style == "Title":
            title = text
        elif style != "Caption" and text and (heading or _is_emphasised(item, text)):
            head(int(heading.group(1)) if heading else _EMPHASISED, text.rstrip(":"))
        elif style != "Caption" and text:
            level = _level(item, style)
            # A numbered list right after bullets, or bullets after numbers, has not their stem.
            was_counted, counted = counted, _is_counted(item, style)
            mixed = level == 1 and was_counted != counted
            if mixed and blocks and blocks[-1].level and not blocks[-1].text.endswith(":"):
                close()
            blocks.append(Block(text, statement=level > 0, level=level))
    head(0, "")
    return title, sections


def _is_emphasised(paragraph: Paragraph, text: str) -> bool:
    """A short paragraph all in bold that ends no sentence and begins no list."""
    runs = [run for run in paragraph.runs if run.text.strip()]
    short = len(text.split()) <= _MAX_HEADING_WORDS and not text.endswith((".", ";", ":", ","))
    return bool(runs) and all(run.bold for run in runs) and short and not _level(paragraph, "")


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
            pieces.append(_shifted(node) if node.tag == qn("w:t") else _SAID[node.tag])
    return " ".join("".join(pieces).split())


def _shifted(node: Any) -> str:
    """The words of a run; raised and lowered digits, and a raised letter, as such."""
    said = node.text or ""
    run = node.getparent()
    placed = run.xpath("./w:rPr/w:vertAlign/@w:val") if run.tag == qn("w:r") else []
    if not placed or not (len(said) == 1 or said.strip("+-−").isdecimal()):
        return str(said)
    return str(said).translate({"superscript": _RAISED, "subscript": _LOWERED}.get(placed[0], {}))


def _level(paragraph: Paragraph, style: str) -> int:
    """How deep a list paragraph stands; 0: it is none."""
    properties: Any = paragraph._p.pPr
    numbering = properties.numPr if properties is not None else None
    if numbering is not None and numbering.ilvl is not None:
        return int(numbering.ilvl.val) + 1
    named = re.match(r"List(?: \w+)*?(?: (\d))?$", style)
    return int(named[1] or 1) if named else 1 if numbering is not None else 0


def _is_counted(paragraph: Paragraph, style: str) -> bool:
    """Whether a list paragraph bears a number or a letter, and no bullet."""
    properties: Any = paragraph._p.pPr
    numbering = properties.numPr if properties is not None else None
    if numbering is None or numbering.numId is None:
        return "Number" in style
    level = numbering.ilvl.val if numbering.ilvl is not None else 0
    part: Any = paragraph.part
    try:
        known = part.numbering_part.element
    except NotImplementedError:  # a document without the part that its paragraphs speak of
        return "Number" in style
    kinds = known.xpath(
        f"./w:abstractNum[@w:abstractNumId = ../w:num[@w:numId='{numbering.numId.val}']/w:abstractNumId/@w:val]"
        f"/w:lvl[@w:ilvl='{level}']/w:numFmt/@w:val"
    )
    return bool(kinds) and kinds[0] not in ("bullet", "none")


def _rows(table: Table, below: Sequence[str]) -> tuple[list[Block], int]:
    """A statement a row, and how many of the texts ``below`` are footnotes.

    The rows that the table says hold names, or a first row of names, name the columns.
    """
    rows: list[tuple[str, ...]] = []
    heads = 0
    for row in table.rows:
        # A merged cell stands once a column and a row that it spans.
        cells = tuple(_text(cell._tc) for cell in row.cells)
        if row._tr.xpath("./w:trPr/w:tblHeader") and heads == len(rows):
            heads += 1
        rows.append(cells)
    said = footnotes(rows, below)
    grid = Grid(tuple(rows), heads or guessed_heads(rows), notes(said))
    return [Block(text, statement=True, quotable=sure) for text, sure in statements(grid)], len(said)
