"""Pages that are only pictures, read by ocrmypdf (Tesseract) where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]

from index.layout.words import Word, page_of

MISSING = "it is scanned and has no text; install ocrmypdf, and it is read"
_LIMIT_S = 1800
_BULLETS = frozenset(["e", "¢", "e¢", "«", "°", "©", "@", "®", "*", "+", "»", "¢e"])


@contextmanager
def with_text(file: Path) -> Iterator[tuple[Path, frozenset[int]]]:
    """A file that has text where ``file`` has scanned pages, and their numbers: else ``file`` itself, and none.

    Raises subprocess.CalledProcessError or TimeoutExpired where ocrmypdf fails.
    """
    tool = shutil.which("ocrmypdf")
    scanned = _scanned(file) if tool else frozenset()
    if tool is None or not scanned:
        yield file, frozenset()
        return
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / file.name
        subprocess.run([tool, "--skip-text", "--quiet", str(file), str(made)], check=True, timeout=_LIMIT_S)
        yield made, scanned


def bulleted(lines: Sequence[Sequence[Word]]) -> list[Word]:
    """The words of lines; what Tesseract makes of a bullet is one again."""
    return [
        replace(word, text="•") if not place and len(line) > 1 and word.text in _BULLETS else word
        for line in lines
        for place, word in enumerate(line)
    ]


def _scanned(file: Path) -> frozenset[int]:
    with pypdfium2.PdfDocument(file) as pdf:
        pages = (page_of(pdf, position) for position in range(len(pdf)))
        return frozenset(page.number for page in pages if page.scanned)
