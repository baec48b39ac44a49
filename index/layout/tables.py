"""Tables of a page, found by pdfplumber from their rules and filled with the page's words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pdfplumber

from index.layout.lines import Line, rows
from index.layout.words import Word
from index.tables import Row

_CAPTION = re.compile(r"^(?:table|tab\.|box)\s*[\dA-Z]+(?:\.\d+)*\b", re.IGNORECASE)
_SLACK = 2.0
_GAP = 6.0
_MIN_BREADTH = 100.0
# A box with one cell is a frame round text; a chart's grid has hardly any words.
_MIN_FILLED = 0.4


@dataclass(frozen=True)
class Found:
    """A table's cells with its place; ``bold`` says which rows are bold throughout, ``caption`` what it is called."""

    box: tuple[float, float, float, float]
    rows: tuple[Row, ...]
    bold: tuple[bool, ...]
    caption: str | None = None


def tables_of(page: Any, words: Sequence[Word]) -> list[Found]:
    """The tables of a pdfplumber page. Ruled ones have cells; between rules that only run across, gaps part columns."""
    ruled = [found for table in page.find_tables() if (found := _ruled(table, words))]
    free = [word for word in words if not any(_inside(word, each.box) for each in ruled)]
    return ruled + [found for box, heads in _between_rules(page, ruled) if (found := _open(box, heads, free))]


def captioned(found: Found, lines: Sequence[Line]) -> tuple[Found, Line | None]:
    """The table with its caption, and the line, just above or below it, where that stands."""
    left, top, right, bottom = found.box
    near = (
        line
        for line in lines
        if _CAPTION.match(line.text) and line.x0 < right and line.x1 > left and top - 30 < line.base < bottom + 30
    )
    line = min(near, key=lambda each: min(abs(each.base - top), abs(each.base - bottom)), default=None)
    return (replace(found, caption=line.text), line) if line else (found, None)


def outside(words: Sequence[Word], found: Sequence[Found]) -> list[Word]:
    """The words that stand in no table."""
    return [word for word in words if not any(_inside(word, each.box) for each in found)]


def _ruled(table: Any, words: Sequence[Word]) -> Found | None:
    boxes = [[cell for cell in row.cells] for row in table.rows]
    columns = [column.bbox for column in table.columns]
    if len(columns) < 2 or len(boxes) < 2:
        return None
    inside = [word for word in words if _inside(word, table.bbox)]
    cells = [cell for row in boxes for cell in row if cell]
    # A word belongs to one cell, the merged one where cells are merged.
    of_cell = {cell: _text([word for word in inside if _inside(word, cell)]) for cell in cells}
    bold = {cell: [word.bold for word in inside if _inside(word, cell)] for cell in cells}
    filled: list[Row] = []
    bolds: list[bool] = []
    for row in table.rows:
        middle = [_over(cells, column, row.bbox) for column in columns]
        filled.append(tuple(of_cell.get(cell, "") if cell else "" for cell in middle))
        faces = [face for cell in dict.fromkeys(middle) if cell for face in bold[cell]]
        bolds.append(bool(faces) and all(faces))
    kept = [(row, face) for row, face in zip(filled, bolds, strict=True) if any(row)]
    said = sum(bool(cell) for row, _ in kept for cell in row)
    if len(kept) < 2 or said < _MIN_FILLED * len(kept) * len(columns):
        return None
    return Found(table.bbox, tuple(row for row, _ in kept), tuple(face for _, face in kept))


def _over(cells: Sequence[Any], column: Any, row: Any) -> Any | None:
    """The cell that covers the place where a column and a row meet; the narrowest row of a merged one counts."""
    x, y = (column[0] + column[2]) / 2, (row[1] + min(row[3], row[1] + 8)) / 2
    return next((cell for cell in cells if cell[0] <= x <= cell[2] and cell[1] - 1 <= y <= cell[3] + 1), None)


def _inside(word: Word, box: Any) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
    return bool(box[0] - _SLACK <= x <= box[2] + _SLACK and box[1] <= y <= box[3])


def _text(words: Sequence[Word]) -> str:
    """The words of a cell: its lines joined, then what is turned, in the order in which it is read."""
    lines = [" ".join(word.text for word in row) for row in rows(words)]
    turned = sorted((word for word in words if word.turned), key=lambda each: (round(each.x0), -each.bottom))
    return _unbroken([*lines, *([" ".join(word.text for word in turned)] if turned else [])])


def _unbroken(lines: Sequence[str]) -> str:
    from index.layout.structure import joined

    text = ""
    for line in lines:
        text = joined(text, line)
    return text


def _between_rules(page: Any, ruled: Sequence[Found]) -> Iterator[tuple[tuple[float, float, float, float], float]]:
    """The boxes between a first and a last of rules of one width, three or more, with the height of the second."""
    for left, right, tops in _parallel(page.edges):
        taken = any(
            each.box[0] - 9 < left and right < each.box[2] + 9 and each.box[1] - 9 < tops[-1] and tops[0] < each.box[3] + 9
            for each in ruled
        )
        if len(tops) >= 3 and not taken:
            yield (left, tops[0], right, tops[-1]), tops[1]


def _parallel(edges: Sequence[Any]) -> list[tuple[float, float, list[float]]]:
    """Rules across of one breadth, with the heights at which they stand."""
    found: list[tuple[float, float, list[float]]] = []
    across = (edge for edge in edges if edge["orientation"] == "h" and edge["x1"] - edge["x0"] > _MIN_BREADTH)
    for edge in sorted(across, key=lambda each: float(each["top"])):
        same = next((each for each in found if abs(each[0] - edge["x0"]) < 4 and abs(each[1] - edge["x1"]) < 4), None)
        if same is None:
            found.append((edge["x0"], edge["x1"], [edge["top"]]))
        elif edge["top"] - same[2][-1] > 3:
            same[2].append(edge["top"])
    return found


def _open(box: tuple[float, float, float, float], heads: float, words: Sequence[Word]) -> Found | None:
    inside = rows([word for word in words if _inside(word, box)])
    columns = _columns(inside)
    if len(columns) < 2 or len(inside) < 2:
        return None
    filled: list[list[str]] = []
    heads_until = 0
    for line in inside:
        cells = [" ".join(word.text for word in line if low <= word.x0 < high) for low, high in columns]
        # A line without a subject goes on with the row above it.
        if filled and not cells[0] and len(filled) > heads_until:
            filled[-1] = [" ".join(filter(None, pair)) for pair in zip(filled[-1], cells, strict=True)]
        else:
            filled.append(cells)
        if line[0].base < heads:
            heads_until = len(filled)
    return Found(box, tuple(map(tuple, filled)), tuple(number < heads_until for number in range(len(filled))))


def _columns(lines: Sequence[Sequence[Word]]) -> list[tuple[float, float]]:
    """From where to where columns reach: gaps that run down through nearly all lines part them."""
    spans = sorted((word.x0, word.x1) for line in lines for word in line)
    merged: list[list[float]] = []
    for start, end in spans:
        if merged and start - merged[-1][1] < _GAP:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    starts = [span[0] - 1 for span in merged]
    return list(zip(starts, [*starts[1:], float("inf")], strict=True))


class Ruled:
    """pdfplumber's view of a file, opened when a page with rules is first met."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._pdf: Any = None

    def tables(self, position: int, words: Sequence[Word]) -> list[Found]:
        """The tables of the page at ``position`` (from 0)."""
        if self._pdf is None:
            self._pdf = pdfplumber.open(self._file)
        page = self._pdf.pages[position]
        try:
            return tables_of(page, words)
        finally:
            page.close()

    def close(self) -> None:
        """Close the file."""
        if self._pdf is not None:
            self._pdf.close()
