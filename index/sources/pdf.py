"""PDF, through PDFium: the text of each page with its page number. Scanned pages without text are not read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]

from index.document import Block, Document, Section, Skipped
from index.sources.files import document_id, files

_ITEM = re.compile(r"^\s*(?:[•●▪◦‣–*]|-\s|\(?\d{1,2}[.)]\s)\s*")
_HEADING = re.compile(r"^(?:\d+(?:\.\d+)*\.?\s+)?[A-Z][^.;]{2,80}$")
_MAX_HEADING_WORDS = 10
# PDFium gives U+FFFE for a hyphen at the end of a line.
_HYPHENATED = re.compile(r"([A-Za-z]+)(?:\ufffe\n?|[-\u00ad]\n)(?=[a-z])")
# These keep their hyphen: "beta-" / "blocker" is no "betablocker".
_PREFIXES = frozenset(
    {"alpha", "beta", "non", "anti", "self", "first", "second", "third", "long", "short", "low", "high"}
)
_YEAR = re.compile(r"(19|20)\d\d")


def read(path: Path) -> Iterator[Document | Skipped]:
    """The documents of a file or of every ``.pdf`` file in a folder."""
    for file in files(path, ".pdf"):
        try:
            pdf = pypdfium2.PdfDocument(file)
        except (OSError, pypdfium2.PdfiumError) as error:
            yield Skipped(str(file), str(error))
            continue
        try:
            yield _document(pdf, file, path)
        finally:
            pdf.close()


def _document(pdf: pypdfium2.PdfDocument, file: Path, root: Path) -> Document | Skipped:
    pages = [_page(pdf, number) for number in range(len(pdf))]
    repeated = _repeated(pages)
    sections: list[Section] = []
    heading: tuple[str, ...] = ()
    for number, lines in enumerate(pages, start=1):
        for section in _sections([line for line in lines if line not in repeated], number, heading):
            sections.append(section)
            heading = section.heading
    if not sections:
        return Skipped(str(file), "no page has text: it may be scanned")
    facts = pdf.get_metadata_dict()
    dated = _YEAR.search(facts.get("CreationDate", ""))
    return Document(
        id=document_id(file, root),
        title=" ".join(facts.get("Title", "").split()) or file.stem,
        sections=tuple(sections),
        year=int(dated.group()) if dated else None,
    )


def _page(pdf: pypdfium2.PdfDocument, number: int) -> list[str]:
    page = pdf[number]
    text = page.get_textpage().get_text_range().replace("\r\n", "\n")
    return [line.strip() for line in _HYPHENATED.sub(_joined, text).split("\n")]


def _joined(match: re.Match[str]) -> str:
    word = match.group(1)
    return f"{word}-" if word.lower() in _PREFIXES else word


def _repeated(pages: list[list[str]]) -> frozenset[str]:
    """Running headers and footers: first and last lines that stand on more than half of at least three pages."""
    edges = Counter(line for lines in pages for line in {*lines[:2], *lines[-2:]} if line)
    return frozenset(line for line, count in edges.items() if len(pages) > 2 and count > len(pages) / 2)


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
        if not line or starts_item or (not current and _is_heading(lines, position)):
            finish()
        if line and not starts_item and not current and _is_heading(lines, position):
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
