"""Where the columns of a table without lines down begin: at gaps that run down, and where words are aligned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from index.layout.joining import is_word
from index.layout.lines import GAP, pieces
from index.layout.word import Word
from index.tables import MARKS

Column = tuple[float, float]
"""From where to where a column reaches."""
Line = Sequence[Word]

# The share of lines that may reach over the gap between two columns: heads and rows over all columns.
_CROSSING = 0.12
# How far apart words are that begin at one place, in points, and the share of lines in which words of a column do.
_SAME = 0.8
_SUPPORT = 0.15
_MANY = 0.4
# The least letters of a word that lies over another.
_LETTERS = 4
# A gap between cells, in spaces between words.
WIDER = 1.35
_SPACE = 0.5
_APART = 4.0
# By how much of its height a word too long for its cell may reach over the next column's beginning.
_OVERHANG = 0.5


def columns(lines: Sequence[Line]) -> list[Column]:
    """The columns of ``lines``; the last has no end."""
    return list(_columns(list(_widened(_starts(lines), lines)), lines))


def cell(line: Line, column: Column) -> list[Word]:
    """The words of a line in a column."""
    return [word for word in line if column[0] <= word.x0 < column[1]]


def crosses(line: Line, parts: Sequence[Column]) -> bool:
    """Whether a word of a line reaches over a column's beginning, where no other one begins.

    One that begins where its column does is too long for its cell, and the next cell is empty there.
    """
    return any(_reach_over(line, own, following) for own, following in pairwise(parts))


def _reach_over(line: Line, own: Column, following: Column) -> bool:
    start = following[0]
    over = [word for word in line if word.x0 < start and word.x1 > start + 1 + _OVERHANG * word.size]
    begun = any(abs(word.x0 - start - 1) < 2 * _SAME for word in line)
    return bool(over) and not begun and not all(_is_too_long(word, line, own, following) for word in over)


def _is_too_long(word: Word, line: Line, own: Column, following: Column) -> bool:
    """Whether a word of one piece fills its cell from the left edge on, and no other one is in the next cell.

    One that is not known may be those of two cells that lie over one another, where others stand to its right.
    """
    alone = not any(following[0] <= other.x0 < following[1] for other in line)
    last = word is line[-1] and all(abs(left - following[0]) > _APART for _, left in word.joints)
    whole = last or is_word(word.text.rstrip(MARKS))
    return alone and whole and abs(word.x0 - own[0] - 1) < 2 * _SAME


def of_names(lines: Sequence[Line]) -> list[Column]:
    """The columns of lines that hold only their names: one begins where a name does."""
    least = WIDER * space(lines)
    found: list[float] = []
    for start in sorted(piece[0].x0 - 1 for line in lines for piece in pieces(line, least)):
        if not found or start - found[-1] > _APART:
            found.append(start)
    return list(_columns(found, lines))


def is_doubtful(line: Line, parts: Sequence[Column], least: float) -> bool:
    """Whether words of a line may stand in another column than the one that they were put in."""
    apart = any(word.x0 - before.x1 > least for part in parts for before, word in pairwise(cell(line, part)))
    return apart or crosses(line, parts)


def parted(lines: Sequence[Line], parts: Sequence[Column]) -> list[list[Word]]:
    """The lines with words in two where the text of one cell touches that of the next."""
    return [[half for word in line for half in _halves(word, parts)] for line in lines]


def space(lines: Sequence[Line]) -> float:
    """The usual space between two words, in points."""
    gaps = [
        word.x0 - before.x1
        for line in lines
        for before, word in pairwise(line)
        if 0 < word.x0 - before.x1 < _SPACE * word.size
    ]
    size = median([word.size for line in lines for word in line] or [10.0])
    return median(gaps) if gaps else 0.25 * size


def _halves(word: Word, parts: Sequence[Column]) -> Iterator[Word]:
    for start, _ in parts[1:]:
        for offset, left in word.joints:
            if word.x0 < start - 1 and abs(left - start - 1) < 2 * _SAME and not is_word(word.text):
                yield replace(word, text=word.text[:offset], x1=min(left, word.x1), joints=())
                yield replace(word, text=word.text[offset:], x0=left, joints=())
                return
        if (both := _overlaid(word, start)) is not None:
            yield from both
            return
    yield word


def _overlaid(word: Word, start: float) -> tuple[Word, Word] | None:
    """Two known words of which the end of one lies on the other's beginning: PDFium gives letters at one place once."""
    if not (word.x0 < start - 1 < word.x1) or len(word.text) < 2 * _LETTERS or is_word(word.text):
        return None
    near = round(len(word.text) * (start + 1 - word.x0) / (word.x1 - word.x0))
    for end in sorted(range(max(near - 2, _LETTERS), near + 3), key=lambda each: abs(each - near)):
        for begin in (end - 1, end):
            first, second = word.text[:end], word.text[begin:]
            if len(second) >= _LETTERS and is_word(first) and is_word(second):
                left, right = replace(word, text=first, x1=start), replace(word, text=second, x0=start + 1)
                return replace(left, joints=()), replace(right, joints=())
    return None


def _starts(lines: Sequence[Line]) -> list[float]:
    """The left edges, a point to the left of where words begin."""
    found: list[float] = []
    first = [min(word.x0 for line in lines for word in line) - 1] if lines else []
    for start in sorted([*first, *_gaps(lines), *_aligned(lines)]):
        if not found or start - found[-1] > _APART:
            found.append(start)
    return found


def _widened(starts: Sequence[float], lines: Sequence[Line]) -> Iterator[float]:
    """The left edges, to the left of words that stand apart and mostly in their column: numbers of more digits."""
    least = WIDER * space(lines)
    begins = [
        (word.x0, (word.x0 + word.x1) / 2)
        for line in lines
        for before, word in pairwise(line)
        if word.x0 - before.x1 > least
    ]
    for start in starts:
        yield min([start, *(left - 1 for left, middle in begins if left < start < middle)])


def _columns(starts: Sequence[float], lines: Sequence[Line]) -> Iterator[Column]:
    """The columns between ``starts`` that hold words."""
    between = pairwise([*starts, float("inf")])
    filled = [column[0] for column in between if any(cell(line, column) for line in lines)]
    yield from pairwise([*filled, float("inf")])


def _gaps(lines: Sequence[Line]) -> list[float]:
    """Where gaps end that run down through all lines but a few."""
    spans = [(piece[0].x0, piece[-1].x1) for line in lines for piece in pieces(line)]
    few = int(_CROSSING * len(lines))
    edges = sorted([(start, 1) for start, _ in spans] + [(end, -1) for _, end in spans])
    starts: list[float] = []
    covered, free_from = 0, float("-inf")
    for x, change in edges:
        if change > 0 and covered <= few < covered + change and x - free_from >= GAP / 2:
            starts.append(x - 1)
        covered += change
        if change < 0 and covered <= few < covered + 1:
            free_from = x
    return starts


def _aligned(lines: Sequence[Line]) -> Iterator[float]:
    """Where words of several lines begin after more than a space, and hardly a word of another reaches over.

    Those of a column that is set to the right begin by chance below one another.
    """
    least = WIDER * space(lines)
    begins = sorted(
        (text[0].x0, text[-1].x1, number) for number, line in enumerate(lines) for text in _texts(line, least)
    )
    for group in _near(begins):
        place = median(x for x, _, _ in group)
        over = [line for line in lines if _reaches_over(line, place)]
        within = {number for *_, number in group}
        # What stands alone on its line is the rest of a cell whose words are too long, where many begin here.
        crossing = sum(len(line) > 1 for line in over) if len(within) >= _MANY * len(lines) else len(over)
        enough = len(within) >= max(2, _SUPPORT * len(lines))
        if enough and not _is_set_right(group, begins) and crossing <= _CROSSING * len(lines):
            yield place - 1


def _texts(line: Line, least: float) -> list[list[Word]]:
    """The texts of a line that stand apart by more than ``least``, or lie over one another."""
    found = [[line[0]]]
    for before, word in pairwise(line):
        if word.x0 - before.x1 > least or before.x1 - word.x0 > 0.1 * word.size:
            found.append([])
        found[-1].append(word)
    return found


_Begin = tuple[float, float, int]
"""Where a text begins and ends, and its line."""


def _is_set_right(group: Sequence[_Begin], begins: Sequence[_Begin]) -> bool:
    """Whether the texts of a group all end where others do that begin elsewhere."""
    ends = [end for _, end, _ in group]
    if max(ends) - min(ends) > _SAME:
        return False
    others = [start for start, end, _ in begins if abs(end - ends[0]) < _SAME and abs(start - group[0][0]) > 2 * _SAME]
    return bool(others)


def _near(begins: Sequence[_Begin]) -> Iterator[list[_Begin]]:
    group = list(begins[:1])
    for begin in begins[1:]:
        if begin[0] - group[-1][0] > _SAME:
            yield group
            group = []
        group.append(begin)
    if group:
        yield group


def _reaches_over(line: Line, place: float) -> bool:
    """Whether text of a line runs on over ``place``; that of a cell which touches the next or lies over it does not."""
    return not any(abs(word.x0 - place) < 2 * _SAME for word in line) and any(
        word.x0 < place - 1
        and word.x1 > place + 1
        and not any(abs(left - place) < 2 * _SAME for _, left in word.joints)
        for word in line
    )
