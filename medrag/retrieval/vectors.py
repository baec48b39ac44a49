"""The dense side of an index: FAISS over unit vectors, inner product; exact up to a size, HNSW above it."""

from __future__ import annotations

import errno
import importlib
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

FILE = "vectors.faiss"

# Below this a search reads every vector: about 10 ms at the limit on one core, and never misses.
EXACT_UP_TO = 100_000
# A filter that leaves fewer rows than this is searched exactly, as a graph finds few of them.
EXACT_FILTERED_UP_TO = 20_000
LINKS, BUILD_DEPTH, SEARCH_DEPTH = 32, 128, 256

_STEP = 65_536


class VectorWriter:
    """Collects unit vectors in a file batch by batch, then writes one FAISS file."""

    def __init__(self, directory: Path, dimension: int, exact_up_to: int = EXACT_UP_TO) -> None:
        self.directory = directory
        self.dimension = dimension
        self.exact_up_to = exact_up_to
        self.rows = 0
        self._raw: BinaryIO | None = None

    @property
    def kind(self) -> str:
        """What the manifest calls this index: ``flat`` or ``hnsw``."""
        return "flat" if self.rows <= self.exact_up_to else "hnsw"

    def add(self, vectors: NDArray[np.float32]) -> None:
        """Append rows, float32 of shape ``(rows, dimension)``."""
        if self._raw is None:
            self._raw = self._path.open("wb")
        self._raw.write(vectors.tobytes())
        self.rows += len(vectors)

    def close(self) -> None:
        """Write the index; the same rows give the same bytes. Raises OSError."""
        faiss: Any = importlib.import_module("faiss")  # its stubs know only the C++ signatures
        index = faiss.IndexFlatIP(self.dimension)
        if self.kind == "hnsw":
            index = faiss.IndexHNSWFlat(self.dimension, LINKS, faiss.METRIC_INNER_PRODUCT)
            index.hnsw.efConstruction = BUILD_DEPTH
        # Several threads link a graph in an order of their own.
        threads = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(1)
        try:
            for start in range(0, self.rows, _STEP):
                index.add(self._read(start, min(_STEP, self.rows - start)))
        finally:
            faiss.omp_set_num_threads(threads)
        try:
            faiss.write_index(index, str(self.directory / FILE))
        except RuntimeError as error:
            raise OSError(errno.EIO, f"FAISS: {error}") from error
        self._path.unlink(missing_ok=True)

    @property
    def _path(self) -> Path:
        return self.directory / "vectors.raw"

    def _read(self, start: int, rows: int) -> NDArray[np.float32]:
        if self._raw is not None:
            self._raw.close()
        offset = start * self.dimension * 4
        flat = np.fromfile(self._path, dtype=np.float32, count=rows * self.dimension, offset=offset)
        return flat.reshape(rows, self.dimension)


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
        faiss: Any = importlib.import_module("faiss")
        graph = isinstance(self._index, faiss.IndexHNSW)
        if graph and np.count_nonzero(allowed) <= EXACT_FILTERED_UP_TO:
            return self._exact(vector, k, np.flatnonzero(allowed))
        selector = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        parameters = faiss.SearchParameters(sel=selector)
        if graph:
            parameters = faiss.SearchParametersHNSW(sel=selector, efSearch=max(SEARCH_DEPTH, k))
        scores, rows = self._index.search(vector.reshape(1, -1), k, params=parameters)
        found = rows[0] >= 0
        return rows[0][found], scores[0][found]

    def vectors(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of ``rows``."""
        return np.asarray(self._index.reconstruct_batch(rows), dtype=np.float32)

    def cosines(self, vector: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The cosine of ``vector`` with each of ``rows``."""
        return np.asarray(self.vectors(rows) @ vector, dtype=np.float32)

    def _exact(
        self, vector: NDArray[np.float32], k: int, rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        scores = self.cosines(vector, rows)
        best = np.argsort(-scores, kind="stable")[:k]
        return rows[best], scores[best]


def open_vectors(path: Path) -> Dense:
    """The vectors written by VectorWriter, memory-mapped. Raises RuntimeError on a damaged file."""
    import faiss

    return Dense(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))
