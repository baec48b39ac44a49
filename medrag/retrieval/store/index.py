"""The index on disk, or the part of it that is on disk when its passages are in Milvus.

A directory holds ``manifest.json`` and the files it names; :mod:`~medrag.retrieval.store.writer` writes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medrag.errors import IndexMismatch
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.searchable import Candidates
from medrag.retrieval.store import lexical, passages, vectors
from medrag.retrieval.store.asked import Asked, read_asked
from medrag.retrieval.store.checked import checked_paths
from medrag.retrieval.store.lexical import Lexical
from medrag.retrieval.store.manifest import (
    Manifest,
    damaged,
    read_manifest,
)
from medrag.retrieval.store.milvus import MilvusIndex, open_milvus
from medrag.retrieval.store.passages import PassageFile
from medrag.retrieval.store.vectors import Dense
from medrag.types import Filters, Passage


@dataclass(frozen=True)
class Index:
    """An open index: its passages, its BM25 scores and its vectors, all memory-mapped."""

    manifest: Manifest
    passages: PassageFile
    lexical: Lexical
    dense: Dense
    asked: Asked = field(default_factory=Asked)

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
                manifest,
                passages.open_passages(paths),
                lexical.open_lexical(paths),
                vectors.open_vectors(paths),
                read_asked(paths),
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
