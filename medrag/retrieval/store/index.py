"""The index on disk, or the part of it that is on disk when its passages are in Milvus.

A directory holds ``manifest.json`` and the files it names. A file's name carries the start of its sha256, so that a
build writes its files beside the old ones and takes effect in one step, when the new manifest replaces the old:
an interrupted build, or a full disk, leaves the old index as it was. Vectors are made only for texts that neither the
old index nor an interrupted build has encoded.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from medrag.errors import IndexMismatch, StoreError
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.searchable import Candidates
from medrag.retrieval.store import lexical, passages, vectors
from medrag.retrieval.store.arrays import ArrayWriter
from medrag.retrieval.store.checked import checked_paths
from medrag.retrieval.store.lexical import Lexical
from medrag.retrieval.store.lexical_writer import LexicalWriter
from medrag.retrieval.store.manifest import (
    MANIFEST,
    CorpusEntry,
    EncoderEntry,
    FileEntry,
    Manifest,
    damaged,
    file_entry,
    read_manifest,
)
from medrag.retrieval.store.milvus import MilvusContents, MilvusIndex, Server, open_milvus
from medrag.retrieval.store.passages import PassageFile, PassageWriter
from medrag.retrieval.store.reuse import KEYS, Journal, Known, ReusingEncoder
from medrag.retrieval.store.vectors import Dense, VectorWriter
from medrag.types import Filters, Passage

_STAGING = ".building"
_FULL = 1 << 20


@dataclass(frozen=True)
class Index:
    """An open index: its passages, its BM25 scores and its vectors, all memory-mapped."""

    manifest: Manifest
    passages: PassageFile
    lexical: Lexical
    dense: Dense

    @classmethod
    def open(cls, directory: Path, encoder: Encoder | None = None) -> Index:
        """The index in ``directory``, for queries encoded by ``encoder`` (None: not for dense queries).

        Raises:
            IndexMissing, IndexCorrupt: there is none, or a file is not as it was written.
            IndexMismatch: it has another format, was built with another encoder, or is in Milvus.
        """
        manifest = read_manifest(directory)
        if manifest.milvus:
            raise IndexMismatch(f"The passages of {directory} are in Milvus; this needs an index on disk.")
        _same_encoder(directory, manifest, encoder)
        paths = checked_paths(directory, manifest)
        try:
            index = cls(
                manifest, passages.open_passages(paths), lexical.open_lexical(paths), vectors.open_vectors(paths)
            )
        except (KeyError, OSError, ValueError, RuntimeError) as error:
            raise damaged(directory, f"its files do not open ({error})") from error
        if not len(index.passages) == len(index.dense) == manifest.rows:
            raise damaged(directory, "its files hold different numbers of passages")
        return index

    @property
    def hash(self) -> str:
        """A digest of everything in the index, for the audit trail."""
        return self.manifest.hash

    @property
    def languages(self) -> frozenset[str]:
        """As :meth:`medrag.retrieval.searchable.Searchable.languages`."""
        return self.passages.languages

    def candidates(self, query: str, vector: NDArray[np.float32], count: int, filters: Filters) -> Candidates:
        """As :meth:`medrag.retrieval.searchable.Searchable.candidates`."""
        allowed = self.passages.allowed(filters)
        near, _ = self.dense.search(vector, count, allowed)
        bm25 = np.where(allowed, self.lexical.scores(query), np.float32(0))
        rows = np.union1d(near, _largest(bm25, count))
        return Candidates(rows, self.dense.cosines(vector, rows), bm25[rows])

    def nearest(self, vector: NDArray[np.float32], filters: Filters) -> float:
        """As :meth:`medrag.retrieval.searchable.Searchable.nearest`."""
        _, cosines = self.dense.search(vector, 1, self.passages.allowed(filters))
        return float(cosines[0]) if len(cosines) else -1.0

    def fetch(self, rows: Sequence[int]) -> list[Passage]:
        """As :meth:`medrag.retrieval.searchable.Searchable.fetch`."""
        return [self.passages[row] for row in rows]


def open_index(directory: Path, encoder: Encoder | None = None, milvus_token: str | None = None) -> Index | MilvusIndex:
    """The index of ``directory``, wherever its passages are, for queries encoded by ``encoder``.

    Raises:
        StoreError: see :meth:`Index.open` and :func:`medrag.retrieval.store.milvus.open_milvus`.
    """
    manifest = read_manifest(directory)
    if not manifest.milvus:
        return Index.open(directory, encoder)
    _same_encoder(directory, manifest, encoder)
    return open_milvus(directory, manifest, checked_paths(directory, manifest), milvus_token)


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

    def add(self, batch: Sequence[tuple[Passage, str]]) -> None:
        """Append passages, each with the text that stands for it in both searches."""
        keys, made = self.reusing.encode([text for _, text in batch])
        self._keys.append(keys)
        self._contents.add(batch, made)
        self.rows += len(batch)

    def commit(self, corpora: Sequence[CorpusEntry]) -> Manifest:
        """Finish the files, put them beside the old ones and replace the manifest."""
        self._keys.close()
        self._contents.finish()
        encoder = self.reusing.encoder
        manifest = self._contents.place(
            Manifest(
                encoder=EncoderEntry(name=encoder.name, hash=encoder.hash, dimension=encoder.dimension),
                vectors=self._contents.kind,
                chunking=self.chunking,
                corpora=tuple(corpora),
                rows=self.rows,
                files={role: self._named(role) for role in (*self._contents.files, KEYS)},
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


def _manifest_before(directory: Path) -> Manifest | None:
    """What is replaced: None where there is nothing, or nothing that this medrag reads."""
    try:
        return read_manifest(directory)
    except StoreError:
        return None


def _remove_stale(directory: Path) -> None:
    """Delete files of earlier builds and the staging folder; an open index keeps its mapped files."""
    kept = {entry.name for entry in read_manifest(directory).files.values()}
    stems = {Path(role).stem for role in (*passages.FILES, *lexical.FILES, *vectors.FILES_OF["ivf"], KEYS)}
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


def _same_encoder(directory: Path, manifest: Manifest, encoder: Encoder | None) -> None:
    if encoder is not None and manifest.encoder.hash != encoder.hash:
        raise IndexMismatch(
            f"The index at {directory} was built with encoder {manifest.encoder.name} "
            f"({manifest.encoder.hash[:12]}), not with {encoder.name} ({encoder.hash[:12]}). "
            f"Name that encoder, or build again: medrag index build --encoder {encoder.model} --out {directory}"
        )


def _largest(scores: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """The rows of the ``count`` largest scores above zero, in no order."""
    rows = np.flatnonzero(scores)  # first, as most are zero and a selection among equals is slow
    return rows if len(rows) <= count else rows[np.argpartition(scores[rows], -count)[-count:]]
