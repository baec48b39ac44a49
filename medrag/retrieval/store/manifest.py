"""The index's manifest: what an index was made from and with, and the hash of each of its files."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from medrag.errors import IndexCorrupt, IndexMismatch, IndexMissing
from medrag.types import Record

FORMAT: Literal[4] = 4
MANIFEST = "manifest.json"


class EncoderEntry(Record):
    """The encoder that made the vectors; an index opens only with the same hash."""

    name: str
    hash: str
    dimension: int


class CorpusEntry(Record):
    """One source: its kind, its file's or folder's name, and sha256 over its passages."""

    kind: str
    name: str
    sha256: str
    documents: int
    passages: int


class FileEntry(Record):
    """A file beside the manifest."""

    name: str
    bytes: int
    sha256: str


class MilvusEntry(Record):
    """The collection that holds the passages; a ``uri`` without a scheme is a file beside the manifest."""

    uri: str
    collection: str


class Manifest(Record):
    """``manifest.json``. It holds no date and no path, so that the same input gives the same bytes."""

    format: Literal[4] = FORMAT
    encoder: EncoderEntry
    metric: Literal["inner_product"] = "inner_product"
    vectors: str
    chunking: dict[str, int]
    corpora: tuple[CorpusEntry, ...]
    rows: int
    files: dict[str, FileEntry]
    milvus: MilvusEntry | None = None

    @property
    def hash(self) -> str:
        """The digest of everything in the index: the manifest holds the sha256 of each file."""
        return hashlib.sha256(self.dump().encode()).hexdigest()

    def dump(self) -> str:
        """The text of ``manifest.json``."""
        return self.model_dump_json(indent=2, exclude_none=True) + "\n"


def read_manifest(directory: Path) -> Manifest:
    """The manifest in ``directory``. Raises IndexMissing, IndexMismatch (another format) or IndexCorrupt."""
    try:
        text = (directory / MANIFEST).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise IndexMissing(
            f"There is no index at {directory}. Build one: medrag index build --out {directory}"
        ) from error
    except UnicodeDecodeError as error:
        raise damaged(directory, f"{MANIFEST} is not text") from error
    try:
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        if any(each["loc"] == ("format",) and each["type"] == "literal_error" for each in error.errors()):
            raise IndexMismatch(
                f"The index at {directory} has another format than this medrag reads ({FORMAT}). "
                f"Build it again: medrag index build --out {directory}"
            ) from error
        raise damaged(directory, f"{MANIFEST} does not parse") from error


def damaged(directory: Path, what: str) -> IndexCorrupt:
    """The error for a file of the index at ``directory`` that is not as it was written."""
    return IndexCorrupt(
        f"The index at {directory} is damaged: {what}. Build it again: medrag index build --out {directory}"
    )


def file_entry(path: Path, name: str) -> FileEntry:
    """The entry of ``path`` when it lies in the index as ``name``."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return FileEntry(name=name, bytes=path.stat().st_size, sha256=digest)
