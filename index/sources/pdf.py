"""PDF, through PDFium: the text of each page with its page number. Scanned pages without text are not read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]

from index.document import Block, Document, Section, Skipped
from index.sources.files import document_id, documents

_ITEM = re.compile(r"^\s*(?:[•●▪◦‣–*]|-\s|\(?\d{1,2}[.)]\s)\s*")
_HEADING = re.compile(r"^(?:\d+(?:\.\d+)*\.?\s+)?[A-Z][^.;]{2,80}$(?<!,)(?<! or)(?<! and)(?<! of)(?<! the)(?<! to)")
_NUMBERED_HEADING = re.compile(r"^\d+(?:\.\d+)+\.?\s+[A-Z][^.;,]{2,80}$")
_MAX_HEADING_WORDS = 10
# PDFium gives U+FFFE for a hyphen at the end of a line.
_HYPHENATED = re.compile(r"([A-Za-z]+)(?:\ufffe\n?|[-\u00ad]\n)(?=[a-z])")
# These keep their hyphen: "beta-" / "blocker" is no "betablocker".
_PREFIXES = frozenset(
    {"alpha", "beta", "non", "anti", "self", "first", "second", "third", "long", "short", "low", "high"}
)
# A soft hyphen within a line is none; a hyphen of PDFium's left over is one; NUL stands for a character without a name.
_ODD = str.maketrans({"\u00ad": None, "\ufffe": "-", "\0": " "})
# A line of a table of contents.
_CONTENTS = re.compile(r"(?:\s?\.){5,}\s*\w*\s*$")
_NUMBER = re.compile(r"^\d{1,4}\b|\b\d{1,4}(?=(?:\s*(?:of|/)\s*\d{1,4})?$)")
_ROMAN = re.compile(r"[ivxlc]{1,6}")
_YEAR = re.compile(r"(19|20)\d\d")


def read(path: Path) -> Iterator[Document | Skipped]:
    """The documents of a file or of every ``.pdf`` file in a folder."""
    return documents(path, _document, ".pdf")


def _document(file: Path, root: Path) -> Document | Skipped:
    with pypdfium2.PdfDocument(file) as pdf:
        pages = _without_running_lines([_page(pdf, number) for number in range(len(pdf))])
        facts = pdf.get_metadata_dict()
    sections: list[Section] = []
    heading: tuple[str, ...] = ()
    for number, lines in enumerate(pages, start=1):
        for section in _sections(lines, number, heading):
            sections.append(section)
            heading = section.heading
    if not sections:
        return Skipped(str(file), "no page has text: it may be scanned")
    dated = _YEAR.search(facts.get("CreationDate", ""))
    return Document(
        id=document_id(file, root),
        title=" ".join(facts.get("Title", "").split()) or file.stem,
        sections=tuple(sections),
        year=int(dated.group()) if dated else None,
    )


def _page(pdf: pypdfium2.PdfDocument, number: int) -> list[str]:
    text = pdf[number].get_textpage().get_text_range().replace("\r\n", "\n")
    joined = _HYPHENATED.sub(_joined, text).translate(_ODD)
    return [line.strip() for line in joined.split("\n") if not _CONTENTS.search(line)]


def _joined(match: re.Match[str]) -> str:
    word = match.group(1)
    return f"{word}-" if word.lower() in _PREFIXES else word


def _without_running_lines(pages: list[list[str]]) -> list[list[str]]:
    """The pages without headers, footers and page numbers.

    A header or footer is one of a page's two outer lines at either end that stands there on more than half of at least
    three pages, or its outermost line where that carries the page's number ("Chapter 4: Gout 18").
    """
    pages = [[line for line in lines if line] for lines in pages]
    edges = Counter(line for lines in pages for line in {*lines[:2], *lines[-2:]})
    repeated = {line for line, count in edges.items() if len(pages) > 2 and count > len(pages) / 2}
    offsets = Counter(
        each - page for page, lines in enumerate(pages) for line in {*lines[:1], *lines[-1:]} for each in _numbers(line)
    )
    offset, count = offsets.most_common(1)[0] if offsets else (0, 0)
    numbered = offset if count > 2 else None
    return [list(_inner(lines, page, repeated, numbered)) for page, lines in enumerate(pages)]


def _inner(lines: list[str], page: int, repeated: set[str], offset: int | None) -> Iterator[str]:
    for position, line in enumerate(lines):
        from_edge = min(position, len(lines) - 1 - position)
        running = from_edge < 2 and line in repeated
        counted = from_edge == 0 and offset is not None and page + offset in _numbers(line)
        if not (running or counted or (from_edge == 0 and _ROMAN.fullmatch(line))):
            yield line


def _numbers(line: str) -> set[int]:
    """What a line may hold of a page number: the number it begins or ends with."""
    return {int(each) for each in _NUMBER.findall(line)}


def _sections(lines: list[str], page: int, heading: tuple[str, ...]) -> Iterator[Section]:
    """The page's sections; text before its first heading goes on under ``heading``."""
    blocks: list[Block] = []
    current: list[str] = []
    item = False

    def finish() -> None:
        nonlocal item
        if text := " ".join(" ".join(current).split()):
            blocks.append(Block(text, statement=item))
        current.clear()
        item = False

    for position, line in enumerate(lines):
        starts_item = _ITEM.match(line)
        starts_heading = not starts_item and (
            _NUMBERED_HEADING.match(line) is not None or (not current and _is_heading(lines, position))
        )
        if not line or starts_item or starts_heading:
            finish()
        if starts_heading:
            if blocks:
                yield Section(heading, tuple(blocks), page)
            blocks, heading = [], (line,)
        elif line:
            item = item or bool(starts_item)
            current.append(_ITEM.sub("", line) if starts_item else line)
            if line.endswith((".", ":")) and len(line) < 60:
                finish()
    finish()
    if blocks:
        yield Section(heading, tuple(blocks), page)


def _is_heading(lines: list[str], position: int) -> bool:
    """A short line that starts with a capital, ends no sentence and is followed by text that starts one."""
    line = lines[position]
    following = next((each for each in lines[position + 1 :] if each), "")
    starts = following[:1].isupper() or bool(_ITEM.match(following))
    return bool(_HEADING.match(line)) and len(line.split()) <= _MAX_HEADING_WORDS and starts
