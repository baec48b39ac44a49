"""PDF: words and faces through PDFium, tables through pdfplumber, put together by :mod:`index.layout`.

Pages without text are read by OCR where ``ocrmypdf`` is installed, else each is named as not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]

from index.document import Document, Section, Skipped
from index.layout import ocr
from index.layout.fragments import whole
from index.layout.headings import Headings, body_size, plain
from index.layout.lines import Line, in_order, regions, rows, unnumbered
from index.layout.ocr import why_unread, with_text
from index.layout.picture import Edge, rules
from index.layout.reading import Reading, kept
from index.layout.running import without_running
from index.layout.structure import Structure
from index.layout.tables.aligned import aligned_tables, rest_of, wide_tables
from index.layout.tables.cells import Found
from index.layout.tables.continued import Items, mended
from index.layout.tables.ruled import Ruled, captioned, outside
from index.layout.tables.turned import under_turned
from index.layout.word import Word
from index.layout.words import Page, page_of
from index.sources import SUFFIXES
from index.sources.files import document_id, documents
from index.stems import stemmed

UNSETTLED = "a table's rows or columns cannot be told apart there: its words are found by searches and never quoted"
_YEAR = re.compile(r"(19|20)\d\d")
# What programs write where nobody gave a title.
_NO_TITLE = re.compile(
    r"^\s*$|^microsoft word|^untitled|\.(?:docx?|indd|pdf|pptx?|rtf|html?)$|^\(?anonymous\)?$", re.IGNORECASE
)


def read(path: Path) -> Iterator[Document | Skipped]:
    """The documents of a file or of every ``.pdf`` file in a folder."""
    return documents(path, document, *SUFFIXES["pdf"])


def document(file: Path, root: Path) -> Iterator[Document | Skipped]:
    """The document of one file below ``root``, and a word on pages that were not read."""
    found = kept(file, _reading)
    named = document_id(file, root)
    if found.scanned:
        yield Skipped(f"{file} page {_listed(found.scanned)}", why_unread(), named, partly=bool(found.sections))
    if found.unsettled:
        yield Skipped(f"{file} page {_listed(found.unsettled)}", UNSETTLED, named, partly=True)
    if found.sections:
        yield Document(id=named, title=found.title or file.stem, sections=found.sections, year=found.year)
    elif not found.scanned:
        yield Skipped(str(file), "no page has text: it may be scanned", named)


def _reading(file: Path) -> Reading:
    with with_text(file) as readable, closing(pypdfium2.PdfDocument(readable)) as pdf:
        pages = [page_of(pdf, position) for position in range(len(pdf))]
        facts = pdf.get_metadata_dict()
        title, sections, unread = _read(pages, _outline(pdf), pdf, readable)
    dated = _YEAR.search(facts.get("CreationDate", ""))
    given = " ".join(facts.get("Title", "").split())
    return Reading(
        title=title if _NO_TITLE.search(given) and title else given,
        year=int(dated.group()) if dated else None,
        sections=sections,
        scanned=tuple(page.number for page in pages if page.scanned),
        unsettled=tuple(unread),
    )


def _read(
    pages: Sequence[Page], outline: dict[str, int], pdf: pypdfium2.PdfDocument, file: Path
) -> tuple[str, tuple[Section, ...], Sequence[int]]:
    """The title on the first page, the sections, and the pages of tables whose rows are not known for sure."""
    with closing(Ruled(file)) as ruled:
        laid_out: list[Items] = []
        for page, words in zip(pages, without_running(pages), strict=True):
            before = laid_out[-1][-1] if laid_out and laid_out[-1] else None
            pictured = rules(pdf, page.number - 1) if page.by_ocr else []
            laid_out.append(_page(page, words, ruled, pictured, before if isinstance(before, Found) else None))
        laid_out = mended(laid_out)
    lines = [item for items in laid_out for item in items if isinstance(item, Line)]
    headings = Headings(body_size(lines), outline)
    title = _title(lines)
    structure = Structure(headings, title)
    sections = _structured(pages, laid_out, structure)
    if structure.captions:
        structure = Structure(headings, title, structure.captions)
        sections = _structured(pages, laid_out, structure)
    unread = sorted(set(structure.unread))
    return title, tuple(whole([stemmed(each) for each in sections])), unread


def _structured(pages: Sequence[Page], laid_out: Sequence[Items], structure: Structure) -> tuple[Section, ...]:
    for page, items in zip(pages, laid_out, strict=True):
        structure.page(items, page.number)
    return structure.close()


def _page(page: Page, words: list[Word], ruled: Ruled, pictured: Sequence[Edge], before: Found | None) -> Items:
    """A page's lines in reading order, its tables where they stand among them; ``before`` is one that it may go on."""
    words = ocr.mended(rows(words)) if page.by_ocr else unnumbered(words)
    tables = ruled.tables(page.number - 1, words, pictured) if (page.ruled or pictured) and words else []
    free = [word for word in outside(words, tables) if not word.turned]
    if before and not before.drawn and (rest := rest_of(before, free)):
        tables.append(rest)
    tables += wide_tables([word for word in outside(words, tables) if not word.turned])
    free = [word for word in outside(words, tables) if not word.turned]
    tables += [found for region in regions(free) for found in aligned_tables(region)]
    tables = [under_turned(found, outside(words, tables)) for found in tables]
    lines: Items = list(in_order([word for word in outside(words, tables) if not word.turned], page.number))
    for found in sorted(tables, key=lambda each: each.box[1]):
        table, caption = captioned(found, [line for line in lines if isinstance(line, Line)])
        lines.insert(_place(lines, table), table)
        for line in caption:
            lines.remove(line)
    return lines


def _place(items: Sequence[Line | Found], table: Found) -> int:
    """After the last line above the table that shares its breadth, or that is in a column before it."""
    left, top, right, _ = table.box
    place, passed = 0, False
    for position, item in enumerate(items, start=1):
        x0, base, x1 = (
            (item.box[0], item.box[1], item.box[2]) if isinstance(item, Found) else (item.x0, item.base, item.x1)
        )
        beside = x0 < right and x1 > left
        passed = passed or (beside and base > top + 2)
        if (beside and base < top + 2) or (x1 <= left and not passed):
            place = position
    return place


def _title(lines: Sequence[Line]) -> str:
    """The largest words of the first page, where they are larger than its text and in one place: others head parts."""
    first = [line for line in lines if line.page == lines[0].page] if lines else []
    largest = max((line.size for line in first), default=0)
    if largest <= 1.2 * body_size(lines):
        return ""
    places = [place for place, line in enumerate(first) if line.size > 0.95 * largest]
    if places[-1] - places[0] >= len(places):
        return ""
    return Headings(0, {}).at([first[place] for place in places], ended=True, gap=True)[0]


def _outline(pdf: pypdfium2.PdfDocument) -> dict[str, int]:
    """The levels of the document's own outline by its entries' words."""
    entries = ((plain(entry.get_title()), entry.level) for entry in pdf.get_toc())
    return {words: level for words, level in entries if words}


def _listed(pages: Sequence[int]) -> str:
    return ", ".join(map(str, pages))
