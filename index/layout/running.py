"""Heads and feet that run through a document: the same words at the same height on several pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from index.layout.lines import is_page_number, pieces, rows
from index.layout.word import Word
from index.layout.words import Page

# Heads and feet stand in the outer fifth of a page; further in, a repeated line is text.
_ZONE = 0.2
_TITLE_WORDS = 3
_EDGE = 0.055
_COUNTED = re.compile(r"\b\d{1,4}\b")
_ROMAN = re.compile(r"\b[ivxlc]{1,6}\b")
_NUMBER = re.compile(r"^\d{1,4}\b(?!\.\d)|\b\d{1,4}(?=(?:\s*(?:of|/)\s*\d{1,4})?$)")


def without_running(pages: Sequence[Page]) -> list[list[Word]]:
    """The words of each page without those that run through the document, and without page numbers."""
    lines = [rows(page.words) for page in pages]
    offset = _offset(pages, lines)
    seen = Counter(
        key
        for page, found in zip(pages, lines, strict=True)
        for key in {key for row in found for key in _keys(row, page, offset)}
    )
    often = 2 if len(pages) < 10 else 3
    repeated = {key for key, count in seen.items() if count >= often}
    if len(pages) == 1:
        lines = [_without_margins(pages[0], lines[0])]
    return [
        [*_kept(page, found, repeated, offset), *(word for word in page.words if word.turned)]
        for page, found in zip(pages, lines, strict=True)
    ]


def _without_margins(page: Page, found: list[list[Word]]) -> list[list[Word]]:
    """The lines of a lone page but for what stands at its very edges and ends no sentence: nothing repeats there."""
    edges = (_EDGE * page.height, (1 - _EDGE) * page.height)
    return [row for row in found if edges[0] < row[0].base < edges[1] or row[-1].text.endswith((".", ":"))]


def _kept(page: Page, found: list[list[Word]], repeated: set[tuple[str, int]], offset: int | None) -> list[Word]:
    first = _running(found, page, repeated, offset)
    last = len(found) - _running(found[first:][::-1], page, repeated, offset)
    return [word for row in found[first:last] for word in row]


def _running(found: Sequence[list[Word]], page: Page, repeated: set[tuple[str, int]], offset: int | None) -> int:
    """How many rows from a page's edge on run through the document; its number stands in one of them."""
    counted = False
    for place, row in enumerate(found):
        text = _text(row)
        counts = offset is not None and page.number + offset in _numbers(text) and _may_count(text)
        known = not repeated.isdisjoint(_keys(row, page, offset)) or is_page_number(text)
        inner = _ZONE * page.height < row[0].base < (1 - _ZONE) * page.height
        if inner or not (known or (counts and not counted)):
            return place
        counted = counted or counts
    return len(found)


def _keys(row: Sequence[Word], page: Page, offset: int | None) -> set[tuple[str, int]]:
    """The line's words at its height to within a few points, and the same with a mark where its page's number stands.

    Which number of "1/2" counts the pages is seen on the next one. Other numbers are what a line says: "Give it for 10
    days." and "... 20 days." are two.
    """
    text, height = _text(row).lower(), round(row[0].base * 200 / page.height)
    if not _may_count(text):
        return {(text, height)}
    text = _ROMAN.sub("#", text)
    own = {str(page.number), str(page.number + (offset or 0))}
    places = [found for found in _COUNTED.finditer(text) if found[0] in own]
    named = {(piece, height) for piece in _names(row)}
    return {(text, height), *named, *((f"{text[: each.start()]}#{text[each.end() :]}", height) for each in places)}


def _names(row: Sequence[Word]) -> list[str]:
    """The longer ones of two or three parts of a line far apart: a title beside the name of a chapter."""
    parts = [_text(part).lower() for part in pieces(row, 2 * row[0].size)]
    return [part for part in parts if len(part.split()) >= _TITLE_WORDS] if 1 < len(parts) < 4 else []


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
