"""Pages that are only pictures, read by ocrmypdf (Tesseract) where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]

from index.layout.words import page_of

MISSING = "it is scanned and has no text; install ocrmypdf, and it is read"
_LIMIT_S = 1800


@contextmanager
def with_text(file: Path) -> Iterator[tuple[Path, bool]]:
    """A file that has text where ``file`` has scanned pages, and whether it was made: else ``file`` itself.

    Raises subprocess.CalledProcessError or TimeoutExpired where ocrmypdf fails.
    """
    tool = shutil.which("ocrmypdf")
    if tool is None or not _has_scans(file):
        yield file, False
        return
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / file.name
        subprocess.run([tool, "--skip-text", "--quiet", str(file), str(made)], check=True, timeout=_LIMIT_S)
        yield made, True


def _has_scans(file: Path) -> bool:
    with pypdfium2.PdfDocument(file) as pdf:
        return any(page_of(pdf, position).scanned for position in range(len(pdf)))
