"""Texts as Word documents; LibreOffice prints them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm

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


def written(text: Text, file: Path, *, contents: bool = False) -> Path:
    """A document with heads, feet and Word's own styles for headings and lists."""
    word = docx.Document()
    section = word.sections[0]
    section.header.paragraphs[0].text = RUNNING_HEAD
    _foot(section.footer.paragraphs[0])
    word.add_paragraph(text.title, style="Title")
    if contents:
        _contents(word, text)
    for block in text.blocks:
        _add(word, block)
    word.add_paragraph(RIGHTS)
    word.save(str(file))
    return file


def _foot(paragraph: Any) -> None:
    run = paragraph.add_run(f"{RUNNING_FOOT}\tPage ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    run._r.addnext(field)


def _contents(word: Any, text: Text) -> None:
    word.add_paragraph("Contents", style="Heading 1")
    for page, each in enumerate(text.headings, start=2):
        line = word.add_paragraph(f"{each.numbered}\t{page // 4 + 2}")
        line.paragraph_format.tab_stops.add_tab_stop(Cm(15), leader=WD_TAB_LEADER.DOTS)
    word.add_page_break()


def _add(word: Any, block: Block) -> None:
    match block:
        case Heading():
            word.add_heading(block.numbered, block.level)
        case Paragraph():
            word.add_paragraph(" ".join(block.sentences))
        case Recommendation():
            word.add_paragraph(f"{block.number}\t{block.text}")
        case Listing():
            word.add_paragraph(block.stem)
            _bullets(word, block, "List Bullet")
        case Steps():
            for each in block.items:
                word.add_paragraph(each, style="List Number")
        case Table():
            _table(word, block)
        case References():
            word.add_heading("References", 1)
            for each in block.items:
                word.add_paragraph(each)


def _bullets(word: Any, listing: Listing, style: str) -> None:
    for each in listing.items:
        word.add_paragraph(each.stem if isinstance(each, Listing) else each, style=style)
        if isinstance(each, Listing):
            _bullets(word, each, "List Bullet 2")


def _table(word: Any, table: Table) -> None:
    if table.look.landscape:
        _turn(word)
    if table.caption:
        word.add_paragraph(table.caption, style="Caption")
    heads = len(table.heads)
    grid = word.add_table(rows=heads + len(table.cells), cols=len(table.heads[0]))
    grid.style = "Table Grid"
    for number, row in enumerate((*table.heads, *table.rows)):
        for column, cell in enumerate(row):
            grid.cell(number, column).text = cell
    for number, names in enumerate(table.spans()):
        _merge_heads(grid, number, names)
    for number, cells in enumerate(table.cells):
        for column, cell in enumerate(cells):
            if cell != "^" and (deep := table.reach(number, column)) > 1:
                _merge(grid, (heads + number, column), (heads + number + deep - 1, column), cell)
    _look(grid, table, heads)
    for row in grid.rows[:heads]:
        repeat = OxmlElement("w:tblHeader")
        row._tr.get_or_add_trPr().append(repeat)
        for run in (run for cell in row.cells for paragraph in cell.paragraphs for run in paragraph.runs):
            run.bold = True
    _after(word, table)


def _after(word: Any, table: Table) -> None:
    for note in table.notes:
        word.add_paragraph(note)
    word.add_paragraph("")
    if table.look.landscape:
        _turn(word)


def _turn(word: Any) -> None:
    """A new page, on its side or upright again."""
    before = word.sections[-1]
    section = word.add_section(WD_SECTION.NEW_PAGE)
    section.page_width, section.page_height = before.page_height, before.page_width
    on_side = before.orientation == WD_ORIENT.LANDSCAPE
    section.orientation = WD_ORIENT.PORTRAIT if on_side else WD_ORIENT.LANDSCAPE


def _look(grid: Any, table: Table, heads: int) -> None:
    for number in table.groups:
        _merge(grid, (heads + number, 0), (heads + number, len(table.heads[0]) - 1), table.cells[number][0])
    for row in grid.rows[heads:]:
        for place in table.look.right:
            for paragraph in row.cells[place].paragraphs:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for cell in grid.rows[heads - 1].cells[1:] if table.look.turned else ():
        direction = OxmlElement("w:textDirection")
        direction.set(qn("w:val"), "btLr")
        cell._tc.get_or_add_tcPr().append(direction)
    if table.look.turned:
        grid.rows[heads - 1].height = Cm(4)


def _merge_heads(grid: Any, number: int, row: list[tuple[str, int, int]]) -> None:
    column = 0 if number == 0 else 1
    for name, wide, tall in row:
        if wide > 1 or tall > 1:
            _merge(grid, (number, column), (number + tall - 1, column + wide - 1), name)
        column += wide


def _merge(grid: Any, first: tuple[int, int], last: tuple[int, int], said: str) -> None:
    merged = grid.cell(*first).merge(grid.cell(*last))
    for paragraph in merged.paragraphs[1:]:
        paragraph._p.getparent().remove(paragraph._p)
    merged.text = said
