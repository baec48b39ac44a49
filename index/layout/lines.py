"""Words to lines in the order in which they are read: down a column, then down the next."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from index.layout.word import Word

# A column's gap is at least this wide; lines that reach over it may be this share of all.
_GUTTER = 8.0
# The least gap between two cells of a table.
GAP = 6.0
_CROSSING = 0.4
_MIN_LINES = 4
_CENTRAL = 0.08
_SPACE = 0.8
_SELDOM = 0.1
_PROSE_WORDS = 5
_FEW = 3
_NUMBERS = 8
_LISTED = 40


@dataclass(frozen=True)
class Line:
    """A line of one column. ``left`` and ``right`` are the column's edges."""

    words: tuple[Word, ...]
    page: int
    left: float
    right: float

    @property
    def text(self) -> str:
        """Its words."""
        return " ".join(word.text for word in self.words)

    @property
    def x0(self) -> float:
        """Where it begins."""
        return self.words[0].x0

    @property
    def x1(self) -> float:
        """Where it ends."""
        return self.words[-1].x1

    @property
    def base(self) -> float:
        """Where its letters stand."""
        return float(median(word.base for word in self.words))

    @property
    def size(self) -> float:
        """Height of its face."""
        return float(median(word.size for word in self.words))

    @property
    def bold(self) -> bool:
        """Whether all of it that has letters is bold."""
        lettered = [word for word in self.words if any(map(str.isalpha, word.text))]
        return bool(lettered) and all(word.bold for word in lettered)

    @property
    def gapped(self) -> bool:
        """Whether it has a gap that no sentence has, as between a table's cells; one after a number is none.

        Where all gaps are wide, the line was drawn out to fill its column.
        """
        gaps = [second.x0 - first.x1 for first, second in pairwise(self.words[1:] or self.words)]
        least = max(2 * self.size, 2 * median(gaps)) if len(gaps) > 1 else 2 * self.size
        return any(gap > least for gap in gaps)

    @property
    def italic(self) -> bool:
        """Whether all of it is italic."""
        return all(word.italic for word in self.words)


def rows(words: Iterable[Word], slack: float = 0.3) -> list[list[Word]]:
    """Upright words by the line that they stand on to within ``slack`` of their height, each left to right."""
    found: list[list[Word]] = []
    for word in sorted((each for each in words if not each.turned), key=lambda each: (each.base, each.x0)):
        if found and abs(found[-1][-1].base - word.base) < slack * min(word.size, found[-1][-1].size):
            found[-1].append(word)
        else:
            found.append([word])
    return [sorted(row, key=lambda each: each.x0) for row in found]


def pieces(line: Sequence[Word], gap: float = GAP) -> list[list[Word]]:
    """The parts of a line that gaps of ``gap`` points and more divide; a typewriter's space is none."""
    found = [[line[0]]]
    for before, word in pairwise(line):
        if word.x0 - before.x1 >= (max(gap, _SPACE * word.size) if gap == GAP else gap):
            found.append([])
        found[-1].append(word)
    return found


def unnumbered(words: Sequence[Word]) -> list[Word]:
    """The words without numbers that count the lines in a margin."""
    columns: dict[int, list[Word]] = defaultdict(list)
    for word in words:
        if word.text.isdecimal() and len(word.text) < 6:
            columns[round(word.x1 / 4)].append(word)
    counting: set[int] = set()
    for key in list(columns):
        near = sorted(columns[key] + columns.get(key + 1, []), key=lambda each: each.base)
        steps = [int(second.text) - int(first.text) for first, second in pairwise(near)]
        many = len(near) >= _NUMBERS and steps.count(1) >= 0.8 * len(steps)
        # A list seldom counts so far.
        high = len(near) >= _MIN_LINES and steps.count(1) == len(steps) and int(near[0].text) > _LISTED
        if (many or high) and _outermost(near, words):
            counting |= {id(word) for word in near}
    return [word for word in words if id(word) not in counting]


def _outermost(numbers: Sequence[Word], words: Sequence[Word]) -> bool:
    others = [word for word in words if not word.text.isdecimal()]
    if not others:
        return True
    left, right = min(word.x0 for word in others), max(word.x1 for word in others)
    edge = [word for word in numbers if word.x1 <= left + 1 or word.x0 >= right - 1]
    return len(edge) >= 0.8 * len(numbers)


def in_order(words: Sequence[Word], page: int) -> list[Line]:
    """The page's lines in reading order."""
    return [line for region in regions(words) for line in _column(rows(region), page)]


def regions(words: Sequence[Word]) -> list[list[Word]]:
    """The words of each column, and of each stretch over columns, in reading order."""
    found = rows(words)
    gutter = _gutter(found)
    if gutter is None:
        return [list(words)] if words else []
    ordered: list[list[Word]] = []
    for across, stretch in _stretches(found, gutter):
        if across:
            ordered.append([word for row in stretch for word in row])
            continue
        for right in (False, True):
            side = [word for row in stretch for word in row if (word.x1 > gutter) == right]
            ordered += regions(side)
    return ordered


def _stretches(found: Sequence[list[Word]], gutter: float) -> list[tuple[bool, list[list[Word]]]]:
    """Rows in turn that reach over the gutter, or do not. One or two close between such as do are of a table there."""
    over = [_crosses(row, gutter) for row in found]
    places = [place for place, crossing in enumerate(over) if crossing]
    for first, second in pairwise(places):
        if second - first <= _FEW and found[second][0].base - found[first][0].base < _FEW * 2 * found[first][0].size:
            over[first:second] = [True] * (second - first)
    for place in range(1, len(found)):
        # The last line of one cell, below a row that reaches over.
        above, row = found[place - 1], found[place]
        close = 0 < row[0].base - above[0].base < 1.45 * row[0].size
        alone = row[-1].x1 < gutter or row[0].x0 > gutter
        if over[place - 1] and close and len(pieces(above)) > 1 and (alone or len(pieces(row)) > 2):
            over[place] = True
    stretches: list[tuple[bool, list[list[Word]]]] = []
    for crossing, row in zip(over, found, strict=True):
        if not stretches or stretches[-1][0] != crossing:
            stretches.append((crossing, []))
        stretches[-1][1].append(row)
    return stretches


def _column(found: list[list[Word]], page: int) -> list[Line]:
    left = min((row[0].x0 for row in found), default=0)
    right = max((row[-1].x1 for row in found), default=0)
    return [Line(tuple(row), page, left, right) for row in found]


def _gutter(found: Sequence[Sequence[Word]]) -> float | None:
    """Where a gap runs down between two columns of prose; None where there is one column, or a table."""
    if len(found) < _MIN_LINES:
        return None
    left, right = min(row[0].x0 for row in found), max(row[-1].x1 for row in found)
    width = right - left
    candidates = [left + width * step / 100 for step in range(20, 81)]
    best = min(candidates, key=lambda x: (sum(_crosses(row, x) for row in found), abs(x - left - width / 2)))
    crossing = sum(_crosses(row, best) for row in found) / len(found)
    sides = [[row for row in _side(found, best, right=which) if row] for which in (False, True)]
    if crossing > _CROSSING or min(map(len, sides)) < _MIN_LINES:
        return None
    # Columns of short lines, lists and tables are told by their place and by the full lines among them.
    central = abs(best - left - width / 2) < _CENTRAL * width and crossing < _SELDOM
    prose = all(is_prose(side) or (central and _holds_prose(side)) for side in sides)
    return best if prose else None


def _holds_prose(side: Sequence[Sequence[Word]]) -> bool:
    left, right = min(row[0].x0 for row in side), max(row[-1].x1 for row in side)
    full = sum(row[-1].x1 - row[0].x0 > 0.85 * (right - left) and len(row) >= _PROSE_WORDS for row in side)
    return full >= max(_MIN_LINES, 0.15 * len(side))


def _crosses(row: Sequence[Word], x: float) -> bool:
    """Whether the line reaches over ``x`` without a gap there."""
    if row[0].x0 >= x or row[-1].x1 <= x:
        return False
    before = max((word.x1 for word in row if word.x0 < x), default=x)
    after = min((word.x0 for word in row if word.x1 > x), default=x)
    return before > x or after < x or after - before < _GUTTER


def _side(found: Sequence[Sequence[Word]], x: float, *, right: bool) -> list[list[Word]]:
    return [[word for word in row if (word.x1 > x) == right] for row in found if not _crosses(row, x)]


def is_prose(side: Sequence[Sequence[Word]]) -> bool:
    """Whether lines of one column are running text: they mostly fill their column, as a table's cells do not."""
    left, right = min(row[0].x0 for row in side), max(row[-1].x1 for row in side)
    filled = [(row[-1].x1 - row[0].x0) / max(right - left, 1) for row in side]
    return median(filled) > 0.6 and median(len(row) for row in side) >= 4


_BULLET = re.compile(r"^[\W\uf000-\uf0ff]$")


def is_bullet(text: str) -> bool:
    """Whether a word is a list's marker and no cell's."""
    return _BULLET.match(text) is not None


_ENTRY = re.compile(r"\D\s\d{1,4}\s*$|\D\s[ivxl]{1,6}\s*$")
_CONTENTS = re.compile(r"(?:\s?[.…·]){5,}\s*\w*\s*$")


def is_contents(text: str) -> bool:
    """Whether a line is one of a table of contents: dots lead to its page."""
    return _CONTENTS.search(text) is not None


def is_entry(text: str) -> bool:
    """Whether a line below "Contents" ends with a page's number."""
    return _ENTRY.search(text) is not None


def entry(text: str) -> str:
    """What a line of a table of contents names."""
    return _CONTENTS.sub("", text).strip()


_PAGE_NUMBER = re.compile(r"(?:page|sheet|p\.?)?\s*(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:of|/|-)\s*\d{1,4})?", re.IGNORECASE)


def is_page_number(text: str) -> bool:
    """Whether a line is nothing but the page's number."""
    return _PAGE_NUMBER.fullmatch(text.strip(" -–—|")) is not None
