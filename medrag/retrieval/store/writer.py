"""Writes an index: what :mod:`~medrag.retrieval.store.index` opens.

A file's name carries the start of its sha256, so that a build writes its files beside the old ones and takes effect in
one step, when the new manifest replaces the old: an interrupted build, or a full disk, leaves the old index as it was.
Vectors are made only for texts that neither the old index nor an interrupted build has encoded.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from medrag.errors import StoreError
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.store import lexical, passages, vectors
from medrag.retrieval.store.arrays import ArrayWriter
from medrag.retrieval.store.asked import ASKED_KEYS, ASKED_VECTORS, Answered, AskedWriter
from medrag.retrieval.store.asked import FILES as ASKED_FILES
from medrag.retrieval.store.collection import Server
from medrag.retrieval.store.index import open_index
from medrag.retrieval.store.lexical_writer import LexicalWriter
from medrag.retrieval.store.manifest import (
    MANIFEST,
    CorpusEntry,
    EncoderEntry,
    FileEntry,
    Manifest,
    file_entry,
    read_manifest,
)
from medrag.retrieval.store.milvus import MilvusContents, MilvusIndex
from medrag.retrieval.store.passages import PassageWriter
from medrag.retrieval.store.reuse import KEYS, Journal, Known, ReusingEncoder
from medrag.retrieval.store.vectors import VectorWriter
from medrag.types import Passage

_STAGING = ".building"
_FULL = 1 << 20


class Contents(Protocol):
    """Where a build puts passages and their vectors: files, or Milvus."""

    @property
    def files(self) -> tuple[str, ...]:
        """The roles of the files that :meth:`finish` leaves in the staging folder."""

    @property
    def kind(self) -> str:
        """What the manifest calls the vectors."""

    def add(self, batch: Sequence[tuple[Passage, str]], vectors: NDArray[np.float32]) -> None:
        """Append passages, each with the text that stands for it, and their vectors."""

    def finish(self) -> None:
        """Nothing follows."""

    def place(self, manifest: Manifest) -> Manifest:
        """Make what was written ready under the manifest's content; the manifest, completed."""

    def remove_stale(self, before: Manifest | None, now: Manifest) -> None:
        """Remove what neither manifest names."""


class DiskContents:
    """The files that :class:`Index` reads."""

    def __init__(self, directory: Path, staging: Path, dimension: int) -> None:
        self.directory = directory
        self._passages = PassageWriter(staging)
        self._lexical = LexicalWriter(staging)
        self._vectors = VectorWriter(staging, dimension)

    @property
    def files(self) -> tuple[str, ...]:
        """The roles of its files."""
        return (*passages.FILES, *lexical.FILES, *vectors.FILES_OF[self.kind])

    @property
    def kind(self) -> str:
        """``flat`` or ``ivf``."""
        return self._vectors.kind

    def add(self, batch: Sequence[tuple[Passage, str]], vectors: NDArray[np.float32]) -> None:
        """Append passages."""
        self._vectors.add(vectors)
        for passage, text in batch:
            self._passages.add(passage)
            self._lexical.add(text)

    def finish(self) -> None:
        """Close the files, score the words and cluster the vectors."""
        for part in (self._passages, self._lexical, self._vectors):
            part.close()

    def place(self, manifest: Manifest) -> Manifest:
        """The manifest as it is: its files are all there is."""
        return manifest

    def remove_stale(self, before: Manifest | None, now: Manifest) -> None:
        """Nothing beside the files, which the writer removes."""


class IndexWriter:
    """Writes an index into ``directory``; use it through :func:`writing`."""

    def __init__(
        self,
        directory: Path,
        staging: Path,
        reusing: ReusingEncoder,
        chunking: Mapping[str, int],
        contents: Contents,
    ) -> None:
        self.directory = directory
        self.staging = staging
        self.reusing = reusing
        self.chunking = dict(chunking)
        self.rows = 0
        self._contents = contents
        self._keys = ArrayWriter(staging / KEYS, np.uint64)
        self._asked = AskedWriter(staging)

    def add(self, batch: Sequence[tuple[Passage, str]]) -> None:
        """Append passages, each with the text that stands for it in both searches."""
        keys, made = self.reusing.encode([text for _, text in batch])
        self._keys.append(keys)
        self._contents.add(batch, made)
        self.rows += len(batch)

    def ask(self, answered: Answered, text: str) -> None:
        """Append a written question with the text that stands for it."""
        self._asked.add(answered, text)

    def commit(self, corpora: Sequence[CorpusEntry]) -> Manifest:
        """Finish the files, put them beside the old ones and replace the manifest."""
        self._keys.close()
        self._contents.finish()
        self._asked.finish(self.reusing.encode)
        encoder = self.reusing.encoder
        manifest = self._contents.place(
            Manifest(
                encoder=EncoderEntry(name=encoder.name, hash=encoder.hash, dimension=encoder.dimension),
                vectors=self._contents.kind,
                chunking=self.chunking,
                corpora=tuple(corpora),
                rows=self.rows,
                files={role: self._named(role) for role in (*self._contents.files, KEYS, *self._asked.files)},
            )
        )
        before = _manifest_before(self.directory)
        for role, entry in manifest.files.items():
            (self.staging / role).replace(self.directory / entry.name)
        staged = self.staging / MANIFEST
        staged.write_text(manifest.dump(), encoding="utf-8")
        staged.replace(self.directory / MANIFEST)
        self._contents.remove_stale(before, manifest)
        return manifest

    def _named(self, role: str) -> FileEntry:
        path = self.staging / role
        entry = file_entry(path, role)
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
        return entry.model_copy(update={"name": f"{path.stem}-{entry.sha256[:12]}{path.suffix}"})


@contextlib.contextmanager
def writing(
    directory: Path,
    encoder: Encoder,
    chunking: Mapping[str, int],
    milvus: Server | None = None,
) -> Iterator[IndexWriter]:
    """A writer for the index in ``directory``; nothing changes there before ``commit``.

    ``milvus`` takes the passages instead of files in ``directory``.

    Raises StoreError when another build writes there, the disk is full or not writable, or Milvus fails.
    """
    staging = directory / _STAGING
    try:
        staging.mkdir(parents=True, exist_ok=True)
        with _locked(directory, staging):
            journal = Journal(staging, encoder)
            known = [journal.left(), *_replaced(directory, encoder, milvus.token if milvus else None)]
            try:
                contents: Contents = (
                    MilvusContents(directory, staging, milvus, encoder.dimension)
                    if milvus
                    else DiskContents(directory, staging, encoder.dimension)
                )
                reusing = ReusingEncoder(encoder, journal, known)
                yield IndexWriter(directory, staging, reusing, chunking, contents)
            finally:
                journal.close()
            _remove_stale(directory)
    except OSError as error:
        raise _unwritable(directory, error) from error


@contextlib.contextmanager
def _locked(directory: Path, staging: Path) -> Iterator[None]:
    with (staging / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(f"Another build is writing the index at {directory}. Wait for it to end.") from None
        yield


def _replaced(directory: Path, encoder: Encoder, milvus_token: str | None) -> Iterator[Known]:
    """The vectors of the index that is there, where one opens."""
    try:
        index = open_index(directory, encoder, milvus_token)
    except StoreError:
        return
    files = {role: directory / entry.name for role, entry in index.manifest.files.items()}
    fetch = index.vectors if isinstance(index, MilvusIndex) else vectors.unmapped(files[vectors.VECTORS])
    yield Known(np.load(files[KEYS]), fetch)
    if ASKED_KEYS in files:
        yield Known(np.load(files[ASKED_KEYS]), vectors.unmapped(files[ASKED_VECTORS]))


def _manifest_before(directory: Path) -> Manifest | None:
    """What is replaced: None where there is nothing, or nothing that this medrag reads."""
    try:
        return read_manifest(directory)
    except StoreError:
        return None


def _remove_stale(directory: Path) -> None:
    """Delete files of earlier builds and the staging folder; an open index keeps its mapped files."""
    kept = {entry.name for entry in read_manifest(directory).files.values()}
    stems = {
        Path(role).stem for role in (*passages.FILES, *lexical.FILES, *vectors.FILES_OF["ivf"], KEYS, *ASKED_FILES)
    }
    for path in directory.iterdir():
        if path.name not in kept and path.stem.rpartition("-")[0] in stems:
            path.unlink()
    shutil.rmtree(directory / _STAGING, ignore_errors=True)


def _unwritable(directory: Path, error: OSError) -> StoreError:
    kept = "the index that was there is untouched" if (directory / MANIFEST).exists() else "no index was written"
    # NumPy and FAISS tell of a full disk by a short write, without its error number.
    if error.errno in (errno.ENOSPC, errno.EDQUOT) or _free(directory) < _FULL:
        return StoreError(
            f"The disk is full while building {directory}; {kept}. Free space and build again: "
            "the build goes on where it stopped."
        )
    return StoreError(f"The index at {directory} cannot be written ({error.strerror or error}); {kept}.")


def _free(directory: Path) -> int:
    """Bytes free where ``directory`` is or would be."""
    return shutil.disk_usage(next(path for path in (directory, *directory.absolute().parents) if path.exists())).free
