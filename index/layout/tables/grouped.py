"""A run of lines to those of each table: where a heading parts two, and where a line alone names a group of rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from index.layout.lines import is_bullet, pieces
from index.layout.tables.columns import Line, columns, crosses, parted
from index.layout.word import Word

_MOST_HEADS = 4
_SLACK = 2.5
_ALIKE = 0.13
# A list's marker and its text are no cells.
MARKER = re.compile(r"^\W*$|^\(?(?:\d{1,2}(?:\.\d+)*|[a-z]|[ivx]{1,4})[.)]*$")


def segments(run: Sequence[Line]) -> list[list[Line]]:
    """The lines of each table of a run: a line alone in another face parts two, or names a group of rows of one."""
    parts: list[list[Line]] = [[run[0]]]
    for line in run[1:]:
        if _is_alone(line, parts[-1][-1]):
            parts.append([])
        parts[-1].append(line)
    joined = parts[:1]
    for segment in parts[1:]:
        if _are_one(joined[-1], segment[1:]):
            joined[-1] = [*joined[-1], *segment]
        else:
            joined.append(segment[1:])
    return joined


def _is_alone(line: Line, above: Line) -> bool:
    """Whether a line of one piece is in another face than the one above begins with: a heading."""
    other = line[0].bold != above[0].bold or line[0].italic != above[0].italic
    return len(parts_of(line)) == 1 and (other or not alike(line, above))


def _are_one(above: Sequence[Line], below: Sequence[Line]) -> bool:
    """Whether lines have the columns of those above, or those only name them: what stands between names a group."""
    upper, lower = ([line for line in lines if len(parts_of(line)) > 1] for lines in (above, below))
    if not upper or not lower:
        return False
    over, own, whole = ([start for start, _ in columns(lines)] for lines in (upper, lower, [*upper, *lower]))
    if len(above) <= _MOST_HEADS and len(_among(over, own)) >= max(2, min(len(over), len(own)) - 1):
        return True
    both = columns([*upper, *lower])
    return (
        len(whole) >= max(len(own), len(over)) > 1
        and len(_among(own, whole)) == len(own)
        and not any(crosses(line, both) for line in parted(lower, both))
    )


def _among(starts: Sequence[float], others: Sequence[float]) -> list[float]:
    return [start for start in starts if any(abs(start - other) < _SLACK for other in others)]


def parts_of(line: Line) -> list[list[Word]]:
    """The pieces of a line; a marker and the text behind it are one."""
    found = pieces(line)
    first = found[0][0].text if len(found) > 1 and len(found[0]) == 1 else ""
    marked = first and (is_bullet(first) or (len(found) == 2 and MARKER.match(first)))
    return [[*found[0], *found[1]], *found[2:]] if marked else found


def alike(line: Line, other: Line) -> bool:
    """Whether two lines are of about one size; that of "mg/m²" differs a little from its line's."""
    return abs(median(word.size for word in line) / median(word.size for word in other) - 1) < _ALIKE
