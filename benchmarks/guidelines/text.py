"""A guideline as it was written: what makers turn into documents, and what labels are taken from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

TEXTS = Path(__file__).parent / "texts"
# Stand in heads, feet and margins, and are never to be quoted.
RUNNING_HEAD = "Network of Teaching Hospitals"
RUNNING_FOOT = "Version 3.1, printed copies are uncontrolled"
RIGHTS = "© Network of Teaching Hospitals. All rights reserved."
FURNITURE = (RUNNING_HEAD, RUNNING_FOOT, RIGHTS)


@dataclass(frozen=True)
class Heading:
    """``number`` is "2" or "2.1", none ("") below level 2."""

    level: int
    number: str
    text: str

    @property
    def numbered(self) -> str:
        """Its words after its number."""
        return f"{self.number} {self.text}".strip()


@dataclass(frozen=True)
class Paragraph:
    """Sentences that stand together."""

    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Recommendation:
    """A numbered recommendation ("2.1.3")."""

    number: str
    text: str


@dataclass(frozen=True)
class Listing:
    """Bullets under a stem, some with bullets of their own; ``together``: they hold only as one."""

    stem: str
    items: tuple[str | Listing, ...]
    together: bool = False


@dataclass(frozen=True)
class Steps:
    """A numbered list without a stem."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Look:
    """How a table looks where its maker has no manner of its own.

    ``right`` are columns set to the right; ``rules`` is "book" (three, and one below a name over several columns) or
    "none"; ``turned`` heads are written upwards, ``landscape`` tables on a page of their own on its side.
    """

    right: tuple[int, ...] = ()
    rules: str = ""
    turned: bool = False
    landscape: bool = False


@dataclass(frozen=True)
class Table:
    """Cells as written: ``^`` continues the cell above, and equal neighbours in ``heads`` are one merged cell.

    ``groups`` are the rows that only name those below them; ``notes`` stand below the table, most after a raised letter
    that cells bear. Lines of a cell that begin with "•" are its bullets.
    """

    caption: str
    heads: tuple[tuple[str, ...], ...]
    cells: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    groups: frozenset[int] = frozenset()
    look: Look = Look()

    @property
    def rows(self) -> list[list[str]]:
        """The rows with merged cells in each place that they cover."""
        filled: list[list[str]] = []
        for row in self.cells:
            filled.append([filled[-1][place] if cell == "^" else cell for place, cell in enumerate(row)])
        return filled

    def reach(self, row: int, column: int) -> int:
        """How many rows a cell covers."""
        below = 1
        while row + below < len(self.cells) and self.cells[row + below][column] == "^":
            below += 1
        return below

    def spans(self) -> list[list[tuple[str, int, int]]]:
        """The rows of heads: name, columns and rows that each cell covers."""
        found: list[list[tuple[str, int, int]]] = []
        for number, row in enumerate(self.heads):
            cells: list[tuple[str, int, int]] = []
            column = 0
            while column < len(row):
                wide = 1
                while column + wide < len(row) and row[column + wide] == row[column] and len(self.heads) > number + 1:
                    wide += 1
                above = number > 0 and self.heads[number - 1][column] == row[column]
                tall = 2 if number + 1 < len(self.heads) and self.heads[number + 1][column] == row[column] else 1
                if not above:
                    cells.append((row[column], wide, tall))
                column += wide
            found.append(cells)
        return found


@dataclass(frozen=True)
class References:
    """A list of literature."""

    items: tuple[str, ...]


Block = Heading | Paragraph | Recommendation | Listing | Steps | Table | References


@dataclass(frozen=True)
class Text:
    """A guideline; ``name`` is its file's."""

    name: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def headings(self) -> list[Heading]:
        """Its headings in their order."""
        return [block for block in self.blocks if isinstance(block, Heading)]


def texts() -> list[Text]:
    """All that are written."""
    return [_text(file) for file in sorted(TEXTS.glob("*.yaml"))]


def _text(file: Path) -> Text:
    loaded = yaml.safe_load(file.read_text("utf-8"))
    return Text(file.stem, loaded["title"], tuple(_blocks(loaded["body"])))


def _blocks(body: list[dict[str, Any]]) -> Iterator[Block]:
    part = section = recommendation = 0
    for entry in body:
        ((kind, said),) = entry.items()
        if kind == "h1":
            part, section, recommendation = part + 1, 0, 0
            yield Heading(1, str(part), said)
        elif kind == "h2":
            section, recommendation = section + 1, 0
            yield Heading(2, f"{part}.{section}", said)
        elif kind in ("h3", "h4"):
            yield Heading(int(kind[1]), "", said)
        elif kind == "rec":
            recommendation += 1
            yield Recommendation(f"{part}.{section}.{recommendation}", said)
        else:
            yield _plain_block(kind, said)


def _plain_block(kind: str, said: Any) -> Block:
    if kind == "p":
        return Paragraph(tuple(said))
    if kind == "list":
        return _listing(said)
    if kind == "steps":
        return Steps(tuple(said))
    if kind == "table":
        return _table(said)
    return References(tuple(said))


def _table(said: dict[str, Any]) -> Table:
    heads = tuple(map(tuple, said["heads"]))
    groups = frozenset(number for number, row in enumerate(said["rows"]) if len(row) == 1 < len(heads[0]))
    rows = tuple(
        tuple(row) if number not in groups else (row[0], *[""] * (len(heads[0]) - 1))
        for number, row in enumerate(said["rows"])
    )
    look = Look(
        tuple(said.get("right", ())), said.get("rules", ""), said.get("turned", False), said.get("landscape", False)
    )
    return Table(said.get("caption", ""), heads, rows, tuple(said.get("notes", ())), groups, look)


def _listing(said: dict[str, Any]) -> Listing:
    items = (_listing(each) if isinstance(each, dict) else each for each in said["items"])
    return Listing(said["stem"], tuple(items), said.get("together", False))
