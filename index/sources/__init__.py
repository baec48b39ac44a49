"""One module a format. Each has ``read(path) -> Iterator[Document | Skipped]`` over a file or a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path

from index.document import Document, Skipped
from medrag.errors import InputError

Reader = Callable[[Path], Iterator[Document | Skipped]]

# The kinds, with the suffixes of the files that each reads in a folder.
SUFFIXES = {
    "docx": (".docx",),
    "folder": (".docx", ".htm", ".html", ".markdown", ".md", ".mdx", ".nxml", ".pdf", ".txt", ".xhtml"),
    "html": (".html", ".htm", ".xhtml"),
    "jats": (".xml", ".nxml"),
    "jsonl": (".jsonl", ".ndjson"),
    "markdown": (".md", ".mdx", ".markdown", ".txt"),
    "medquad": (".xml",),
    "ngc": (".xml",),
    "pdf": (".pdf",),
    "pubmed": (".xml", ".gz"),
    "spl": (".xml", ".zip"),
}
KINDS = tuple(SUFFIXES)
HUB = "hub:"


def reader(kind: str) -> Reader:
    """The reader of ``kind``; its parser is imported only now. Raises InputError for an unknown kind.

    ``hub:OWNER/NAME`` reads a dataset of the Hugging Face hub, or one in its layout at a path.
    """
    if kind.startswith(HUB):
        return partial(import_module("index.sources.hub").read, kind.removeprefix(HUB))
    if kind not in KINDS:
        raise InputError(
            f"There is no source kind {kind}. Kinds: {', '.join(KINDS)}, and {HUB}OWNER/NAME for a dataset.",
            param="source",
        )
    read: Reader = import_module(f"index.sources.{kind}").read
    return read
