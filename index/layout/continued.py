"""Rows that a page's end cuts: their rest, at the head of the table on the next page, is put back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from index.layout.cells import Found
from index.layout.joining import joined
from index.layout.lines import Line
from index.tables import Row

_SLACK = 6.0

Items = list[Line | Found]


def goes_on(before: Found, found: Found) -> bool:
    """Whether two tables have their columns at the same places."""
    return len(before.starts) == len(found.starts) > 1 and all(
        abs(one - other) < _SLACK for one, other in zip(before.starts, found.starts, strict=True)
    )


def mended(pages: Sequence[Items]) -> list[Items]:
    """The pages with cut rows whole on the page where they begin."""
    found = [list(items) for items in pages]
    for items, following in pairwise(found):
        if not items or not following:
            continue
        last, first = items[-1], following[0]
        if isinstance(last, Found) and isinstance(first, Found) and goes_on(last, first):
            known = sum(1 for _ in _repeated(last, first))
            rest = first.rows[known] if known < len(first.rows) else ()
            if rest and (_is_rest(rest, last) or _complement(last.rows[-1], rest)):
                row = tuple(map(joined, last.rows[-1], first.rows[known]))
                items[-1] = replace(last, rows=(*last.rows[:-1], row))
                kept = [place for place in range(len(first.rows)) if place != known]
                following[0] = replace(
                    first,
                    rows=tuple(first.rows[place] for place in kept),
                    bold=tuple(first.bold[place] for place in kept),
                )
                if not kept:
                    following.pop(0)
    return found


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
