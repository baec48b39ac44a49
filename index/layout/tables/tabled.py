"""A document's tables in turn: names from the page before, and footnotes with the rows that bear their marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.document import Block
from index.layout.joining import is_word
from index.layout.tables.cells import Found
from index.layout.tables.continued import goes_on, is_beside
from index.tables import Grid, Row, footnotes, guessed_heads, is_settled, last_group, notes, statements

# Before a table whose rows are not known for sure.
UNREAD = "[table not read row by row]"
# The least letters of a name that is told to be cut.
_LETTERS = 4


@dataclass
class _Part:
    """What a page holds of a table: its rows are the blocks from ``start`` on, ``count`` of them."""

    blocks: list[Block]
    start: int
    count: int
    grid: Grid
    page: int


class Tables:
    """Takes tables and what follows each; ``unread`` are the pages of those whose rows are not known for sure."""

    def __init__(self) -> None:
        self._named: tuple[Found, int] | None = None
        self._page = 0
        self._last: Found | None = None
        self._subject = ""
        self._group = ""
        self._latest: list[_Part] = []
        self._goes_on = False
        self.unread: list[int] = []

    def forget(self) -> None:
        """A heading: no table goes on below it, and no footnote follows."""
        self._named, self._latest = None, []

    def grid(self, found: Found, page: int, *, alone: bool) -> Grid:
        """Its cells; one that goes on from the page before has its names from there. ``alone``: no text was between."""
        self._goes_on = False
        if self._named and alone and self._continued(*self._named, found, page):
            self._goes_on = True
            before, heads = self._named
            known = before.rows[:heads]
            rows = [row for row in found.rows if not _names_again(row, known)]
            if rows and not rows[0][0]:
                rows[0] = (self._subject, *rows[0][1:])
            cells = replace(_grid(replace(found, guessed=before.guessed), (*known, *rows), heads), group=self._group)
        else:
            heads = len(found.rows) if found.only_names else guessed_heads(found.rows, found.bold)
            self._named = (found, heads)
            cells = _grid(found, found.rows, heads)
        self._page, self._last, self._group = page, found, last_group(cells)
        self._subject = next((row[0] for row in reversed(cells.rows) if row[0]), "")
        return cells

    def add(self, grid: Grid, page: int, blocks: list[Block]) -> None:
        """A sentence a row to ``blocks``; the words of a table that is not settled, never to be quoted."""
        if not self._goes_on:
            self._latest = []
        if not is_settled(grid):
            self.unread.append(page)
            lines = [UNREAD, *(" ".join(dict.fromkeys(filter(None, row))) for row in grid.rows)]
            blocks += [Block(line, statement=True, page=page, quotable=False) for line in lines if line]
            return
        rows = _blocks(grid, page)
        self._latest.append(_Part(blocks, len(blocks), len(rows), grid, page))
        blocks += rows

    def has_note(self, text: str) -> bool:
        """Whether a text is a footnote of the table above."""
        return any(footnotes(part.grid.rows, [text]) for part in self._latest)

    @property
    def blocks(self) -> list[Block] | None:
        """Where the rows of the latest table are."""
        return self._latest[-1].blocks if self._latest else None

    def note(self, text: str) -> list[Block]:
        """A footnote of the table above: its rows with the mark are said again with the note, which follows them."""
        for part in self._latest:
            part.grid = replace(part.grid, notes={**part.grid.notes, **notes([text])})
            rows = _blocks(part.grid, part.page)
            part.blocks[part.start : part.start + part.count] = rows
        return self._latest[-1].blocks

    def _continued(self, before: Found, heads: int, found: Found, page: int) -> bool:
        """Whether a table is the rest of the one on a page before, or in a column of the page before.

        It has its columns at the same places, or the same names over them.
        """
        own = found.bold[0] and not found.guessed and found.rows[0] != before.rows[0]
        elsewhere = page != self._page or (self._last is not None and is_beside(self._last, found))
        again = heads > 0 and found.rows[:heads] == before.rows[:heads]
        return elsewhere and (again or goes_on(before, found)) and not (own or found.caption)


def _grid(found: Found, rows: tuple[Row, ...], heads: int) -> Grid:
    guessed = found.guessed and heads == 1
    doubtful = found.doubtful or _has_cut_name(rows[:heads])
    return Grid(rows, heads, marked=found.drawn, doubtful=doubtful, placed=found.placed, guessed=guessed)


def _has_cut_name(heads: Sequence[Row]) -> bool:
    """Whether a word over the last column is but the beginning of one over another: a printer cut the column off."""
    others = {word for row in heads for name in row[:-1] for word in name.split()}
    last = {word for row in heads for word in row[-1].split() if len(word) >= _LETTERS and not is_word(word)}
    return any(other != word and other.startswith(word) for word in last for other in others)


def _names_again(row: Row, names: Sequence[Row]) -> bool:
    """Whether a row says the names of columns once more."""
    return all(not cell or any(cell == name[place] for name in names) for place, cell in enumerate(row))


def _blocks(grid: Grid, page: int) -> list[Block]:
    return [Block(said, statement=True, page=page, quotable=sure) for said, sure in statements(grid)]
