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

from index.layout.word import Word
from index.layout.words import has_little_text, page_of

MISSING = "it is scanned and has no text; install ocrmypdf, and it is read"
NOTHING_FOUND = "it is scanned, and OCR found no text on it: it is blank, or took too long"
_LIMIT_S, _PAGE_LIMIT_S = 1800, 600
_BULLETS = frozenset(["e", "¢", "e¢", "«", "°", "©", "@", "®", "*", "+", "»", "¢e"])
# How far a bullet stands from its text, in points.
_BESIDE = 30.0
# "mL/min/1.73 m?"
_SQUARE = re.compile(r"^m\?(?=[,;.)]?$)")
_RULE = re.compile(r"^[|_—=~]+|[|_]+$")


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
    """The words of lines; what Tesseract makes of a bullet or of a raised 2 is one again, and of a rule goes."""
    clean = ([replace(word, text=_said(word.text)) for word in line] for line in lines)
    return [word for line in clean for word in _bulleted([word for word in line if word.text])]


def _said(text: str) -> str:
    return _SQUARE.sub("m²", _RULE.sub("", text))


def _bulleted(line: Sequence[Word]) -> Sequence[Word]:
    bullet = len(line) > 1 and line[0].text in _BULLETS and line[1].x0 - line[0].x1 < _BESIDE
    return [replace(line[0], text="•"), *line[1:]] if bullet else line


def _has_scanned(file: Path) -> bool:
    with pypdfium2.PdfDocument(file) as pdf:
        empty = (position for position in range(len(pdf)) if has_little_text(pdf, position))
        return any(page_of(pdf, position).scanned for position in empty)
