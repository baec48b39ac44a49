"""Tables without any rules: lines whose parts stand below one another, with gaps that run down between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from index.layout.joining import is_word
from index.layout.lines import is_bullet, is_contents, is_prose, pieces, rows
from index.layout.tables.cells import Found, are_doubtful, box_of, filled
from index.layout.tables.columns import WIDER, Column, Line, cell, columns, crosses, parted, space
from index.layout.tables.grouped import MARKER, alike, parts_of, segments
from index.layout.tables.heads import head_rows, named
from index.layout.tables.rowing import rowed, subjects_joined
from index.layout.word import Word
from index.tables import MARKS, Row, guessed_heads

_LEAST_ROWS = 3
_MOST_HEADS = 4
# The rows that may name columns.
_GUESSED_FROM = 2
_REST_COLUMNS = 3
_NARROW, _SLACK = 3.0, 2.5
# The share of a column's cells that are aligned.
_MOST = 0.6
# The step to a table's next line, in heights of its face.
_STEP = 2.6
_PROSE_LINES = 4
_PROSE_WORDS = 4
# The most columns of text that pages have.
_PAGE_COLUMNS = 3
# The share of a page's breadth that a table over its columns has, and the step to what it stands apart from.
_WIDE = 0.6
_BREAK = 2.0
# Words that are no units: small letters not behind a number.
_WORDS = re.compile(r"(?<![\d\w/] )(?<![\w/])[a-z]+\b(?!/)")
_CUT_WORDS = 4


def aligned_tables(words: Sequence[Word]) -> Iterator[Found]:
    """The tables of three rows and more among the words of one column of a page."""
    run: list[Line] = []
    for line in rows(words):
        contents = is_contents(" ".join(word.text for word in line))
        if run and (contents or not _belongs(run, line)):
            yield from _tables(run)
            run = []
        if not contents and (run or len(parts_of(line)) > 1):
            run.append(line)
    if run:
        yield from _tables(run)


def rest_of(before: Found, words: Sequence[Word]) -> Found | None:
    """The lines at the head of a page, in the columns of a table that the end of the page before cuts."""
    parts = list(pairwise([*before.starts, float("inf")]))
    lines = parted(rows(words), parts)
    if len(parts) < _REST_COLUMNS or not lines:
        return None
    least = WIDER * space(lines)
    taken: list[Line] = []
    for line in lines:
        near = not taken or 0 < line[0].base - taken[-1][0].base < _STEP * line[0].size
        if not near or not alike(line, lines[0]) or not _is_in(line, parts, least):
            break
        taken.append(line)
    if not taken or sum(bool(cell(taken[0], part)) for part in parts) < len(parts) - 1:
        return None
    made = rowed(taken, parts)
    cells = subjects_joined(made.rows, [filled(each, parts) for each in made.rows], parts)
    return Found(
        box_of(taken),
        tuple(cells),
        (False,) * len(cells),
        starts=before.starts,
        doubtful=made.doubtful or are_doubtful(taken, parts),
        placed=made.placed,
    )


def _is_in(line: Line, parts: Sequence[Column], least: float) -> bool:
    """Whether each piece of a line begins where a column does, and reaches over none."""
    placed = all(any(abs(piece[0].x0 - start - 1) < _SLACK for start, _ in parts) for piece in pieces(line, least))
    return placed and not crosses(line, parts)


def wide_tables(words: Sequence[Word]) -> Iterator[Found]:
    """The tables of three columns and more over most of a page's breadth, apart from the text above and below them.

    They are looked for before the page's columns are, since a gap of theirs may lie where the columns have theirs.
    """
    if not words:
        return
    breadth = max(word.x1 for word in words) - min(word.x0 for word in words)
    for block in _blocks(rows(words)):
        for found in aligned_tables([word for line in block for word in line]):
            wide = found.box[2] - found.box[0] > _WIDE * breadth
            lines = [line for line in block if found.box[1] <= line[0].base <= found.box[3]]
            alone = len(lines) > _MOST * len(block)
            if wide and alone and len(found.starts) > 2 and _is_one(lines, found.starts):
                yield found


def _blocks(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """The lines between gaps of more than a line."""
    block = [lines[0]]
    for above, line in pairwise(lines):
        if line[0].base - above[0].base > _BREAK * line[0].size:
            yield block
            block = []
        block.append(line)
    yield block


def _is_one(lines: Sequence[Line], starts: Sequence[float]) -> bool:
    """Whether lines are one table's: those of two side by side seldom reach over both, and text has longer lines."""
    parts = list(pairwise([*starts, float("inf")]))
    sides = [[words for line in lines if (words := cell(line, part))] for part in parts]
    left, right = min(line[0].x0 for line in lines), max(line[-1].x1 for line in lines)
    reach = sum(line[0].x0 < (left + right) / 2 < line[-1].x1 for line in lines)
    if len(parts) <= _PAGE_COLUMNS:
        prose = any(len(side) >= _PROSE_LINES and is_prose(side) for side in sides)
        short = median(len(words) for side in sides for words in side) < _PROSE_WORDS
        return not prose and short and reach >= 0.5 * len(lines)
    return reach >= 0.5 * len(lines)


def _belongs(run: Sequence[Line], line: Line) -> bool:
    """Whether a line leaves a gap of the run's free."""
    step = line[0].base - run[-1][0].base
    return alike(line, run[0]) and 0 < step < _STEP * line[0].size and _has_gap([*run, line])


def _has_gap(lines: Sequence[Line]) -> bool:
    """Whether a gap runs down through all lines."""
    spans = sorted((part[0].x0, part[-1].x1) for line in lines for part in parts_of(line))
    end = spans[0][1]
    for start, stop in spans[1:]:
        if start - end >= _NARROW:
            return True
        end = max(end, stop)
    return False


def _tables(run: Sequence[Line]) -> Iterator[Found]:
    for segment in segments(run):
        yield from _table(segment)


def _table(segment: Sequence[Line]) -> Iterator[Found]:
    lines = _without_notes(_trimmed(segment))
    if len(lines) < 2:
        return
    top = _head_lines(lines)
    by_face = top > 0
    top = top or _over_columns(lines)
    parts = columns(lines[top:])
    if len(parts) < 2 or _is_prose(lines, parts) or not all(_is_aligned(lines[top:], part) for part in parts[1:]):
        return
    lines = [*parted(lines, parts)]
    heads = [lines[:top]] if by_face else _guessed(lines, top, parts)
    head_lines = [line for each in heads for line in each]
    body = lines[len(head_lines) :]
    made = rowed(body, parts)
    cells = subjects_joined(made.rows, [filled(each, parts) for each in made.rows], parts)
    least = (1 if len(parts) > 2 else 2) if by_face else _LEAST_ROWS - len(heads)
    if len(cells) < least or _is_list(cells):
        return
    above = head_rows(head_lines, parts, body) if head_lines else []
    yield Found(
        box_of(lines),
        (*above, *cells),
        (*(True for _ in above), *(False for _ in cells)),
        starts=_lefts(parts),
        guessed=not by_face,
        doubtful=made.doubtful
        or (not above and bool(head_lines))
        or are_doubtful(body, parts)
        or _is_cut_off([row[-1] for row in (*above, *cells)]),
        placed=made.placed,
    )


def _guessed(lines: Sequence[Line], top: int, parts: Sequence[Column]) -> Sequence[Sequence[Line]]:
    """The rows of lines on top that look like names, where no face tells them."""
    grouped = [*(rowed(lines[:top], parts).rows if top else []), *rowed(lines[top:], parts).rows]
    first, rest = grouped[:_GUESSED_FROM], grouped[_GUESSED_FROM:]
    body = [line for each in rest for line in each]
    rows = [*(named(each, parts, body) for each in first), *(filled(each, parts) for each in rest)]
    return grouped[: guessed_heads(rows)]


def _is_cut_off(cells: Sequence[str]) -> bool:
    """Whether the last column holds beginnings of words, as a printer leaves at the edge of a page's column."""
    words = [word for cell in cells for word in _WORDS.findall(cell)]
    return len(words) >= _CUT_WORDS and sum(map(is_word, words)) < 0.5 * len(words)


def _head_lines(lines: Sequence[Line]) -> int:
    """How many lines on top name the columns by their face."""
    bold = [all(word.bold for word in line) for line in lines]
    return next((number for number, each in enumerate(bold) if not each), 0)


def _over_columns(lines: Sequence[Line]) -> int:
    """How many lines on top reach over columns that those below show, as a name over several does."""
    most = range(min(_MOST_HEADS, len(lines) - _LEAST_ROWS) + 1)
    return max(most, key=lambda number: (len(columns(lines[number:])), -number), default=0)


def _lefts(parts: Sequence[Column]) -> tuple[float, ...]:
    return tuple(start for start, _ in parts)


def _is_aligned(lines: Sequence[Line], part: Column) -> bool:
    """Whether most cells of a column stand below one another by their left, their right or their middle."""
    cells = [words for line in lines if (words := cell(line, part))]
    lefts, rights = [words[0].x0 for words in cells], [words[-1].x1 for words in cells]
    middles = [(left + right) / 2 for left, right in zip(lefts, rights, strict=True)]
    return any(
        sum(abs(place - median(places)) < _SLACK for place in places) >= _MOST * len(cells)
        for places in (lefts, rights, middles)
    )


def _trimmed(segment: Sequence[Line]) -> list[Line]:
    """The lines from the first of several pieces on, without what stands farther off below: a line of text."""
    first = next((place for place, line in enumerate(segment) if len(parts_of(line)) > 1), len(segment))
    lines = list(segment[first:])
    while len(lines) > 2 and len(parts_of(lines[-1])) == 1:
        steps = [second[0].base - first[0].base for first, second in pairwise(lines[:-1])]
        if lines[-1][0].base - lines[-2][0].base <= 1.1 * max(steps):
            break
        lines.pop()
    return lines


def _without_notes(lines: list[Line]) -> list[Line]:
    """The lines without the text below them: from a footnote's mark on, and what runs on over half of the breadth."""
    if not lines:
        return lines
    least = WIDER * space(lines)
    breadth = max(line[-1].x1 for line in lines) - min(line[0].x0 for line in lines)
    running = [len(pieces(line, least)) == 1 for line in lines]
    end = len(lines)
    for place in range(len(lines) - 1, 0, -1):
        if not running[place]:
            break
        if lines[place][0].text[0] in MARKS or lines[place][-1].x1 - lines[place][0].x0 > breadth / 2:
            end = place
    return lines[:end]


def _is_prose(lines: Sequence[Line], parts: Sequence[Column]) -> bool:
    """Whether two columns hold running text."""
    sides = [[words for line in lines if (words := cell(line, part))] for part in parts]
    return len(parts) == 2 and all(len(side) >= _PROSE_LINES and is_prose(side) for side in sides)


def _is_list(cells: Sequence[Row]) -> bool:
    """Whether a column only marks what stands beside it, or the last counts pages."""
    firsts, lasts = ([row[side] for row in cells if row[side]] for side in (0, -1))
    numbers = [int(text) for text in lasts if text.isdecimal()]
    counted = sum(MARKER.match(text) is not None for text in firsts) * 2 > len(firsts)
    contents = len(numbers) == len(lasts) and numbers == sorted(numbers)
    if len(cells[0]) > 2:
        titles = any(row[1][:1].isalpha() for row in cells)
        return any(map(is_bullet, firsts)) or (contents and counted and titles and len(cells[0]) == 3)
    return contents or counted
