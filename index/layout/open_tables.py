"""Tables that have rules across and none down, as books and LaTeX print them: gaps part their columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from index.layout.joining import unbroken
from index.layout.lines import is_prose, rows
from index.layout.words import Word
from index.tables import Row

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in points."""

_SLACK = 2.0
_GAP = 6.0
_MIN_BREADTH = 100.0
_PROSE_LINES = 6


@dataclass(frozen=True)
class Found:
    """A table's cells with its place; ``bold`` says which rows name the columns by their face or place."""

    box: Box
    rows: tuple[Row, ...]
    bold: tuple[bool, ...]
    caption: str | None = None


@dataclass
class _Rules:
    """Rules of one breadth, from the top; ``starts`` is where the pieces begin they are drawn in."""

    left: float
    right: float
    tops: list[float]
    starts: list[float]


def inside(word: Word, box: Box) -> bool:
    """Whether the middle of a word is in a box."""
    x, y = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
    return box[0] - _SLACK <= x <= box[2] + _SLACK and box[1] <= y <= box[3]


def open_tables(edges: Sequence[Any], words: Sequence[Word]) -> Iterator[Found]:
    """The tables between rules across, three or more, that lie over one another and have columns between them."""
    for rules in _parallel(edges):
        group: list[float] = rules.tops[:1]
        for above, below in pairwise(rules.tops):
            if _has_columns(rules, above, below, words):
                group.append(below)
                continue
            yield from _table(rules, group, words)
            group = [below]
        yield from _table(rules, group, words)


def _parallel(edges: Sequence[Any]) -> list[_Rules]:
    found: list[_Rules] = []
    for top, starts, right in _across(edges):
        same = next((each for each in found if abs(each.left - starts[0]) < 4 and abs(each.right - right) < 4), None)
        if same is None:
            found.append(_Rules(starts[0], right, [top], starts))
        elif top - same.tops[-1] > 3:
            same.tops.append(top)
            same.starts = max(same.starts, starts, key=len)
    return found


def _across(edges: Sequence[Any]) -> Iterator[tuple[float, list[float], float]]:
    """Height, the starts of the pieces and right end of each rule; one drawn cell by cell is one rule."""
    pieces = sorted((round(edge["top"]), edge["x0"], edge["x1"]) for edge in edges if edge["orientation"] == "h")
    merged: list[tuple[float, list[float], float]] = []
    for top, left, right in pieces:
        if merged and merged[-1][0] == top and left - merged[-1][2] < 3:
            new = [left] if left - merged[-1][1][-1] > _SLACK else []
            merged[-1] = (top, [*merged[-1][1], *new], max(merged[-1][2], right))
        else:
            merged.append((top, [left], right))
    yield from (rule for rule in merged if rule[2] - rule[1][0] > _MIN_BREADTH)


def _between(rules: _Rules, top: float, bottom: float, words: Sequence[Word]) -> list[list[Word]]:
    return rows([word for word in words if inside(word, (rules.left, top, rules.right, bottom))])


def _has_columns(rules: _Rules, top: float, bottom: float, words: Sequence[Word]) -> bool:
    lines = _between(rules, top, bottom, words)
    return bool(lines) and len(rules.starts if len(rules.starts) > 1 else _columns(lines)) > 1


def _table(rules: _Rules, tops: Sequence[float], words: Sequence[Word]) -> Iterator[Found]:
    if len(tops) < 3:
        return
    lines = _between(rules, tops[0], tops[-1], words)
    known = [start - 1 for start in rules.starts]
    columns = list(zip(known, [*known[1:], float("inf")], strict=True)) if len(known) > 1 else _columns(lines)
    if len(columns) < 2 or len(lines) < 2 or _are_prose(lines, columns):
        return
    heads = [line for line in lines if line[0].base < tops[1]]
    filled = [_filled([line], columns) for line in heads]
    body = [_filled(line, columns) for line in _by_subject(lines[len(heads) :], columns[0][1])]
    box = (rules.left, tops[0], rules.right, tops[-1])
    yield Found(box, tuple(filled + body), tuple(number < len(filled) for number in range(len(filled) + len(body))))


def _are_prose(lines: list[list[Word]], columns: Sequence[tuple[float, float]]) -> bool:
    """Whether the columns hold running text: a page of two columns between rules is no table."""
    sides = [[[word for word in line if low <= word.x0 < high] for line in lines] for low, high in columns]
    filled = [[line for line in side if line] for side in sides]
    return all(len(side) >= _PROSE_LINES and is_prose(side) for side in filled)


def _by_subject(lines: list[list[Word]], first_ends: float) -> list[list[list[Word]]]:
    """The lines of each row, which has one in its first column: the first, or the middle where lines stand above it."""
    subjects = [number for number, line in enumerate(lines) if line[0].x0 < first_ends]
    if not subjects:
        return [[line] for line in lines]
    centred = subjects[0] > 0
    found: dict[int, list[list[Word]]] = {number: [] for number in subjects}
    for number, line in enumerate(lines):
        above = [each for each in subjects if each <= number]
        nearest = min(subjects, key=lambda each: abs(lines[each][0].base - line[0].base))
        found[nearest if centred or not above else above[-1]].append(line)
    return list(found.values())


def _filled(lines: Sequence[Sequence[Word]], columns: Sequence[tuple[float, float]]) -> Row:
    return tuple(
        unbroken([" ".join(word.text for word in line if low <= word.x0 < high) for line in lines])
        for low, high in columns
    )


def _columns(lines: Sequence[Sequence[Word]]) -> list[tuple[float, float]]:
    """From where to where columns reach: gaps that run down through all lines part them."""
    merged: list[list[float]] = []
    for start, end in sorted((word.x0, word.x1) for line in lines for word in line):
        if merged and start - merged[-1][1] < _GAP:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    starts = [span[0] - 1 for span in merged]
    return list(zip(starts, [*starts[1:], float("inf")], strict=True))
