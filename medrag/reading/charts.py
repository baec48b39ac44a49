"""Tables of drugs: a header that names a column of drugs, then a row for each, its cells parted by bars or gaps."""

from __future__ import annotations

import re

_CELLS = re.compile(r"[ \t]*\|[ \t]*|\t+|[ ]{2,}")
_RULE = re.compile(r"[\s|+=_:–—-]+")
_DRUG = re.compile(
    r"(?:drug|medicine|medication|med|prescription|product)s?(?: name| and dose| & dose)?", re.IGNORECASE
)
_OF_ALLERGIES = re.compile(r"reactions?|allerg\w+|severity|manifestations?", re.IGNORECASE)
"""Columns of a table of what is not taken."""
FEWEST_CELLS = 3


def charts(text: str) -> list[tuple[int, int]]:
    """The spans of the rows of every table of drugs in ``text``, in order, without their line ends."""
    rows: list[tuple[int, int]] = []
    inside, start = False, 0
    for line in text.splitlines(keepends=True):
        if is_header(line):
            inside = True
        elif not _RULE.fullmatch(line):
            inside = inside and len(_cells(line)) > 1
            if inside:
                rows.append((start, start + len(line.rstrip("\r\n"))))
        elif not line.strip():
            inside = False
        start += len(line)
    return rows


def is_header(line: str) -> bool:
    """Whether a line is the header of such a table."""
    if not _DRUG.match(line.lstrip(" \t\r\n|*:")):
        return False
    cells = _cells(line)
    if len(cells) < FEWEST_CELLS or any(_OF_ALLERGIES.fullmatch(cell.strip(" *:")) for cell in cells):
        return False
    return _DRUG.fullmatch(cells[0].strip(" *:")) is not None


def _cells(line: str) -> list[str]:
    return [cell for cell in _CELLS.split(line.strip(" \t\r\n|")) if cell]
