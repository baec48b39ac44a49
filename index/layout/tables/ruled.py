"""Tables of a page, found by pdfplumber from their rules and filled with the page's words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pdfplumber

from index.layout.joining import in_cell, unbroken
from index.layout.lines import Line, rows
from index.layout.picture import Edge
from index.layout.tables.cells import Box, Found, inside
from index.layout.tables.open import open_tables
from index.layout.tables.turned import stacked, upright
from index.layout.word import Word
from index.tables import CAPTION, Row

# The step between two lines of a caption, in heights of its face.
_CAPTION_STEP = 1.6
_SLACK = 2.0
_THIN = 3.0
# A box with one cell is a frame round text; a chart's grid has hardly any words.
_MIN_FILLED = 0.4


def tables_of(page: Any, words: Sequence[Word], pictured: Sequence[Edge] = ()) -> list[Found]:
    """The tables of a pdfplumber page. Ruled ones have cells; between rules that only run across, gaps part columns.

    ``pictured`` are the rules of a page's picture.
    """
    drawn = page.filter(_is_drawn)
    edges = [*drawn.edges, *pictured]
    across = [*(_closing(each) for each in _cut(edges)), *(edge for edge in pictured if edge["orientation"] == "h")]
    down = [edge for edge in pictured if edge["orientation"] == "v"]
    tables = drawn.find_tables({"explicit_horizontal_lines": across, "explicit_vertical_lines": down})
    ruled = [found for table in tables if (found := _ruled(table, words))]
    free = [word for word in words if not any(inside(word, each.box) for each in ruled)]
    return [*ruled, *open_tables(edges, upright(free))]


def _is_drawn(thing: Any) -> bool:
    """Whether a thing on a page is no mere shade behind rows: stripes part nothing."""
    filled = thing["object_type"] == "rect" and thing.get("fill") and not thing.get("stroke")
    return not (filled and min(thing["width"], thing["height"]) > _THIN)


def _cut(edges: Sequence[Any]) -> Iterator[list[Any]]:
    """Lines down that end together where no line runs across: a page's end cuts the row between them."""
    across = [
        (edge["top"], edge["x0"], edge["x1"])
        for edge in edges
        if edge["orientation"] == "h" and edge["x1"] - edge["x0"] > _THIN
    ]
    down = [edge for edge in edges if edge["orientation"] == "v"]
    ending: dict[int, list[Any]] = defaultdict(list)
    for edge in down:
        closed = any(
            abs(top - edge["bottom"]) < 2 * _SLACK and left - _SLACK <= edge["x0"] <= right + _SLACK
            for top, left, right in across
        )
        if not (closed or any(_goes_on(edge, other) for other in down)):
            ending[round(edge["bottom"])].append(edge)
    yield from (found for found in ending.values() if len(found) > 2)


def _goes_on(edge: Any, other: Any) -> bool:
    """Whether a line down is the next piece of another."""
    return bool(abs(edge["x0"] - other["x0"]) < _SLACK and other["top"] < edge["bottom"] + _SLACK < other["bottom"])


def _closing(edges: Sequence[Any]) -> dict[str, Any]:
    """The line across that a page's end left out."""
    bottom = max(edge["bottom"] for edge in edges)
    left, right = min(edge["x0"] for edge in edges), max(edge["x1"] for edge in edges)
    return {
        **edges[0],
        "x0": left,
        "x1": right,
        "top": bottom,
        "bottom": bottom,
        "width": right - left,
        "height": 0,
        "orientation": "h",
        "object_type": "line",
    }


def captioned(found: Found, lines: Sequence[Line]) -> tuple[Found, list[Line]]:
    """The table with its caption, and the lines, just above or below it, where that stands."""
    left, top, right, bottom = found.box
    near = (
        line
        for line in lines
        if CAPTION.match(line.text) and line.x0 < right and line.x1 > left and top - 30 < line.base < bottom + 30
    )
    line = min(near, key=lambda each: min(abs(each.base - top), abs(each.base - bottom)), default=None)
    if line is None:
        return found, []
    whole = [line]
    for each in lines[lines.index(line) + 1 :]:
        close = 0 < each.base - whole[-1].base < _CAPTION_STEP * line.size and abs(each.size - line.size) < 1
        if line.base > top or each.base > top or not close:
            break
        whole.append(each)
    return replace(found, caption=unbroken(each.text for each in whole)), whole


def outside(words: Sequence[Word], found: Sequence[Found]) -> list[Word]:
    """The words that stand in no table."""
    return [word for word in words if not any(inside(word, each.box) for each in found)]


def _ruled(table: Any, words: Sequence[Word]) -> Found | None:
    cells: list[Box] = list(table.cells)
    columns = _tracks([cell[0] for cell in cells], table.bbox[2])
    lines = _tracks([cell[1] for cell in cells], table.bbox[3])
    if len(columns) < 2 or len(lines) < 2:
        return None
    # A word belongs to one cell, the merged one where cells are merged.
    words_of = {cell: [word for word in words if inside(word, cell)] for cell in cells}
    filled: list[tuple[Row, bool]] = []
    for top, bottom in lines:
        covering = [
            _over(cells, (left + right) / 2, (top + bottom) / 2)
            or _unclosed((left, top, right, bottom), words_of, words)
            for left, right in columns
        ]
        row = tuple(_text(words_of[cell]) for cell in covering)
        faces = [word.bold for cell in dict.fromkeys(covering) for word in words_of[cell]]
        if any(row):
            filled.append((row, all(faces)))
    said = sum(bool(cell) for row, _ in filled for cell in row)
    if len(filled) < 2 or said < _MIN_FILLED * len(filled) * len(columns):
        return None
    starts = tuple(left for left, _ in columns)
    held = {id(word) for those in words_of.values() for word in those}
    lost = any(inside(word, table.bbox) and id(word) not in held for word in words)
    return Found(
        table.bbox,
        tuple(row for row, _ in filled),
        tuple(bold for _, bold in filled),
        starts=starts,
        drawn=True,
        doubtful=lost,
    )


def _unclosed(place: Box, words_of: dict[Box, list[Word]], words: Sequence[Word]) -> Box:
    """The place of a cell that a page's end leaves without a line below, with the words there that no cell has."""
    held = {id(word) for those in words_of.values() for word in those}
    words_of[place] = [word for word in words if inside(word, place) and id(word) not in held]
    return place


def _tracks(starts: Sequence[float], end: float) -> list[tuple[float, float]]:
    """From where to where columns, or rows, reach whose cells begin at ``starts``."""
    firsts = sorted(starts)
    distinct = [each for number, each in enumerate(firsts) if not number or each - firsts[number - 1] > _SLACK]
    return list(zip(distinct, [*distinct[1:], end], strict=True))


def _over(cells: Sequence[Box], x: float, y: float) -> Box | None:
    """The cell that covers a place."""
    return next((cell for cell in cells if cell[0] <= x <= cell[2] and cell[1] <= y <= cell[3]), None)


def _text(words: Sequence[Word]) -> str:
    """The words of a cell: its lines joined, then what is turned, in the order in which it is read."""
    lines = [" ".join(word.text for word in row) for row in rows(words)]
    turned = [word for line in stacked(words) for word in line]
    return in_cell([*lines, *([" ".join(word.text for word in turned)] if turned else [])])


class Ruled:
    """pdfplumber's view of a file, opened when a page with rules is first met."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._pdf: Any = None

    def tables(self, position: int, words: Sequence[Word], pictured: Sequence[Edge] = ()) -> list[Found]:
        """The tables of the page at ``position`` (from 0); ``pictured`` are the rules of its picture."""
        if self._pdf is None:
            self._pdf = pdfplumber.open(self._file)
        page = self._pdf.pages[position]
        try:
            return tables_of(page, words, pictured)
        finally:
            page.close()

    def close(self) -> None:
        """Close the file."""
        if self._pdf is not None:
            self._pdf.close()
