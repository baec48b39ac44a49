"""Cells where no lines are drawn round them: gaps that run down part the columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.layout.joining import in_cell
from index.layout.tables.columns import Column, Line, cell, crosses, is_doubtful, space
from index.layout.word import Word
from index.tables import Row

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in points."""
_SLACK = 2.0
_SPACE = 0.35
# A gap between words of one cell, in spaces.
_FAR = 2.5


@dataclass(frozen=True)
class Found:
    """A table's cells with its place; ``bold`` says which rows name the columns by their face or place.

    ``starts`` are the left edges of its columns; ``drawn``: lines are drawn round its cells;
    ``guessed``: that its first row names columns is only guessed; ``doubtful``: that words may stand in
    another cell than theirs; ``placed``: that an empty cell is surely empty; ``only_names``: that its rows are on the
    next page.
    """

    box: Box
    rows: tuple[Row, ...]
    bold: tuple[bool, ...]
    caption: str | None = None
    starts: tuple[float, ...] = ()
    drawn: bool = False
    guessed: bool = False
    doubtful: bool = False
    placed: bool = False
    only_names: bool = False


def inside(word: Word, box: Box) -> bool:
    """Whether the middle of a word is in a box."""
    x, y = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
    return box[0] - _SLACK <= x <= box[2] + _SLACK and box[1] <= y <= box[3]


def box_of(lines: Sequence[Line]) -> Box:
    """The least box round lines."""
    words = [word for line in lines for word in line]
    return (
        min(word.x0 for word in words),
        min(word.top for word in words),
        max(word.x1 for word in words),
        max(word.bottom for word in words),
    )


def filled(lines: Sequence[Line], parts: Sequence[Column]) -> Row:
    """The cells of a row's lines; one that runs on over several columns names the rows below it."""
    if len(lines) == 1 and runs_on(lines[0], parts):
        return (" ".join(word.text for word in lines[0]), *("" for _ in parts[1:]))
    return tuple(in_cell([" ".join(word.text for word in cell(line, part)) for line in lines]) for part in parts)


def are_doubtful(lines: Sequence[Line], parts: Sequence[Column]) -> bool:
    """Whether words of lines may belong to another column than the one that they were put in."""
    least = _FAR * space(lines)
    return any(is_doubtful(line, parts, least) for line in lines if not runs_on(line, parts))


def runs_on(line: Line, parts: Sequence[Column]) -> bool:
    """Whether a line is one text that begins in the first column and goes on over others."""
    close = all(word.x0 - before.x1 < _SPACE * word.size for before, word in pairwise(line))
    return close and line[0].x0 < parts[0][1] and crosses(line, parts)
