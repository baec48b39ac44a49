"""One module a format. Each has ``read(path) -> Iterator[Document | Skipped]`` over a file or a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from index.document import Document, Skipped
from medrag.errors import InputError

Reader = Callable[[Path], Iterator[Document | Skipped]]

KINDS = ("docx", "html", "jsonl", "markdown", "medquad", "ngc", "pdf", "pubmed", "spl")


def reader(kind: str) -> Reader:
    """The reader of ``kind``; its parser is imported only now. Raises InputError for an unknown kind."""
    if kind not in KINDS:
        raise InputError(f"There is no source kind {kind}. Kinds: {', '.join(KINDS)}.", param="source")
    read: Reader = import_module(f"index.sources.{kind}").read
    return read
