"""Tables to sentences: a row becomes one, each cell after its column's name, so that a dose keeps its drug and unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, takewhile

CAPTION = re.compile(r"^(?:table|tab\.|box)\s*(?:[\dA-Z]+(?:\.\d+)*\b|[.:]\s)", re.IGNORECASE)
MARKS = "*†‡§¶#¥ᵃᵇᶜᵈᵉᶠᵍ¹²³⁴⁵⁶⁷⁸⁹"
# Marks that are never powers of a number.
_LETTERS = "†‡§¶¥ᵃᵇᶜᵈᵉᶠᵍ"
_NOTE = re.compile(rf"^\s*(?:\[\^?(\w+)\]:?|([{MARKS}]+)|([a-g])\s(?=[A-Z]))\s*(.+)", re.DOTALL)
# Where the next of several notes in one text begins.
_APART = re.compile(rf"(?<=[.;])\s+(?=[{MARKS}]+\s*\w)")
_MAX_NAME_WORDS = 8
_CELL_WORDS = 5
_MAX_GROUP_WORDS = 10
# A cell that gives an amount or ends a sentence names no column; one that names only its unit does.
_VALUE = re.compile(
    r"^[<>≤≥~]?\s*\d[\d.,]*(?:\s*(?:to|-|–)\s*\d[\d.,]*)?\s*(?:mg|g|kg|mcg|micrograms?|ml|units?|%|$)", re.I
)

_HANGING = re.compile(r"(?:\b(?:or|and|to|of|every|the|an?|with|over|by|at|in|per|for|than|from)|[(,/])$")
_BARE = re.compile(r"[<>≤≥~]?\s*\d[\d.,]*(?:\s*(?:to|-|–)\s*\d[\d.,]*)?")
# What names of columns seldom hold, and rows that were taken for names do.
_AMOUNT = re.compile(r"\d\s*(?:mg|g|kg|mL|L|µg|micrograms?|units?)\b")
# The share of rows that have a column's cell where its absence is odd, and of subjects with a capital where a small
# letter is.
_MOSTLY, _CAPITAL = 0.7, 0.6

Row = tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """A table's cells, a merged one in every place that it covers; the first ``heads`` rows name the columns.

    ``notes`` are its footnotes by their marks; ``marked`` says that its format or drawn lines tell its cells,
    ``doubtful`` that some words may belong to others, ``placed`` that an empty cell is surely empty,
    ``guessed`` that the first row names columns only because it looks like it; the first row stands under ``group``.
    """

    rows: tuple[Row, ...]
    heads: int
    notes: Mapping[str, str] = field(default_factory=dict)
    marked: bool = True
    doubtful: bool = False
    placed: bool = False
    guessed: bool = False
    group: str = ""


def is_settled(grid: Grid) -> bool:
    """Whether each row is a whole one, with a name for each of its cells: else none of them may be quoted."""
    if grid.doubtful:
        return False
    names, body = _names(grid.rows[: grid.heads]), [row for row in grid.rows[grid.heads :] if any(row)]
    cells = [(place, cell) for row in body for place, cell in enumerate(row) if cell]
    if not names:
        return grid.marked and not any(_BARE.fullmatch(cell) for place, cell in cells if place)
    if body and names[0] and not body[0][0]:
        return False
    amounts = {place for place, cell in cells if _AMOUNT.search(cell)}
    if grid.guessed and sum(_AMOUNT.search(names[place]) is not None for place in amounts if names[place:]) > 1:
        return False
    if not grid.marked and any(name.count("(") > name.count(")") for name in names):
        return False
    nameless = any(place and not any(names[place : place + 1]) for place, _ in cells)
    return not nameless and (grid.marked or _are_whole(body, grid.placed))


def _flows(above: str, below: str) -> bool:
    """Whether a text goes on in the next row: what was taken for a table are two columns of a page."""
    return len(above.split()) > _CELL_WORDS and above[-1] not in ".;" and below[:1].islower()


def hangs(text: str) -> bool:
    """Whether the text of a cell is to go on: "92 or", "500 mg every", "(at most"."""
    return bool(_HANGING.search(text)) or text.count("(") > text.count(")")


def _are_whole(body: Sequence[Row], placed: bool) -> bool:
    """Whether no row is part of another, as far as its words, or else its empty cells, tell."""
    if not body:
        return True
    if any(hangs(cell) for row in body for cell in row):
        return False
    if len(body[0]) == 2 and any(_flows(above[1], row[1]) for above, row in pairwise(body)):
        return False
    lone = [row for row in body if not any(row[1:])]
    rows = [row for row in body if any(row[1:])]
    subjects = [row[0] for row in body if row[0]]
    lettered = [subject for subject in subjects if subject[0].isalpha()]
    capital = sum(not subject[0].islower() for subject in lettered) >= max(2, _CAPITAL * len(lettered))
    if any(row[0][0].islower() for row in (body if capital else lone) if row[0]):
        return False
    if placed:
        return True
    usual = [sum(bool(cell) for cell in column) >= _MOSTLY * len(rows) for column in zip(*rows, strict=True)]
    return not any(often and not cell for row in rows for often, cell in list(zip(usual, row, strict=True))[1:])


def statements(grid: Grid) -> Iterator[tuple[str, bool]]:
    """A sentence for each row below the heads, and whether it may be quoted: all of the row is known, its notes too."""
    settled = is_settled(grid)
    for said in _sentences(grid):
        yield said, settled and not any(mark in said and mark not in grid.notes for mark in _LETTERS)


def _sentences(grid: Grid) -> Iterator[str]:
    names = _names(grid.rows[: grid.heads])
    group = grid.group
    above: Row = ()
    for row in grid.rows[grid.heads :]:
        said = set(filter(None, row))
        if not said:
            continue
        if is_group(row):
            group = group_of(row[0]) or group
            if not group_of(row[0]):
                yield row[0]
            continue
        above = _carried(row, above)
        yield _sentence(names, above, group, grid.notes)


def guessed_heads(rows: Sequence[Row], bold: Sequence[bool] = ()) -> int:
    """How many rows name the columns where the format does not say: the bold ones on top, or a first of short names."""
    leading = next((number for number, each in enumerate(bold) if not each or (number and is_group(rows[number]))), 0)
    if 0 < leading < len(rows):
        return leading
    if len(rows) > 2 and _spans(rows[0], rows[1]):
        return 2
    if len(rows) < 2 or not _names_columns(rows[0]):
        return 0
    # A name that stands over several columns has theirs below it.
    spread = any(first and first == second for first, second in zip(rows[0], rows[0][1:], strict=False))
    deep = rows[0][0] == rows[1][0]
    return 2 if spread and len(rows) > 2 and (deep or _names_columns(rows[1])) else 1


def is_group(row: Row) -> bool:
    """Whether a row only names those below it: one cell over all columns, or its first alone."""
    said = set(filter(None, row))
    return len(row) > 1 and len(said) == 1 and bool(row[0]) and (len(set(row)) == 1 or not any(row[1:]))


def group_of(text: str) -> str:
    """The words of a row of one cell where they name those below it; "" where they are a sentence."""
    return text.rstrip(":") if not text.endswith(".") and len(text.split()) <= _MAX_GROUP_WORDS else ""


def last_group(grid: Grid) -> str:
    """What the last row stands under."""
    named = (group_of(row[0]) for row in reversed(grid.rows[grid.heads :]) if is_group(row))
    return next(filter(None, named), grid.group)


def _spans(first: Row, second: Row) -> bool:
    """Whether a row of names has places that only the row below fills, which leaves the place of the subject."""
    below = any(not above and under for above, under in zip(first, second, strict=False))
    return bool(first[0]) and not second[0] and below and not any(map(_VALUE.match, filter(None, first)))


def footnotes(rows: Sequence[Row], following: Iterable[str]) -> list[str]:
    """Those texts right below a table that begin with a mark of its cells."""
    borne = marks_in(rows)
    return list(takewhile(lambda text: not borne.isdisjoint(notes([text])), following)) if borne else []


def notes(texts: Iterable[str]) -> dict[str, str]:
    """The footnotes among ``texts`` by their marks: "* Not in pregnancy.", "a Not in pregnancy."."""
    found: dict[str, str] = {}
    for text in (each for several in texts for each in _APART.split(several)):
        if match := _NOTE.match(text):
            mark = match[1] or match[2] or match[3]
            found[chr(0x1D43) if mark == "a" else mark] = match[4].strip()
            found.setdefault(mark, match[4].strip())
    return found


def marks_in(rows: Sequence[Row]) -> set[str]:
    """The footnote marks that the cells of ``rows`` end with."""
    return {cell[-1] for row in rows for cell in row if cell and cell[-1] in MARKS}


def _names_columns(row: Row) -> bool:
    filled = [cell for cell in row if cell]
    return len(filled) >= max(2, len(row) - 1) and all(
        len(cell.split()) <= _MAX_NAME_WORDS and (not cell.endswith(".") or len(cell) < 6) and not _VALUE.match(cell)
        for cell in filled
    )


def _names(heads: Sequence[Row]) -> list[str]:
    """A column's name: what stands over it, from the top, each once.

    Rows of which no name stands over several columns are the lines of one.
    """
    width = max(map(len, heads), default=0)
    after = [", " if any(one and one == other for one, other in pairwise(row)) else " " for row in heads]
    return [_name(heads, after, column) for column in range(width)]


def _name(heads: Sequence[Row], after: Sequence[str], column: int) -> str:
    parts: dict[str, str] = {}
    for row, sign in zip(heads, after, strict=True):
        if column < len(row) and row[column]:
            parts.setdefault(row[column].rstrip(":"), sign)
    return "".join(f"{said}{sign}" for said, sign in parts.items()).rstrip(", ")


def _carried(row: Row, above: Row) -> Row:
    """The row with its empty first cell filled from the row above, whose subject it shares."""
    if row[0] or not above or not any(row[1:]):
        return row
    return above[0], *row[1:]


def _sentence(names: Sequence[str], row: Row, group: str, noted: Mapping[str, str]) -> str:
    named = len(names) == len(row)
    said: list[str] = [group] if group else []
    for position, cell in enumerate(row):
        if not cell:
            continue
        # The same words under the same name are one merged cell.
        words = f"{names[position]}: {cell}" if named and names[position] else cell
        if words not in said:
            said.append(words)
    said += [f"{mark} {note}" for mark, note in noted.items() if any(_marked(cell, mark) for cell in (*row, *names))]
    return "; ".join(said)


def _marked(cell: str, mark: str) -> bool:
    return re.search(rf"(?:(?<=\S){re.escape(mark)}|\[\^?{re.escape(mark)}\])(?=[\s,;)]|$)", cell) is not None and (
        mark in MARKS or f"[{mark}]" in cell or f"[^{mark}]" in cell
    )
