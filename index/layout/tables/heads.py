"""The names over a table's columns: several rows of them, some over more than one column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from index.layout.joining import in_cell
from index.layout.lines import pieces
from index.layout.lines import rows as rows_of
from index.layout.tables.columns import WIDER, Column, Line, cell, space
from index.layout.word import Word
from index.tables import Row

_SLACK = 2.0
_EXACT = 0.1
_NONE = float("inf")
# A narrower gap parts names where a word stands right above those of a column, to within so many points.
_FLUSH, _NEARLY = 0.5, 0.85
# How much lower than the first a second row of names begins, in heights of its face.
_LOWER = 0.5

_Names = list[tuple[float, str]]
"""The names in a column with the heights of their lines."""


def head_rows(lines: Sequence[Line], parts: Sequence[Column], body: Sequence[Line]) -> list[Row]:
    """The row or two rows of names over a ``body``; none where two names stand side by side over one column.

    A column whose names begin lower than the others' is under one that stands over several: that of the column to its
    left, or else to its right, which has a name of its own below, too.
    """
    stacks = _stacks(lines, parts, body)
    if any(_crowded(names) for names in stacks.values()):
        return []
    tops = {place: names[0][0] for place, names in stacks.items() if place and names}
    first = in_cell([text for _, text in stacks[0]])
    slack = _LOWER * max((word.size for line in lines for word in line), default=0.0)
    late = [place for place, top in tops.items() if top > min(tops.values()) + slack]
    below = Counter(round(tops[place], 1) for place in late)
    second = min((top for top in below if below[top] == max(below.values())), default=None)
    owners = {} if second is None else dict(_owners(stacks, late, second))
    if second is None or not owners:
        return [(first, *(_said(stacks[place]) for place in range(1, len(parts))))]
    upper, under = [first], [""]
    for place in range(1, len(parts)):
        owner = owners.get(place)
        over = stacks[place] if owner is None else [each for each in stacks[owner] if each[0] < second - 1]
        upper.append(_said(over))
        under.append("" if owner is None else _said([each for each in stacks[place] if each[0] >= second - 1]))
    return [tuple(upper), tuple(under)]


def named(lines: Sequence[Line], parts: Sequence[Column], body: Sequence[Line]) -> Row:
    """Lines as one row of names: one that stands over several columns is whole where it begins."""
    return tuple(_said(names) for names in _stacks(lines, parts, body).values())


def _owners(stacks: Mapping[int, _Names], late: Sequence[int], second: float) -> Iterator[tuple[int, int]]:
    """Each column under a name that stands over several, and the column where that name stands."""
    own = {place for place in stacks if place and place not in late and _has(stacks[place], second)}
    for place in late:
        left = next((each for each in range(place - 1, 0, -1) if each not in late), 0)
        right = next((each for each in range(place + 1, max(stacks) + 1) if each not in late), 0)
        if owner := next((each for each in (left, right) if each in own), 0):
            yield from ((place, owner), (owner, owner))


def _has(names: _Names, height: float) -> bool:
    """Whether a column has a name above a height and one there."""
    return bool(names) and names[0][0] < height - 1 and any(abs(base - height) < 1 for base, _ in names)


def _crowded(names: _Names) -> bool:
    """Whether two names are on one line."""
    return any(above[0] == name[0] for above, name in pairwise(names))


def _said(names: _Names) -> str:
    return in_cell([text for _, text in names])


def _stacks(lines: Sequence[Line], parts: Sequence[Column], body: Sequence[Line]) -> dict[int, _Names]:
    """The names of each column from the top; one over several stands in that where it begins."""
    exact = rows_of((word for line in lines for word in line), _EXACT)
    lefts = [min((word.x0 for line in body for word in cell(line, part)), default=part[0]) for part in parts]
    least = WIDER * space([*lines, *body])
    edges = [_edges(body, part) for part in parts]
    reach = [_reach(body, part) for part in parts]
    found: dict[int, _Names] = {place: [] for place in range(len(parts))}
    for line in exact:
        names = [name for piece in pieces(line) for name in _apart(piece, parts, lefts, least)]
        column_of = {id(name): _column_of(name, parts, edges, reach) for name in names}
        for place in range(len(parts)):
            found[place] += [
                (line[0].base, " ".join(word.text for word in name)) for name in names if column_of[id(name)] == place
            ]
    return found


def _edges(body: Sequence[Line], part: Column) -> tuple[float, float]:
    """The left and the right edge of a column's cells, each infinite where they do not stand below one another."""
    cells = [words for line in body if (words := cell(line, part))]
    lefts, rights = [words[0].x0 for words in cells], [words[-1].x1 for words in cells]
    return (
        min(lefts) if lefts and max(lefts) - min(lefts) < _SLACK else _NONE,
        max(rights) if rights and max(rights) - min(rights) < _SLACK else _NONE,
    )


def _reach(body: Sequence[Line], part: Column) -> tuple[float, float]:
    """From where to where a column's cells reach; a line of its own may name a group of rows, and reach farther."""
    cells = [words for line in body if (words := cell(line, part)) and len(words) < len(line)]
    lefts, rights = [words[0].x0 for words in cells], [words[-1].x1 for words in cells]
    return min(lefts, default=part[0]), max(rights, default=part[0])


def _column_of(
    name: Sequence[Word],
    parts: Sequence[Column],
    edges: Sequence[tuple[float, float]],
    reach: Sequence[tuple[float, float]],
) -> int:
    """The column that a name is over: that with whose edge it begins, or ends, or else where it begins.

    Where that one's cells end before the name begins, it is the next that is set right, or whose cells are below it.
    """
    left = next((place for place, edge in enumerate(edges) if abs(name[0].x0 - edge[0]) < _SLACK), None)
    right = next((place for place, edge in enumerate(edges) if abs(name[-1].x1 - edge[1]) < _SLACK), None)
    begun = next((place for place, (low, high) in enumerate(parts) if low <= name[0].x0 < high), 0)
    if reach[begun][1] <= name[0].x0:
        following = (place for place, (_, high) in enumerate(reach) if high > name[0].x0)
        place = next(following, begun)
        set_right = edges[place][0] == _NONE > edges[place][1]
        begun = place if set_right or reach[place][0] < name[-1].x1 else begun
    return next((place for place in (left, right) if place is not None), begun)


def _apart(piece: Sequence[Word], parts: Sequence[Column], lefts: Sequence[float], least: float) -> list[list[Word]]:
    """A piece in several names where a word stands right above those of a column of the body."""
    found = [[piece[0]]]
    for before, word in pairwise(piece):
        gap = word.x0 - before.x1
        slack = _SLACK if gap > least else _FLUSH if gap > _NEARLY * least else 0.0
        if any(
            abs(word.x0 - left) < slack and before.x1 < part[0] + _SLACK
            for part, left in zip(parts, lefts, strict=True)
        ):
            found.append([])
        found[-1].append(word)
    return found
