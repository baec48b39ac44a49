"""Texts as a journal's pages of two columns, by reportlab."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from benchmarks.guidelines.markup import marked
from benchmarks.guidelines.text import (
    RIGHTS,
    RUNNING_FOOT,
    RUNNING_HEAD,
    Block,
    Heading,
    Listing,
    Paragraph,
    Recommendation,
    References,
    Steps,
    Table,
    Text,
)

_GUTTER = 18.0


def journal(text: Text, file: Path) -> Path:
    """Two columns below a title; tables with rules across, in a column."""
    from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate  # type: ignore[import-untyped]

    width, height = A4
    column = (width - 100 - _GUTTER) / 2
    frames = [Frame(50 + side * (column + _GUTTER), 60, column, height - 130, 0, 0, 0, 0) for side in (0, 1)]
    document = BaseDocTemplate(str(file), pagesize=A4, title=text.title)
    document.addPageTemplates(PageTemplate(frames=frames, onPage=_running))
    styles = _styles()
    flow = [_said(text.title, styles["title"])]
    for block in text.blocks:
        flow += _flow(block, styles, column)
    document.build([*flow, _said(RIGHTS, styles["text"])])
    return file


def _running(canvas: Any, document: Any) -> None:
    canvas.setFont("Helvetica", 8)
    canvas.drawString(50, 800, RUNNING_HEAD)
    canvas.drawRightString(545, 800, str(document.page))
    canvas.drawString(50, 36, RUNNING_FOOT)


def _styles() -> dict[str, Any]:
    from reportlab.lib.styles import ParagraphStyle  # type: ignore[import-untyped]

    text = ParagraphStyle("text", fontName="Times-Roman", fontSize=9.5, leading=11.5, alignment=4, spaceAfter=4)
    return {
        "text": text,
        "cell": ParagraphStyle("cell", parent=text, fontName="Helvetica", fontSize=7.5, leading=9, alignment=0),
        "title": ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=17, leading=20, spaceAfter=10),
        "1": ParagraphStyle("1", fontName="Helvetica-Bold", fontSize=11.5, leading=14, spaceBefore=8, spaceAfter=3),
        "2": ParagraphStyle("2", fontName="Times-BoldItalic", fontSize=9.5, leading=12, spaceBefore=5, spaceAfter=2),
        "3": ParagraphStyle("3", fontName="Times-Italic", fontSize=9.5, leading=12, spaceBefore=4, spaceAfter=2),
        "item": ParagraphStyle("item", parent=text, leftIndent=14, bulletIndent=2, spaceAfter=1),
    }


def _said(words: str, style: Any, **more: Any) -> Any:
    from reportlab.platypus import Paragraph as Flowing

    return Flowing(escape(words), style, **more)


def _marked(words: str, style: Any) -> Any:
    from reportlab.platypus import Paragraph as Flowing

    return Flowing(marked(words).replace("sup>", "super>"), style)


def _flow(block: Block, styles: dict[str, Any], column: float) -> list[Any]:  # noqa: PLR0911 (a kind each)
    match block:
        case Heading():
            return [_said(block.text, styles[str(min(block.level, 3))])]
        case Paragraph():
            return [_said(" ".join(block.sentences), styles["text"])]
        case Recommendation():
            return [_said(f"{block.number} {block.text}", styles["text"])]
        case Listing():
            return [_said(block.stem, styles["text"]), *_bullets(block, styles, 0)]
        case Steps():
            return list(_items(block.items, styles, lambda number: f"{number})"))
        case Table():
            return list(_table(block, styles, column))
        case References():
            listed = _items(block.items, styles, lambda number: f"{number}.")
            return [_said("References", styles["1"]), *listed]


def _bullets(listing: Listing, styles: dict[str, Any], depth: int) -> Iterator[Any]:
    from reportlab.lib.styles import ParagraphStyle

    deep = 12 * depth
    style = ParagraphStyle("deep", parent=styles["item"], leftIndent=14 + deep, bulletIndent=2 + deep)
    for each in listing.items:
        yield _said(each.stem if isinstance(each, Listing) else each, style, bulletText="–" if depth else "•")
        if isinstance(each, Listing):
            yield from _bullets(each, styles, depth + 1)


def _items(items: tuple[str, ...], styles: dict[str, Any], mark: Any) -> Iterator[Any]:
    for number, each in enumerate(items, start=1):
        yield _said(each, styles["item"], bulletText=mark(number))


def _table(table: Table, styles: dict[str, Any], column: float) -> Iterator[Any]:
    from reportlab.platypus import Table as Grid
    from reportlab.platypus import TableStyle

    heads = len(table.heads)
    if table.caption:
        yield _said(f"Table. {table.caption}", styles["cell"])
    written = [*table.heads, *(tuple("" if cell == "^" else cell for cell in row) for row in table.cells)]
    marks: list[Any] = [("LINEABOVE", (0, 0), (-1, 0), 0.8, "black")]
    marks += [("LINEBELOW", (0, heads - 1), (-1, heads - 1), 0.5, "black")]
    marks += [("LINEBELOW", (0, -1), (-1, -1), 0.8, "black"), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    marks += [("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]
    for number, row in enumerate(table.spans()):
        place = 0 if number == 0 else len(table.heads[0]) - sum(wide for _, wide, _ in row)
        for _, wide, tall in row:
            marks.append(("SPAN", (place, number), (place + wide - 1, number + tall - 1)))
            place += wide
    cells = [[_marked(cell, styles["cell"]) for cell in row] for row in written]
    yield Grid(cells, colWidths=[column / len(written[0])] * len(written[0]), style=TableStyle(marks), repeatRows=heads)
    for each in table.notes:
        yield _marked(each, styles["cell"])
