"""Rows that a page's end cuts: their rest, at the head of the table on the next page, is put back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from index.layout.joining import in_cell
from index.layout.lines import Line
from index.layout.tables.cells import Found
from index.tables import Row

_SLACK = 6.0

Items = list[Line | Found]


def goes_on(before: Found, found: Found) -> bool:
    """Whether two tables have their columns at the same places of a page, or of one of its columns."""
    return len(before.starts) == len(found.starts) > 1 and all(
        abs((one - before.starts[0]) - (other - found.starts[0])) < _SLACK
        for one, other in zip(before.starts, found.starts, strict=True)
    )


def is_beside(before: Found, found: Found) -> bool:
    """Whether a table stands in the next column of the page."""
    return found.box[0] >= before.box[2]


def mended(pages: Sequence[Items]) -> list[Items]:
    """The pages with cut rows whole on the page, and in the column of it, where they begin."""
    found = [list(items) for items in pages]
    for items in found:
        for place in range(len(items) - 2, -1, -1):
            last, first = items[place : place + 2]
            if isinstance(last, Found) and isinstance(first, Found) and is_beside(last, first):
                items[place : place + 2] = _put_back(last, first)
    for items, following in pairwise(found):
        if items and following:
            pair = _put_back(items[-1], following[0])
            items[-1:], following[:1] = pair[:1], pair[1:]
    return found


def _put_back(last: Line | Found, first: Line | Found) -> Items:
    """Two tables, the rest of a row that is cut between them with its beginning; one where the second held no more."""
    if not (isinstance(last, Found) and isinstance(first, Found) and goes_on(last, first)):
        return [last, first]
    known = sum(1 for _ in _repeated(last, first))
    rest = first.rows[known] if known < len(first.rows) else ()
    if not rest or not (_is_rest(rest, last) or _complement(last.rows[-1], rest)):
        return [last, first]
    whole = replace(last, rows=(*last.rows[:-1], tuple(map(_whole, last.rows[-1], rest))))
    rows, bold = ((*each[:known], *each[known + 1 :]) for each in (first.rows, first.bold))
    return [whole, replace(first, rows=rows, bold=bold)] if rows else [whole]


def _whole(cell: str, rest: str) -> str:
    return in_cell([each for each in (cell, rest) if each])


def _complement(row: Row, rest: Row) -> bool:
    """Whether two rows fill each other's empty places, all of them: cells of several lines are not cut but moved."""
    return len(row) > 2 and all(bool(one) != bool(other) for one, other in zip(row, rest, strict=True))


def _repeated(before: Found, found: Found) -> Iterator[Row]:
    """The names that stand again on the next page."""
    for row in found.rows:
        if row not in before.rows:
            return
        yield row


def _is_rest(row: Row, before: Found) -> bool:
    """Whether a row is the end of another: it has no subject of its own, and cells that go on in mid-sentence."""
    said = [cell for cell in row[1:] if cell]
    sparse = len(said) < len(row) - 1
    if row[0]:
        return row[0][:1].islower() and sparse and not any(above[0][:1].islower() for above in before.rows)
    return bool(said) and (sparse or all(cell[:1].islower() for cell in said))
