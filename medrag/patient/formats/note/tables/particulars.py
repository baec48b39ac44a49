"""Tables that introduce a patient ("| Name | Karl Voss |", or a row of labels over another) as labelled lines."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import partial

from medrag.patient.formats.note.tables.cells import RULE
from medrag.reading.languages import pattern
from medrag.reading.people.ages import READ

_said = partial(pattern, "header")
_EDGE = re.compile(r"[|\t;]")


def introduced(text: str) -> str:
    """``text`` after the particulars that its tables give, each as a line of its own; as it is without any."""
    return "\n".join([*_labelled(text[:READ]), text])


def _labelled(head: str) -> Iterator[str]:
    rows = [_cells(line) for line in head.splitlines() if _EDGE.search(line) and not RULE.fullmatch(line)]
    for cells, below in itertools.pairwise([*rows, []]):
        beside = (
            [] if any(_is_label(one) and _is_label(next_) for one, next_ in itertools.pairwise(cells)) else cells[1:]
        )
        values = [beside, below if len(below) == len(cells) else []]
        pairs = (pair for each in values for pair in zip(cells, each, strict=False))
        yield from (_line(label, value) for label, value in pairs if _is_label(label) and not _is_label(value))


def _cells(line: str) -> list[str]:
    return [cell.strip(" \u3000*:") for cell in _EDGE.split(line.strip().strip("|;"))]


def _is_label(cell: str) -> bool:
    return _said("cell").fullmatch(cell) is not None


def _line(label: str, value: str) -> str:
    """A labelled line; a name's label is the one that a column of drugs does not have."""
    return f"{'Patient' if _said('name_cell').fullmatch(label) else label}: {value}"
