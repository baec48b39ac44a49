"""The dense side of an index: FAISS over unit vectors, inner product."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FILE = "vectors.faiss"
KIND = "flat"


class VectorWriter:
    """Collects unit vectors batch by batch, then writes one FAISS file."""

    def __init__(self, directory: Path, dimension: int) -> None:
        self.directory = directory
        self.dimension = dimension
        self._batches: list[NDArray[np.float32]] = []

    def add(self, vectors: NDArray[np.float32]) -> None:
        """Append rows, float32 of shape ``(rows, dimension)``."""
        self._batches.append(vectors)

    def close(self) -> None:
        """Write an exact (flat) index."""
        import faiss

        index = faiss.IndexFlatIP(self.dimension)
        for batch in self._batches:
            index.add(batch)
        faiss.write_index(index, str(self.directory / FILE))


class Dense:
    """Nearest passages by inner product."""

    def __init__(self, index: Any) -> None:
        self._index = index

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return int(self._index.d)

    def search(
        self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Rows and cosines of the ``k`` nearest rows that ``allowed`` (bool, one a row) lets through, best first."""
        faiss: Any = importlib.import_module("faiss")  # its stubs know only the C++ signatures
        selector = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        scores, rows = self._index.search(vector.reshape(1, -1), k, params=faiss.SearchParameters(sel=selector))
        found = rows[0] >= 0
        return rows[0][found], scores[0][found]

    def cosines(self, vector: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The cosine of ``vector`` with each of ``rows``."""
        return np.asarray(self._index.reconstruct_batch(rows) @ vector, dtype=np.float32)


def open_vectors(path: Path) -> Dense:
    """The vectors written by VectorWriter, memory-mapped. Raises RuntimeError on a damaged file."""
    import faiss

    return Dense(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))
