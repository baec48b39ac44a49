"""Pages that are only pictures, read by ocrmypdf (Tesseract) where it is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]

from index.layout.fragments import UNREAD
from index.layout.word import Word
from index.layout.words import has_little_text, page_of

MISSING = "it is scanned and has no text; install ocrmypdf, and it is read"
NOTHING_FOUND = "it is scanned, and OCR found no text on it: it is blank, or took too long"
_LIMIT_S, _PAGE_LIMIT_S = 1800, 600
_BULLETS = frozenset(["e", "¢", "e¢", "«", "°", "©", "@", "®", "*", "+", "»", "¢e"])
# How far a bullet stands from its text, in points.
_BESIDE = 30.0
_RULE = re.compile(r"^[|_—=~]+|[|_]+$")
_UNIT = r"(?:mg|mcg|micrograms?|kg|g|mL|ml|mmol|units?|h|hours?|days?)"
# What Tesseract makes of units and amounts, where the words can be nothing else; and words that it sets together.
_MEANT = (
    (re.compile(r"(?:^|(?<=/))m\?(?=[,;.)]?$)"), "m²"),  # "mL/min/1.73 m?"
    (re.compile(r"(?<![^\W\d])yg\b"), "µg"),
    (re.compile(r"(?<=/)[yp]L\b"), "µL"),
    (re.compile(rf"(?<=\d)({_UNIT})?to(?=\d)"), r"\1 to "),
    (re.compile(rf"(?<=\d)(?={_UNIT}(?:\b|IV\b))"), " "),
    (re.compile(r"(?<=\bg)(?=IV\b)"), " "),
)
# A sign after an amount or its unit: a raised digit that was not read. "lg" may be "1 g" or "µg", "pg" may be "µg".
_UNREAD = (
    re.compile(r"(?<=[\d%])[?®©](?=[,;.)/]|$)|(?<=\d)°(?=/)"),
    re.compile(r"(?:(?<=/kg)|(?<=\bmg)|(?<=\bg))[?°®©](?=[,;.)]?$)"),
    re.compile(r"(?<![^\W\d])[pl](?=ga?\b)"),
)


@contextmanager
def with_text(file: Path) -> Iterator[Path]:
    """A file that has text where ``file`` has scanned pages, as far as it can be read: else ``file`` itself.

    Raises subprocess.CalledProcessError or TimeoutExpired where ocrmypdf fails.
    """
    tool = shutil.which("ocrmypdf")
    if tool is None or not _has_scanned(file):
        yield file
        return
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / file.name
        # "sandwich" is the way that keeps words' true breadths, by which cells are told.
        limit = ["--tesseract-timeout", str(_PAGE_LIMIT_S)]
        options = ["--skip-text", "--deskew", "--pdf-renderer", "sandwich", "--quiet", *limit]
        subprocess.run([tool, *options, str(file), str(made)], check=True, timeout=_LIMIT_S)
        yield made


def why_unread() -> str:
    """Why a page without text was not read."""
    return NOTHING_FOUND if shutil.which("ocrmypdf") else MISSING


def mended(lines: Sequence[Sequence[Word]]) -> list[Word]:
    """The words of lines; what Tesseract makes of a bullet or a unit is one again, and of a rule goes.

    A raised digit or a "µ" that it did not read stands as a character not read: its sentence is not quotable.
    """
    clean = ([replace(word, text=_said(word.text)) for word in line] for line in lines)
    return [word for line in clean for word in _bulleted([word for word in line if word.text])]


def _said(text: str) -> str:
    text = _RULE.sub("", text)
    for misread, meant in _MEANT:
        text = misread.sub(meant, text)
    for unread in _UNREAD:
        text = unread.sub(UNREAD, text)
    return text


def _bulleted(line: Sequence[Word]) -> Sequence[Word]:
    bullet = len(line) > 1 and line[0].text in _BULLETS and line[1].x0 - line[0].x1 < _BESIDE
    return [replace(line[0], text="•"), *line[1:]] if bullet else line


def _has_scanned(file: Path) -> bool:
    with pypdfium2.PdfDocument(file) as pdf:
        empty = (position for position in range(len(pdf)) if has_little_text(pdf, position))
        return any(page_of(pdf, position).scanned for position in empty)
