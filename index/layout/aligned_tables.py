"""Tables without any rules: lines whose parts stand below one another, with gaps that run down between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from statistics import median

from index.layout.cells import Column, Found, Line, box_of, cell, columns, filled, pieces, rowed, spread
from index.layout.lines import is_contents, is_prose, rows
from index.layout.words import Word
from index.tables import guessed_heads

_LEAST_ROWS = 3
# The step to a table's next line, in heights of its face.
_STEP = 2.6
_PROSE_LINES = 4
# A list's marker and its text, and a line of contents with its page, are no cells.
_MARKER = re.compile(r"^\W*$|^\(?(?:\d{1,2}(?:\.\d+)*|[a-z]|[ivx]{1,4})[.)]*$")


def aligned_tables(words: Sequence[Word]) -> Iterator[Found]:
    """The tables of three rows and more among the words of one column of a page."""
    found = rows(words)
    run: list[Line] = []
    for line in found:
        contents = is_contents(" ".join(word.text for word in line))
        if run and (contents or not _belongs(run, line)):
            yield from _table(run)
            run = []
        if not contents and (run or len(_parts(line)) > 1):
            run.append(line)
    yield from _table(run)


def _parts(line: Line) -> list[list[Word]]:
    """The pieces of a line; a marker and the text behind it are one."""
    found = pieces(line)
    marked = len(found) == 2 and len(found[0]) == 1 and _MARKER.match(found[0][0].text)
    return [[*found[0], *found[1]]] if marked else found


def _belongs(run: Sequence[Line], line: Line) -> bool:
    """Whether a line leaves a gap of the run's free."""
    step = line[0].base - run[-1][0].base
    return 0 < step < _STEP * line[0].size and len(_gaps([*run, line])) > 0


def _gaps(lines: Sequence[Line]) -> list[tuple[float, float]]:
    """The gaps that run down through all lines."""
    edge = max(line[-1].x1 for line in lines)
    spans = sorted((part[0].x0, part[-1].x1) for line in lines for part in _parts(line))
    gaps: list[tuple[float, float]] = []
    end = spans[0][1]
    for start, stop in spans[1:]:
        if start - end >= 3 and start < edge:
            gaps.append((end, start))
        end = max(end, stop)
    return gaps


def _table(run: Sequence[Line]) -> Iterator[Found]:
    lines = _trimmed(run)
    if len(lines) < _LEAST_ROWS:
        return
    parts = columns(lines)
    if len(parts) < 2 or _is_prose(lines, parts):
        return
    grouped = rowed(lines, parts)
    cells = [filled(each, parts) for each in grouped]
    if len(cells) < _LEAST_ROWS or _is_list([tuple(row) for row in cells]):
        return
    bold = [all(word.bold for line in each for word in line) for each in grouped]
    heads = guessed_heads(cells, bold)
    yield Found(box_of(lines), (*spread(cells[:heads]), *cells[heads:]), tuple(bold))


def _trimmed(run: Sequence[Line]) -> list[Line]:
    """The run without what stands alone below it in another face or farther off: a heading, a paragraph of one line."""
    lines = list(run)
    while len(lines) > 1 and len(_parts(lines[-1])) == 1:
        steps = [second[0].base - first[0].base for first, second in zip(lines[:-2], lines[1:-1], strict=False)]
        step = lines[-1][0].base - lines[-2][0].base
        apart = not steps or step > 1.1 * median(steps)
        other = lines[-1][0].bold != lines[-2][-1].bold or abs(lines[-1][0].size - lines[-2][0].size) > 0.3
        if not (apart or other):
            break
        lines.pop()
    return lines


def _is_prose(lines: Sequence[Line], parts: Sequence[Column]) -> bool:
    """Whether two columns hold running text."""
    sides = [[words for line in lines if (words := cell(line, part))] for part in parts]
    return len(parts) == 2 and all(len(side) >= _PROSE_LINES and is_prose(side) for side in sides)


def _is_list(cells: Sequence[tuple[str, ...]]) -> bool:
    """Whether there are two columns of which one only marks or counts."""
    if len(cells[0]) > 2:
        return False
    firsts, seconds = ([row[side] for row in cells if row[side]] for side in (0, 1))
    numbers = [int(text) for text in seconds if text.isdecimal()]
    contents = len(numbers) == len(seconds) and numbers == sorted(numbers)
    return contents or sum(_MARKER.match(text) is not None for text in firsts) * 2 > len(firsts)
