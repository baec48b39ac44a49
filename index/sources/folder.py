"""A folder as it is: each file by its suffix, and a word on each of a format that is not read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from index.document import Document, Skipped
from index.sources import SUFFIXES
from index.sources.files import Made, documents, reason

_KINDS = ("docx", "html", "markdown", "pdf", "jats")
# An .xml file may be anything; articles that are so named have a source of their own.
_KIND_OF = {suffix: kind for kind in _KINDS for suffix in SUFFIXES[kind] if suffix != ".xml"}


def read(path: Path) -> Iterator[Document | Skipped]:
    """The documents of a folder; their ids keep the suffix, so that ``asthma.pdf`` and ``asthma.docx`` are two."""
    return documents(path, _document, *SUFFIXES["folder"])


def _document(file: Path, root: Path) -> Iterator[Document | Skipped]:
    read_one: Callable[[Path, Path], Made] = import_module(f"index.sources.{_KIND_OF[file.suffix.lower()]}").document
    name = file.relative_to(root).as_posix() if root.is_dir() else file.name
    try:
        made = read_one(file, root)
        for item in [made] if isinstance(made, (Document, Skipped)) else made:
            yield replace(item, id=name) if isinstance(item, Document) else replace(item, document=name)
    except Exception as error:  # noqa: BLE001 - parsers fail on broken files in ways that nobody foresaw
        yield Skipped(str(file), reason(error), name)
