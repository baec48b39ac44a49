"""Tables without any rules: lines in a row whose parts stand below one another, with gaps that no sentence has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from index.layout.lines import is_prose, rows
from index.layout.open_tables import Found
from index.layout.words import Word
from index.tables import Row

_LEAST_ROWS = 3
_GAP = 1.4
_SLACK = 5.0
# A list's marker and its text, and a line of contents with its page, are no cells.
_MARKER = re.compile(r"^\W*$|^\(?(?:\d{1,2}(?:\.\d+)*|[a-z]|[ivx]{1,4})[.)]*$")

Cells = list[list[Word]]


def aligned_tables(words: Sequence[Word]) -> Iterator[Found]:
    """The tables of three rows and more among a page's words."""
    run: list[Cells] = []
    for line in rows(words):
        cells = _cells(line)
        if run and not (_below(run[-1], cells) and len(cells) > 1):
            yield from _table(run)
            run = []
        if len(cells) > 1:
            run.append(cells)
    yield from _table(run)


def _cells(line: Sequence[Word]) -> Cells:
    cells: Cells = [[line[0]]]
    for before, word in pairwise(line):
        if word.x0 - before.x1 > _GAP * word.size:
            cells.append([])
        cells[-1].append(word)
    return cells


def _below(above: Cells, cells: Cells) -> bool:
    """Whether each cell stands below the one above it, by its left, its right or its middle."""
    near = 0 < cells[0][0].base - above[0][0].base < 3 * cells[0][0].size
    return near and len(above) == len(cells) and all(map(_in_line, above, cells))


def _in_line(one: Sequence[Word], other: Sequence[Word]) -> bool:
    left, right = other[0].x0 - one[0].x0, other[-1].x1 - one[-1].x1
    return min(abs(left), abs(right), abs(left + right) / 2) < _SLACK


def _table(run: Sequence[Cells]) -> Iterator[Found]:
    if len(run) < _LEAST_ROWS or _is_list(run) or any(is_prose(column) for column in zip(*run, strict=True)):
        return
    texts: list[Row] = [tuple(" ".join(word.text for word in cell) for cell in cells) for cells in run]
    words = [word for cells in run for cell in cells for word in cell]
    box = (
        min(word.x0 for word in words),
        min(word.top for word in words),
        max(word.x1 for word in words),
        max(word.bottom for word in words),
    )
    yield Found(box, tuple(texts), tuple(all(word.bold for cell in cells for word in cell) for cells in run))


def _is_list(run: Sequence[Cells]) -> bool:
    """Whether there are two columns of which one only marks or counts."""
    if len(run[0]) > 2:
        return False
    sides = [[" ".join(word.text for word in cells[side]) for cells in run] for side in (0, 1)]
    numbers = [int(text) for text in sides[1] if text.isdecimal()]
    contents = len(numbers) == len(run) and numbers == sorted(numbers)
    return contents or sum(_MARKER.match(text) is not None for text in sides[0]) * 2 > len(run)
