"""Heads and feet that run through a document: the same words at the same height on several pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from index.layout.lines import is_page_number, rows
from index.layout.words import Page, Word

# Heads and feet stand in the outer fifth of a page; further in, a repeated line is text.
_ZONE = 0.2
_COUNTED = re.compile(r"\b(?:\d{1,4}|[ivxlc]{1,6})\b")
_NUMBER = re.compile(r"^\d{1,4}\b|\b\d{1,4}(?=(?:\s*(?:of|/)\s*\d{1,4})?$)")


def without_running(pages: Sequence[Page]) -> list[list[Word]]:
    """The words of each page without those that run through the document, and without page numbers."""
    lines = [rows(page.words) for page in pages]
    offset = _offset(pages, lines)
    seen = Counter(
        key for page, found in zip(pages, lines, strict=True) for key in {_key(row, page, offset) for row in found}
    )
    often = 2 if len(pages) < 10 else 3
    repeated = {key for key, count in seen.items() if count >= often}
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
    counted = offset is not None and page.number + offset in _numbers(text) and _may_count(text)
    return _key(row, page, offset) in repeated or is_page_number(text) or counted


def _key(row: Sequence[Word], page: Page, offset: int | None) -> tuple[str, int]:
    """The line's words, its page's number as a mark, and its height to within a few points.

    Other numbers are what a line says: "Give it for 10 days." and "... 20 days." are two.
    """
    text = _text(row).lower()
    own = {str(page.number), str(page.number + (offset or 0))}
    if _may_count(text):
        text = _COUNTED.sub(lambda found: "#" if found[0] in own or found[0].isalpha() else found[0], text)
    return text, round(row[0].base * 200 / page.height)


def _may_count(text: str) -> bool:
    """Whether a line may hold the page's number: a sentence holds numbers of its own."""
    return len(text.split()) < 15 and not text.rstrip().endswith(".")


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
