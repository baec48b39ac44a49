"""Cells where no lines are drawn round them: gaps that run down part the columns, steps and fits the rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from index.layout.joining import in_cell
from index.layout.lines import pieces
from index.layout.lines import rows as rows_of
from index.layout.tables.columns import WIDER, Column, Line, cell, crosses, is_doubtful, space
from index.layout.word import Word
from index.tables import Row, hangs

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in points."""
_SLACK = 2.0
# Steps between the lines of a cell, in heights of its face, and by how much those between rows are larger.
_LEADING = 1.5
_LARGER = 1.15
_SPACE = 0.35
_MOSTLY = 0.7
_EXACT = 0.1
# The share of subjects with a capital where a small letter goes on with the one above.
_CAPITAL = 0.6
# A gap between words of one cell, in spaces.
_FAR = 2.5
# What goes on with a text: "for 3 doses", "(at most 2 mg)".
_CONNECTS = re.compile(r"\((?!\d+\))|(?:for|then|with|and|or|to|by|in|at|of|on|over|per|plus|if|until|unless|except)\b")
_NUMBER = re.compile(r"[<>≤≥]?\d[\d.,]*%?")


@dataclass(frozen=True)
class Found:
    """A table's cells with its place; ``bold`` says which rows name the columns by their face or place.

    ``starts`` are the left edges of its columns; ``drawn``: lines are drawn round its cells;
    ``guessed``: that its first row names columns is only guessed; ``doubtful``: that words may stand in
    another cell than theirs; ``only_names``: that its rows are on the next page.
    """

    box: Box
    rows: tuple[Row, ...]
    bold: tuple[bool, ...]
    caption: str | None = None
    starts: tuple[float, ...] = ()
    drawn: bool = False
    guessed: bool = False
    doubtful: bool = False
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


def rowed(lines: Sequence[Line], parts: Sequence[Column]) -> list[list[Line]]:
    """The lines of each row.

    Where some steps are larger than others, they part the rows. Else a line goes on with the row above if none of its
    first words would have fitted on the line above, where the cell's writer would have put it.
    """
    steps = [second[0].base - first[0].base for first, second in pairwise(lines)]
    size = median(word.size for line in lines for word in line)
    if any(0 < step < 0.75 * size for step in steps):
        return _centred(lines, parts[0])
    within = _within(steps, size)
    if within:
        return _hung(_split(lines, [step > within for step in steps]), parts)
    ends = _ends(lines, parts)
    rows: list[list[Line]] = [[lines[0]]] if lines else []
    for line, step in zip(lines[1:], steps, strict=True):
        if step > 1.7 * size or _is_new(rows[-1], line, parts, ends):
            rows.append([])
        rows[-1].append(line)
    return rows


def _split(lines: Sequence[Line], new: Sequence[bool]) -> list[list[Line]]:
    """The lines in groups; each of ``new`` says whether the next line begins one."""
    rows = [[lines[0]]]
    for line, begins in zip(lines[1:], new, strict=True):
        if begins:
            rows.append([])
        rows[-1].append(line)
    return rows


def _hung(rows: Sequence[list[Line]], parts: Sequence[Column]) -> list[list[Line]]:
    """The rows, where cells hang from their tops parted where a word stands under an empty place."""
    several = [row for row in rows if len(row) > 1]
    hung = sum(not any(_under_empty(row[0], line, parts) for line in row[1:]) for row in several)
    if hung < _MOSTLY * len(several):
        return list(rows)
    return [
        part
        for row in rows
        for part in _split(row, [_under_empty(above, line, parts) for above, line in pairwise(row)])
    ]


def _under_empty(above: Line, line: Line, parts: Sequence[Column]) -> bool:
    return any(cell(line, part) and not cell(above, part) for part in parts)


def _within(steps: Sequence[float], size: float) -> float | None:
    """The largest step between lines of one cell; None where steps do not tell, being all about the same."""
    ordered = sorted(step for step in steps if step > 0)
    jumps = [(second / first, first) for first, second in pairwise(ordered) if first <= _LEADING * size]
    ratio, jump = max(jumps, default=(0.0, 0.0))
    return jump * (1 + _LARGER) / 2 if ratio > _LARGER else None


def _ends(lines: Sequence[Line], parts: Sequence[Column]) -> list[float]:
    """Where the cells of each column end: as far before the next as in the column that leaves least."""
    ends = [
        max((word.x1 for line in lines for word in cell(line, part) if word.x1 < part[1]), default=part[0])
        for part in parts
    ]
    gap = min(following[0] - end for end, following in zip(ends, parts[1:], strict=False))
    return [max(end, following[0] - gap) for end, following in zip(ends, parts[1:], strict=False)] + ends[-1:]


def _is_new(row: Sequence[Line], line: Line, parts: Sequence[Column], ends: Sequence[float]) -> bool:
    """Whether a line begins a row, where all lines are as far apart.

    The lines of a cell stand below one another without a gap, so that a word under an empty place begins a row, and a
    line that lacks what the columns hold goes on with the one above. Else it begins one if a word of it would have
    fitted on the line above, where the cell's writer would have put it, or if it is a number under a number.
    """
    cells = [cell(line, part) for part in parts]
    above = [cell(row[-1], part) for part in parts]
    if _under_empty(row[-1], line, parts):
        return True
    if any(words and over and hangs(over[-1].text) for words, over in zip(cells, above, strict=True)):
        return False
    fitting = [
        bool(words) and over[-1].x1 + 0.25 * words[0].size + words[0].x1 - words[0].x0 < end
        for words, over, end in zip(cells, above, ends, strict=True)
    ]
    begins = [words[0].text for words in cells if words]
    if len(parts) > 2 and not all(cells[1:]):
        return fitting[0] and not begins[0][0].islower() and begins[0][0] != "("
    if any(map(_CONNECTS.match, begins)) and not any(text[0].isupper() or text[0].isdigit() for text in begins):
        return False
    numbers = any(
        words and all(len(each) == 1 and _NUMBER.fullmatch(each[0].text) for each in (words, over))
        for words, over in zip(cells, above, strict=True)
    )
    subject = len(parts) > 2 and bool(cells[0]) and not cells[0][0].text[:1].islower()
    return numbers or subject or any(fitting)


def _centred(lines: Sequence[Line], first: Column) -> list[list[Line]]:
    """Rows whose cells stand at their middles: each line to the nearest one that has a subject."""
    subjects = [line for line in lines if cell(line, first)] or lines
    rows: dict[int, list[Line]] = {id(subject): [] for subject in subjects}
    for line in lines:
        rows[id(min(subjects, key=lambda each: abs(each[0].base - line[0].base)))].append(line)
    return list(rows.values())


def subjects_joined(grouped: Sequence[Sequence[Line]], rows: Sequence[Row], parts: Sequence[Column]) -> list[Row]:
    """The rows, where the words of a merged cell stand beside several of them with the whole in each.

    They are told by a small letter among subjects with capitals, and by that they would not have fitted above.
    """
    subjects = [row[0] for row in rows if row[0][:1].isalpha()]
    ends = _ends([line for lines in grouped for line in lines], parts)
    done = list(rows)
    if sum(subject[0].isupper() for subject in subjects) < _CAPITAL * len(subjects):
        return done
    for place in range(1, len(done)):
        above, words = cell(grouped[place - 1][-1], parts[0]), cell(grouped[place][0], parts[0])
        broken = words and above and words[0].text[0].islower() and above[-1].x1 + words[0].x1 - words[0].x0 > ends[0]
        if broken and all(done[place][1:]) and all(done[place - 1][1:]):
            whole = in_cell([done[place - 1][0], done[place][0]])
            done[place - 1 : place + 1] = [(whole, *row[1:]) for row in done[place - 1 : place + 1]]
    return done


def filled(lines: Sequence[Line], parts: Sequence[Column]) -> Row:
    """The cells of a row's lines; one that runs on over several columns names the rows below it."""
    if len(lines) == 1 and _runs_on(lines[0], parts):
        return (" ".join(word.text for word in lines[0]), *("" for _ in parts[1:]))
    return tuple(in_cell([" ".join(word.text for word in cell(line, part)) for line in lines]) for part in parts)


def are_doubtful(lines: Sequence[Line], parts: Sequence[Column]) -> bool:
    """Whether words of lines may belong to another column than the one that they were put in."""
    least = _FAR * space(lines)
    return any(is_doubtful(line, parts, least) for line in lines if not _runs_on(line, parts))


def _runs_on(line: Line, parts: Sequence[Column]) -> bool:
    close = all(word.x0 - before.x1 < _SPACE * word.size for before, word in pairwise(line))
    return close and line[0].x0 < parts[0][1] and any(crosses(line, part) for part in parts[1:])


def head_rows(lines: Sequence[Line], parts: Sequence[Column], body: Sequence[Line]) -> list[Row]:
    """The rows of names over a ``body``; those over the first column, which may stand beside several, are one."""
    exact = rows_of((word for line in lines for word in line), _EXACT)
    own = [line for line in exact if line[-1].x0 >= parts[0][1]]
    rows = [named(row, parts, body) for row in rowed(own or exact, parts)]
    first = in_cell([" ".join(word.text for word in cell(line, parts[0])) for line in exact])
    return spread([((first if not number else ""), *row[1:]) for number, row in enumerate(rows)])


def named(lines: Sequence[Line], parts: Sequence[Column], body: Sequence[Line]) -> Row:
    """The names in a row's lines; one over several columns stands in that where it begins.

    Where a word stands right above those of a column of the ``body``, another name begins.
    """
    lefts = [min((word.x0 for line in body for word in cell(line, part)), default=part[0]) for part in parts]
    least = WIDER * space([*lines, *body])
    names = [[name for piece in pieces(line) for name in _apart(piece, parts, lefts, least)] for line in lines]
    begins = [
        [" ".join(word.text for name in line if low <= name[0].x0 < high for word in name) for line in names]
        for low, high in parts
    ]
    return tuple(in_cell([text for text in column if text]) for column in begins)


def _apart(piece: Sequence[Word], parts: Sequence[Column], lefts: Sequence[float], least: float) -> list[list[Word]]:
    found = [[piece[0]]]
    for before, word in pairwise(piece):
        if word.x0 - before.x1 > least and any(
            abs(word.x0 - left) < _SLACK and before.x1 < part[0] + _SLACK
            for part, left in zip(parts, lefts, strict=True)
        ):
            found.append([])
        found[-1].append(word)
    return found


def spread(heads: Sequence[Row]) -> list[Row]:
    """Rows of names, one over several columns in each of them: those whose place is empty above a name.

    They are to its right, and to its left where what stands there is nobody's.
    """
    done: list[Row] = []
    for number, row in enumerate(heads):
        below = heads[number + 1] if number + 1 < len(heads) else ()
        names = list(row)
        for place in range(1, len(names)):
            if not names[place] and below and below[place]:
                left = names[place - 1] if place > 1 and below[place - 1] else ""
                names[place] = left or next(filter(None, row[place + 1 : place + 2]), "")
        done.append(tuple(names))
    return done
