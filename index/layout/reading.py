"""What a PDF was read as, kept below ``home``: a nightly build reads only files that are new or changed.

What is kept goes by the file's bytes, the code and words that read it, and whether pictures can be read.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

import index
from index.document import Section
from medrag.files import sha256, write_whole
from medrag.knowledge import load
from medrag.reading import languages
from medrag.settings import Settings

# What no build has asked for in so long is removed.
_KEPT_S = 90 * 24 * 3600


@dataclass(frozen=True)
class Reading:
    """A PDF's text in sections. ``scanned`` are the pages that hold pictures alone and were not read, ``unsettled``
    those of tables whose rows are not known for sure; ``title`` and ``year`` are the file's own."""

    title: str
    year: int | None
    sections: tuple[Section, ...]
    scanned: tuple[int, ...]
    unsettled: tuple[int, ...]


_READING = TypeAdapter(Reading)


def kept(file: Path, read: Callable[[Path], Reading]) -> Reading:
    """What ``read`` makes of ``file``, or made of the same bytes before."""
    folder = Settings().home / "read" / _reader()
    place = folder / f"{sha256(file)}.json"
    with contextlib.suppress(OSError, ValidationError):
        found = _READING.validate_json(place.read_bytes())
        place.touch()
        return found
    made = read(file)
    if made.scanned:  # another night, or another tool, may read those pages
        return made
    with contextlib.suppress(OSError):  # where nothing can be written each build reads anew
        _make_room(folder)
        write_whole(place, _READING.dump_json(made).decode())
    return made


def _reader() -> str:
    """A name for all that a reading depends on beside the file."""
    return f"{_code()}{'-ocr' if shutil.which('ocrmypdf') else ''}"


@cache
def _code() -> str:
    sources = [*_files(index), *_files(languages)]
    said = [*map(sha256, sources), *sorted(load().names), version("pypdfium2"), version("pdfplumber")]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


def _files(package: object) -> Iterable[Path]:
    root = Path(str(getattr(package, "__file__", ""))).parent
    return sorted(each for each in root.rglob("*") if each.is_file() and each.suffix != ".pyc")


def _make_room(folder: Path) -> None:
    """Remove the readings of other code, and old ones."""
    for each in folder.parent.glob("*"):
        if each != folder and each.name.removesuffix("-ocr") != folder.name.removesuffix("-ocr"):
            shutil.rmtree(each, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    for each in folder.glob("*.json"):
        if time.time() - each.stat().st_mtime > _KEPT_S:
            each.unlink()
