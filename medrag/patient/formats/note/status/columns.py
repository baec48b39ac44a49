"""What the column of statuses of a table says of the drug, condition or allergen that each row is of."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence, Set

from medrag.patient.formats.note.named import Target
from medrag.reading.languages import pattern
from medrag.reading.terms import Kind

_CELLS = re.compile(r"[ \t]*\|[ \t]*|\t+|[ ]{3,}")
_RULE = re.compile(r"[\s|+=_:–—-]+")
_SAYS = {
    Kind.DRUG: {
        "another": "family",
        "kept": "taking",
        "wrong": "refused",
        "untolerated": "stopped",
        "intended": "planned",
        "ended": "stopped",
        "current": "taking",
    },
    Kind.CONDITION: {
        "another": "family",
        "kept": "current",
        "wrong": "absent",
        "treated": "eased",
        "intended": "possible",
        "ended": "over",
        "current": "current",
    },
    Kind.ALLERGEN: {
        "another": "family",
        "kept": "present",
        "wrong": "tolerated",
        "tolerated": "tolerated",
        "intended": "possible",
        "ended": "tolerated",
        "current": "present",
    },
}
"""The cue that a cell of a kind stands for, by what the row is of, in the order in which they decide.

Beside each stands "allergic" for an allergen.
"""
FEWEST = 2

Span = tuple[int, int]


_DECIDING = ("statuses", "plans", "remarks")


def in_columns(text: str, targets: Sequence[Target], allergens: Set[int]) -> dict[int, frozenset[str]]:
    """The cues of each target that a row of such a table begins with, by its place; ``allergens`` are in such lists."""
    starts = [each.start for each in targets]
    said: dict[int, frozenset[str]] = {}
    for (start, end), cells, of_allergens in _rows(text):
        for place in range(bisect_left(starts, start), bisect_left(starts, end)):
            kind = Kind.ALLERGEN if of_allergens or place in allergens else targets[place].term.kind
            deciding = (
                _cue(text, cell, kind, column) for cell, column in cells if kind is Kind.DRUG or column != "plans"
            )
            cue = next(filter(None, deciding), None)
            if cue:
                said[place] = frozenset({cue, "allergic"} if kind is Kind.ALLERGEN else {cue})
    return said


def _cue(text: str, cell: Span, kind: Kind, column: str) -> str | None:
    """What a cell says; a remark only by what it begins with."""
    said = text[slice(*cell)].lstrip(" *_-–(")
    for name, cue in _SAYS[kind].items():
        known = pattern("columns", name)
        if (known.match if column == "remarks" else known.search)(said):
            return cue
    return None


def _rows(text: str) -> Iterator[tuple[Span, list[tuple[Span, str]], bool]]:
    """The first cell of each row, its cells that decide, the last first, and whether it is of an allergen.

    With each cell stands what its column is of: what is done ("plans") decides of drugs alone.
    """
    columns: list[tuple[int, str]] = []
    of_allergens = False
    start = 0
    for line in text.splitlines(keepends=True):
        cells = list(_cells(text, start, start + len(line.rstrip())))
        if header := _header(text, cells):
            columns = header
            of_allergens = pattern("columns", "of_allergens").match(text, *cells[0]) is not None
        elif len(cells) < FEWEST:
            columns = []
        elif columns and not _RULE.fullmatch(line):
            yield cells[0], [(cells[place], kind) for place, kind in columns if place < len(cells)], of_allergens
        start += len(line)


def _header(text: str, cells: Sequence[Span]) -> list[tuple[int, str]]:
    """The columns that decide, remarks behind the others and the last first, where the cells are such a header."""
    said = [text[start:end].strip(" *:") for start, end in cells]
    if len(said) < FEWEST or not pattern("columns", "names").fullmatch(said[0]):
        return []
    last_first = [(place, said[place]) for place in range(len(said) - 1, 0, -1)]
    found = [
        (place, kind) for place, words in last_first for kind in _DECIDING if pattern("columns", kind).fullmatch(words)
    ]
    return sorted(found, key=lambda each: each[1] == "remarks")


def _cells(text: str, start: int, end: int) -> Iterator[Span]:
    """The cells of a line, empty ones too, but for what stands before a bar that it begins with."""
    line = text[start:end]
    bar = len(line) - len(line.lstrip(" \t")) + 1 if line.lstrip(" \t").startswith("|") else 0
    stop = end - 1 if line.endswith("|") else end
    place = start + bar
    for gap in _CELLS.finditer(text, place, stop):
        if gap.start() > place or bar:
            yield place, gap.start()
        place = gap.end()
    yield place, stop
