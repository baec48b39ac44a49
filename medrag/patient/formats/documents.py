"""Word documents and PDFs with a text layer as the text of a note."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from medrag.errors import PatientError
from medrag.patient.formats import pdf_pages
from medrag.types import ANY_LIST, Problem

MAX_UNPACKED = 100_000_000
_FEWEST_LETTERS = 20
"""Letters that a whole PDF with a text layer has at least; a scan has none, or those of a stamp."""
_FAULTS = {
    "locked": "a password locks",
    "damaged": "is damaged",
    "large": "breaks its reader, or needs more memory or time than a document is given",
}
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_LEFT_OUT = {f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", _FALLBACK}
_SAID = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


def pdf_text(content: bytes, name: str) -> tuple[str, list[Problem]]:
    """A PDF's text, and what of it holds none.

    Raises ``PatientError`` for one that is scanned, locked or damaged, or that needs too much memory or time.
    """
    read = _pdf_pages(content)
    if fault := _FAULTS.get(read.get("fault", "")):
        raise PatientError(f"{name}: is a PDF that {fault}; give the note as text or .docx")
    pages: list[str] = read["pages"]
    if sum(letter.isalnum() for page in pages for letter in page) < _FEWEST_LETTERS:
        raise PatientError(
            f"{name}: is a PDF without text (scanned?); recognise its text (OCR) first, or give the text"
        )
    return "\n\n".join(pages), list(_gaps(pages, read["left"], name, form=read["form"]))


def _pdf_pages(content: bytes) -> dict[str, Any]:
    """What the process that reads PDFs says; where it broke or ran out of memory or time, that."""
    command = [sys.executable, "-I", pdf_pages.__file__]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=4 * pdf_pages.SECONDS, check=False)
        read = json.loads(done.stdout) if done.returncode == 0 else {"fault": "large"}
    except (subprocess.TimeoutExpired, ValueError):
        read = {"fault": "large"}
    return dict(read)


def _gaps(pages: list[str], unread: int, name: str, *, form: bool) -> Iterator[Problem]:
    empty = [str(number) for number, page in enumerate(pages, start=1) if not page.strip()]
    if empty:
        reason = f"pages without text, not read (scanned?): {', '.join(empty)}"
        yield Problem(source=name, reason=reason, lost=ANY_LIST)
    if unread:
        yield Problem(source=name, reason=f"only the first {pdf_pages.PAGES} pages were read", lost=ANY_LIST)
    if form:
        yield Problem(source=name, reason="is a form; what was filled into its fields may not have been read")


def docx_text(content: bytes, name: str) -> str:
    """A Word document's text, its header first: a line a paragraph or a table's row.

    Raises ``PatientError`` for a damaged one, one without text, and one that unpacks to more than 100 MB.
    """
    import docx
    from docx.opc.exceptions import OpcError
    from lxml import etree  # type: ignore[import-untyped]

    damaged = (OpcError, zipfile.BadZipFile, etree.XMLSyntaxError, KeyError, ValueError, AttributeError, TypeError)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(each.file_size for each in archive.infolist()) > MAX_UNPACKED:
                raise PatientError(f"{name}: unpacks to more than {MAX_UNPACKED // 1_000_000} MB")
        word = docx.Document(io.BytesIO(content))
        headers = [section.header._element for section in word.sections[:1]]
        lines = [line for part in (*headers, word.element.body) for line in _lines(part)]
    except (*damaged, OSError, NotImplementedError, zlib.error, IndexError, RecursionError):
        raise PatientError(f"{name}: is a damaged Word document") from None
    text = "\n".join(lines)
    if not text.strip():
        raise PatientError(f"{name}: is a Word document without text")
    return text


def _lines(element: Any) -> Iterator[str]:
    for child in element:
        if child.tag == f"{_W}p":
            yield _paragraph(child)
        elif child.tag == f"{_W}tbl":
            yield from (_row(row) for row in child.iter(f"{_W}tr"))
        elif child.tag not in _LEFT_OUT:
            yield from _lines(child)


def _paragraph(paragraph: Any) -> str:
    """A paragraph's words, marked as a heading or an entry of a list where its style says so."""
    words = _words(paragraph).strip()
    styles = [each.get(f"{_W}val") or "" for each in paragraph.iter(f"{_W}pStyle")]
    if words and any(style.startswith("Heading") for style in styles) and words[-1] not in ":.":
        return f"{words}:"
    listed = any(style.startswith("List") for style in styles) or next(paragraph.iter(f"{_W}numPr"), None) is not None
    return f"- {words}" if words and listed else words


def _row(row: Any) -> str:
    """A row's cells: two as a heading and what it holds, more with tabs between."""
    cells = [" ".join(_words(cell).split()) for cell in row if cell.tag == f"{_W}tc"]
    filled = [cell for cell in cells if cell]
    if len(filled) == 2 and not filled[0].endswith(":"):
        return ": ".join(filled)
    return "\t".join(filled)


def _words(element: Any) -> str:
    parts = []
    for child in element:
        if child.tag in _LEFT_OUT:
            continue
        if child.tag == f"{_W}t":
            parts.append(child.text or "")
        elif child.tag in _SAID:
            parts.append(_SAID[child.tag])
        else:
            parts.append(_words(child))
            parts.append("\n" if child.tag == f"{_W}p" else "")
    return "".join(parts)
