"""Tables that have rules across and none down, as books and LaTeX print them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from index.layout.lines import is_bullet, is_prose, rows
from index.layout.tables.cells import Found, are_doubtful, filled, inside, runs_on
from index.layout.tables.columns import Column, Line, cell, columns, crosses, of_names, parted
from index.layout.tables.heads import head_rows
from index.layout.tables.rowing import Rowed, rowed, subjects_joined
from index.layout.word import Word
from index.tables import CAPTION, MARKS

_SLACK = 2.0
_MIN_BREADTH = 100.0
_PROSE_LINES = 6
_LARGER = 1.08
_CUT_LINES = 6
_NAME_LINES = 5
# The step to what stands apart from a table, in heights of its face.
_FAR = 2.6


@dataclass
class _Rules:
    """Rules of one breadth, by their heights; the values are where the pieces begin that each is drawn in."""

    left: float
    right: float
    drawn: dict[float, list[float]]

    def columns(self, lines: Sequence[Line], tops: Sequence[float]) -> list[Column]:
        """Where the pieces of the rules at ``tops`` say, or else the gaps."""
        starts = self._starts(tops)
        known = [start - 1 for start in starts]
        return list(zip(known, [*known[1:], float("inf")], strict=True)) if len(known) > 1 else columns(lines)

    def are_of_cells(self, tops: Sequence[float]) -> bool:
        """Whether each of the rules at ``tops`` is drawn in as many pieces."""
        return len(self._starts(tops)) > 1 and all(
            len(self.drawn.get(top, [])) == len(self._starts(tops)) for top in tops
        )

    def _starts(self, tops: Sequence[float]) -> list[float]:
        return max((self.drawn.get(top, []) for top in tops), key=len, default=[])


def open_tables(edges: Sequence[Any], words: Sequence[Word]) -> Iterator[Found]:
    """The tables between rules across, three or more, that lie over one another and have columns between them.

    Shorter rules in one, as beside a merged cell, part its rows.
    """
    free = list(words)
    parallel = sorted(_parallel(edges), key=lambda each: each.left - each.right)
    for rules in parallel:
        shorter = [each for each in parallel if rules.left - 4 < each.left and each.right < rules.right + 4]
        within = sorted({top for each in shorter for top in each.drawn})
        for group in _groups(rules, free):
            table = _table(rules, group, within, free)
            if table:
                free = [word for word in free if not inside(word, table.box)]
                yield table


def _groups(rules: _Rules, words: Sequence[Word]) -> Iterator[list[float]]:
    """The rules of each table, by their heights."""
    tops = list(rules.drawn)
    group = tops[:1]
    for above, below in pairwise(tops):
        if _goes_on(rules, group, above, below, words):
            group.append(below)
            continue
        yield group
        group = [below]
    yield group


def _parallel(edges: Sequence[Any]) -> list[_Rules]:
    found: list[_Rules] = []
    for top, starts, right in _across(edges):
        same = next((each for each in found if abs(each.left - starts[0]) < 4 and abs(each.right - right) < 4), None)
        if same is None:
            found.append(_Rules(starts[0], right, {top: starts}))
        elif top - max(same.drawn) > 3:
            same.drawn[top] = starts
    return found


def _across(edges: Sequence[Any]) -> Iterator[tuple[float, list[float], float]]:
    """Height, the starts of the pieces and right end of each rule; one drawn cell by cell is one rule."""
    drawn = sorted((round(edge["top"]), edge["x0"], edge["x1"]) for edge in edges if edge["orientation"] == "h")
    merged: list[tuple[float, list[float], float]] = []
    for top, left, right in drawn:
        if merged and merged[-1][0] == top and left - merged[-1][2] < 3:
            new = [left] if left - merged[-1][1][-1] > _SLACK else []
            merged[-1] = (top, [*merged[-1][1], *new], max(merged[-1][2], right))
        else:
            merged.append((top, [left], right))
    yield from (rule for rule in merged if rule[2] - rule[1][0] > _MIN_BREADTH)


def _between(rules: _Rules, top: float, bottom: float, words: Sequence[Word]) -> list[list[Word]]:
    return rows([word for word in words if inside(word, (rules.left, top, rules.right, bottom))])


def _goes_on(rules: _Rules, group: Sequence[float], above: float, below: float, words: Sequence[Word]) -> bool:
    """Whether what is between two rules is the table's that the rules of ``group`` are: in its columns and its face."""
    new, known = (_between(rules, top, bottom, words) for top, bottom in ((above, below), (group[0], above)))
    if not new or any(CAPTION.match(" ".join(word.text for word in line)) for line in new):
        return False
    if not known:  # names may stand over several columns
        return len(rules.columns(new, (above, below))) > 1
    parts = rules.columns(new, (above, below))
    if any(crosses(line, parts) for line in parted(new, parts) if not runs_on(line, parts)):
        return False
    size = median(word.size for line in known for word in line)
    alike = median(word.size for line in new for word in line) < _LARGER * size
    body = known[1:] if len(group) > 2 else []
    return alike and len(rules.columns([*body, *new], (above, below))) > 1


def _table(rules: _Rules, tops: Sequence[float], within: Sequence[float], words: Sequence[Word]) -> Found | None:
    if len(tops) < 2:
        return None
    names = _between(rules, tops[0], tops[1], words)
    open_ended = len(tops) == 2 and tops[-1] == max(rules.drawn)
    if open_ended and not (below := _between(rules, tops[1], float("inf"), words)):
        return _named(rules, tops, names)
    if open_ended and (rest := _unclosed(below)):
        return _made(rules, (tops[0], max(word.bottom for line in rest for word in line)), names, [rest])
    dividing = [top for top in within if tops[1] <= top <= tops[-1]]
    dividing += _below(rules, tops, [top for top in within if top > tops[-1]], words)
    between = [lines for pair in pairwise(dividing) if (lines := _between(rules, *pair, words))]
    cut = _cut(rules, dividing[-1], rules.columns([line for lines in between for line in lines] or names, tops), words)
    # Two rules and the beginning of the first row, where a page ends.
    if not between and not (cut and rules.are_of_cells(tops)):
        return None
    ends = max([dividing[-1], *(word.bottom for line in cut for word in line)])
    return _made(rules, (tops[0], ends), names, [*between, *([cut] if cut else [])], tops)


def _made(
    rules: _Rules,
    reach: tuple[float, float],
    names: Sequence[Line],
    between: Sequence[Sequence[Line]],
    tops: Sequence[float] = (),
) -> Found | None:
    """The table of the lines ``between`` its rules, from where to where it ``reach``es; None where it is none."""
    body = [line for lines in between for line in lines]
    parts = rules.columns(body, tops)
    if len(parts) < 2 or not names or _are_prose([*names, *body], parts):
        return None
    if sum(is_bullet(line[0].text) for line in body) * 2 > sum(bool(cell(line, parts[0])) for line in body):
        return None
    heading = head_rows(parted(names, parts), parts, body)
    lines = parted(body, parts)
    made = [_rows(parted(part, parts), len(between) > 1, parts) for part in between]
    grouped = [row for each in made for row in each.rows]
    under = subjects_joined(grouped, [filled(row, parts) for row in grouped], parts)
    heads = tuple(number < len(heading) for number in range(len(heading) + len(under)))
    box = (rules.left, reach[0], rules.right, reach[1])
    return Found(
        box,
        (*heading, *under),
        heads,
        starts=tuple(start for start, _ in parts),
        doubtful=not heading or any(each.doubtful for each in made) or are_doubtful(lines, parts),
        placed=all(each.placed for each in made),
    )


def _named(rules: _Rules, tops: Sequence[float], names: Sequence[Line]) -> Found | None:
    """The names alone of a table whose rows are on the next page."""
    parts = of_names(names)
    if len(parts) < 2 or len(names) > _NAME_LINES or any(is_bullet(line[0].text) for line in names):
        return None
    heads = head_rows(names, parts, names)
    box = (rules.left, tops[0], rules.right, tops[1])
    return Found(box, tuple(heads), (True,) * len(heads), starts=tuple(start for start, _ in parts), only_names=True)


def _unclosed(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines below the names of a table that goes on over the page's end, where all of them are in columns."""
    far = (place for place, (one, other) in enumerate(pairwise(lines), 1) if _is_far(one, other))
    lines = lines[: next(far, len(lines))]
    parts = columns(lines)
    fits = len(parts) > 1 and not any(crosses(line, parts) for line in parted(lines, parts))
    return lines if fits and not _are_prose(lines, parts) else []


def _is_far(line: Line, below: Line) -> bool:
    return below[0].base - line[0].base > _FAR * line[0].size


def _cut(rules: _Rules, bottom: float, parts: Sequence[Column], words: Sequence[Word]) -> Sequence[Line]:
    """The lines of a row that a page's end cuts: all that stands below the last rule, in the table's columns."""
    lines = _between(rules, bottom, float("inf"), words)
    fits = not any(crosses(line, parts) or line[0].text[0] in MARKS for line in lines)
    return list(lines) if 0 < len(lines) <= _CUT_LINES and fits and len(columns(lines)) > 1 else []


def _below(rules: _Rules, tops: Sequence[float], within: Sequence[float], words: Sequence[Word]) -> list[float]:
    """The shorter rules that close a table whose last row has a merged cell."""
    closing: list[float] = []
    for top in within:
        if top in rules.drawn or not _goes_on(rules, tops, [*tops, *closing][-1], top, words):
            break
        closing.append(top)
    return closing


def _rows(lines: Sequence[Line], ruled: bool, parts: Sequence[Column]) -> Rowed:
    """The rows between two rules: one where rows have rules and it has one subject."""
    subjects = sum(line[0].x0 < parts[0][1] for line in lines)
    return Rowed([list(lines)], placed=True) if ruled and subjects < 2 else rowed(lines, parts)


def _are_prose(lines: Sequence[Line], parts: Sequence[Column]) -> bool:
    """Whether the columns hold running text: a page of two columns between rules is no table."""
    sides = [[[word for word in line if low <= word.x0 < high] for line in lines] for low, high in parts]
    filled_sides = [[line for line in side if line] for side in sides]
    return all(len(side) >= _PROSE_LINES and is_prose(side) for side in filled_sides)
