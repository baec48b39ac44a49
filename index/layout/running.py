"""Heads and feet that run through a document: the same words at the same height on several pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from index.layout.lines import is_page_number, rows
from index.layout.words import Page, Word

# Heads and feet stand in the outer fifth of a page; further in, a repeated line is text.
_ZONE = 0.2
_COUNTED = re.compile(r"\d+|\b[ivxlc]{1,6}\b")
_NUMBER = re.compile(r"^\d{1,4}\b|\b\d{1,4}(?=(?:\s*(?:of|/)\s*\d{1,4})?$)")


def without_running(pages: Sequence[Page]) -> list[list[Word]]:
    """The words of each page without those that run through the document, and without page numbers."""
    lines = [rows(page.words) for page in pages]
    seen = Counter(key for page, found in zip(pages, lines, strict=True) for key in {_key(row, page) for row in found})
    often = 2 if len(pages) < 10 else 3
    repeated = {key for key, count in seen.items() if count >= often}
    offset = _offset(pages, lines)
    return [
        [*_kept(page, found, repeated, offset), *(word for word in page.words if word.turned)]
        for page, found in zip(pages, lines, strict=True)
    ]


def _kept(page: Page, found: list[list[Word]], repeated: set[tuple[str, int]], offset: int | None) -> list[Word]:
    first, last = 0, len(found)
    while first < last and _is_running(found[first], page, repeated, offset):
        first += 1
    while last > first and _is_running(found[last - 1], page, repeated, offset):
        last -= 1
    return [word for row in found[first:last] for word in row]


def _is_running(row: list[Word], page: Page, repeated: set[tuple[str, int]], offset: int | None) -> bool:
    if _ZONE * page.height < row[0].base < (1 - _ZONE) * page.height:
        return False
    text = _text(row)
    counted = offset is not None and page.number + offset in _numbers(text) and len(text.split()) < 15
    return _key(row, page) in repeated or is_page_number(text) or counted


def _key(row: Sequence[Word], page: Page) -> tuple[str, int]:
    """The line's words, whatever it counts, and its height to within a few points."""
    return _COUNTED.sub("#", _text(row).lower()), round(row[0].base * 200 / page.height)


def _offset(pages: Sequence[Page], lines: Sequence[list[list[Word]]]) -> int | None:
    """What is added to a page's place to get the number printed at its outer edge; None where none is."""
    offsets = Counter(
        each - page.number
        for page, found in zip(pages, lines, strict=True)
        for row in (*found[:1], *found[-1:])
        for each in _numbers(_text(row))
    )
    offset, count = offsets.most_common(1)[0] if offsets else (0, 0)
    return offset if count > 2 else None


def _numbers(line: str) -> set[int]:
    return {int(each) for each in _NUMBER.findall(line)}


def _text(row: Sequence[Word]) -> str:
    return " ".join(word.text for word in row)
