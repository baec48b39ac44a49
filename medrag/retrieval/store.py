"""The index on disk. Nothing else writes or reads one.

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

import numpy as np

from medrag.errors import IndexMismatch, StoreError
from medrag.retrieval import lexical, passages, vectors
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.lexical import Lexical, LexicalWriter
from medrag.retrieval.manifest import (
    MANIFEST,
    CorpusEntry,
    EncoderEntry,
    FileEntry,
    Manifest,
    damaged,
    file_entry,
    read_manifest,
)
from medrag.retrieval.passages import PassageFile, PassageWriter
from medrag.retrieval.reuse import KEYS, Journal, Keys, Known, ReusingEncoder, keys_of
from medrag.retrieval.vectors import Dense, VectorWriter
from medrag.types import Passage

FILES = (*passages.FILES, *lexical.FILES, vectors.FILE, KEYS)

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
            IndexMismatch: it has another format, or was built with another encoder.
        """
        manifest = read_manifest(directory)
        if encoder is not None:
            _same_encoder(directory, manifest, encoder)
        paths = _verified(directory, manifest)
        try:
            index = cls(
                manifest,
                passages.open_passages(paths),
                lexical.open_lexical(paths),
                vectors.open_vectors(paths[vectors.FILE]),
            )
        except (OSError, ValueError, RuntimeError) as error:
            raise damaged(directory, f"its files do not open ({error})") from error
        if not len(index.passages) == len(index.dense) == manifest.rows:
            raise damaged(directory, "its files hold different numbers of passages")
        return index

    @property
    def hash(self) -> str:
        """A digest of everything in the index, for the audit trail."""
        return self.manifest.hash


class IndexWriter:
    """Writes an index into ``directory``; use it through :func:`writing`."""

    def __init__(self, directory: Path, staging: Path, reusing: ReusingEncoder, chunking: Mapping[str, int]) -> None:
        self.directory = directory
        self.staging = staging
        self.encoder = reusing.encoder
        self.chunking = dict(chunking)
        self.rows = 0
        self._passages = PassageWriter(staging)
        self._lexical = LexicalWriter(staging)
        self._vectors = VectorWriter(staging, reusing.encoder.dimension)
        self._keys: list[Keys] = []
        self._reusing = reusing

    def add(self, batch: Sequence[tuple[Passage, str]]) -> None:
        """Append passages, each with the text that stands for it in both searches."""
        keys, made = self._reusing.encode([text for _, text in batch])
        self._keys.append(keys)
        self._vectors.add(made)
        for passage, text in batch:
            self._passages.add(passage)
            self._lexical.add(text)
        self.rows += len(batch)

    def commit(self, corpora: Sequence[CorpusEntry]) -> Manifest:
        """Finish the files, put them beside the old ones and replace the manifest."""
        for part in (self._passages, self._lexical, self._vectors):
            part.close()
        np.save(self.staging / KEYS, np.concatenate(self._keys) if self._keys else keys_of([]))
        manifest = Manifest(
            encoder=EncoderEntry(name=self.encoder.name, hash=self.encoder.hash, dimension=self.encoder.dimension),
            vectors=self._vectors.kind,
            chunking=self.chunking,
            corpora=tuple(corpora),
            rows=self.rows,
            files={role: self._named(role) for role in FILES},
        )
        for role, entry in manifest.files.items():
            (self.staging / role).replace(self.directory / entry.name)
        staged = self.staging / MANIFEST
        staged.write_text(manifest.dump(), encoding="utf-8")
        staged.replace(self.directory / MANIFEST)
        return manifest

    def _named(self, role: str) -> FileEntry:
        path = self.staging / role
        entry = file_entry(path, role)
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
        return entry.model_copy(update={"name": f"{path.stem}-{entry.sha256[:12]}{path.suffix}"})


@contextlib.contextmanager
def writing(directory: Path, encoder: Encoder, chunking: Mapping[str, int]) -> Iterator[IndexWriter]:
    """A writer for the index in ``directory``; nothing changes there before ``commit``.

    Raises StoreError when another build writes there, or the disk is full or not writable.
    """
    staging = directory / _STAGING
    try:
        staging.mkdir(parents=True, exist_ok=True)
        with _locked(directory, staging):
            journal = Journal(staging, encoder)
            reusing = ReusingEncoder(encoder, journal, [journal.left(), *_replaced(directory, encoder)])
            try:
                yield IndexWriter(directory, staging, reusing, chunking)
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


def _replaced(directory: Path, encoder: Encoder) -> Iterator[Known]:
    """The vectors of the index that is there, where one opens."""
    try:
        index = Index.open(directory, encoder)
    except StoreError:
        return
    yield Known(np.load(directory / index.manifest.files[KEYS].name), index.dense.vectors)


def _remove_stale(directory: Path) -> None:
    """Delete files of earlier builds and the staging folder; an open index keeps its mapped files."""
    kept = {entry.name for entry in read_manifest(directory).files.values()}
    stems = {Path(role).stem for role in FILES}
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


def _same_encoder(directory: Path, manifest: Manifest, encoder: Encoder) -> None:
    if manifest.encoder.hash != encoder.hash:
        raise IndexMismatch(
            f"The index at {directory} was built with encoder {manifest.encoder.name} "
            f"({manifest.encoder.hash[:12]}), not with {encoder.name} ({encoder.hash[:12]}). "
            f"Name that encoder, or build again: medrag index build --encoder {encoder.model} --out {directory}"
        )


def _verified(directory: Path, manifest: Manifest) -> dict[str, Path]:
    """Where each file lies, by role, once each has the bytes that the manifest says."""
    if set(manifest.files) != set(FILES):
        raise damaged(directory, "its manifest does not name the files of an index")
    paths = {role: directory / entry.name for role, entry in manifest.files.items()}
    for role, entry in manifest.files.items():
        try:
            found = file_entry(paths[role], entry.name)
        except OSError as error:
            raise damaged(directory, f"{entry.name} cannot be read ({error.strerror})") from error
        if found != entry:
            raise damaged(directory, f"{entry.name} is not as it was written")
    return paths
