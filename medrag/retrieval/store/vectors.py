"""The dense side of an index: unit vectors, inner product; FAISS searches all of them up to a size, clusters above it.

The vectors are one NumPy file, written as they are made and memory-mapped. Above ``EXACT_UP_TO`` rows an inverted
file (IVF) of 8-bit codes finds the candidates, and the vectors themselves give the cosines. Neither building nor
opening one holds the vectors in memory: the clusters are learnt from a sample, and the codes lie on disk.
"""

from __future__ import annotations

import errno
import importlib
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medrag.retrieval.store.arrays import ArrayWriter

VECTORS = "vectors.npy"
CLUSTERS, SIZES, LISTS = "clusters.faiss", "list_sizes.npy", "lists.codes"
FILES_OF = {"flat": (VECTORS,), "ivf": (VECTORS, CLUSTERS, SIZES, LISTS)}

# Below this a search reads every vector: about 10 ms at the limit on one core, and never misses.
EXACT_UP_TO = 100_000
# A filter that leaves fewer rows than this is searched exactly, as few of them are in the clusters that are probed.
EXACT_FILTERED_UP_TO = 20_000
# Clusters grow with the square root of the rows, and are learnt in so many rounds from a sample of this size (60 MB),
# of more than that only where it would hold fewer than so many vectors for each.
CLUSTERS_PER_ROOT, ROUNDS, SAMPLED, SAMPLED_PER_CLUSTER = 2, 8, 40_000, 16
# The share of the clusters that a search reads. Among 43,343 real passages it finds 0.96 of the ten nearest to real
# questions; a tenth finds 0.94 and a thirtieth 0.83, though made-up queries lose nothing by it: docs/scale.md.
PROBED = 1 / 6
# The codes are a little off: this many times the wanted rows are compared by their true cosines.
RESCORED = 4

_STEP = 16_384


class VectorWriter:
    """Writes unit vectors as they come; above ``exact_up_to`` rows it clusters them at the end."""

    def __init__(self, directory: Path, dimension: int, exact_up_to: int = EXACT_UP_TO) -> None:
        self.directory = directory
        self.dimension = dimension
        self.exact_up_to = exact_up_to
        self._vectors = ArrayWriter(directory / VECTORS, np.float32, (dimension,))

    @property
    def kind(self) -> str:
        """What the manifest calls this index: ``flat`` or ``ivf``."""
        return "flat" if self._vectors.rows <= self.exact_up_to else "ivf"

    def add(self, vectors: NDArray[np.float32]) -> None:
        """Append rows, float32 of shape ``(rows, dimension)``."""
        self._vectors.append(vectors)

    def close(self) -> None:
        """Finish the files; the same rows give the same bytes. Raises OSError."""
        self._vectors.close()
        if self.kind == "ivf":
            _write_clusters(self.directory)


class Dense:
    """Nearest passages by inner product."""

    def __init__(self, vectors: NDArray[np.float32], clusters: Any | None = None) -> None:
        self._vectors = vectors
        self._clusters = clusters

    def __len__(self) -> int:
        return len(self._vectors)

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return int(self._vectors.shape[1])

    def search(
        self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Rows and cosines of the ``k`` nearest rows that ``allowed`` (bool, one a row) lets through, best first."""
        if self._clusters is None:
            return self._all(vector, k, allowed)
        if np.count_nonzero(allowed) <= EXACT_FILTERED_UP_TO:
            return self._best(vector, k, np.flatnonzero(allowed))
        faiss: Any = _faiss()
        probed = max(round(PROBED * self._clusters.nlist), 1)
        parameters = faiss.SearchParametersIVF(sel=_selector(faiss, allowed), nprobe=probed)
        _, rows = self._clusters.search(vector.reshape(1, -1), RESCORED * k, params=parameters)
        return self._best(vector, k, np.sort(rows[0][rows[0] >= 0]))

    def vectors(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of ``rows``."""
        return np.asarray(self._vectors[rows])

    def cosines(self, vector: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The cosine of ``vector`` with each of ``rows``."""
        return np.asarray(self.vectors(rows) @ vector, dtype=np.float32)

    def _all(
        self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        faiss: Any = _faiss()
        query = np.ascontiguousarray(vector, dtype=np.float32)
        scores, rows = np.empty(k, dtype=np.float32), np.empty(k, dtype=np.int64)
        pointers = [faiss.swig_ptr(each) for each in (query, self._vectors)]
        found = [faiss.swig_ptr(each) for each in (scores, rows)]
        selector = None if allowed.all() else _selector(faiss, allowed)  # without one FAISS is a little quicker
        faiss.knn_inner_product(*pointers, self.dimension, 1, len(self), k, *found, selector)
        return rows[rows >= 0], scores[rows >= 0]

    def _best(
        self, vector: NDArray[np.float32], k: int, rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        scores = self.cosines(vector, rows)
        best = np.argsort(-scores, kind="stable")[:k]
        return rows[best], scores[best]


def open_vectors(paths: Mapping[str, Path]) -> Dense:
    """The vectors written by VectorWriter, memory-mapped, given where each of its files lies now.

    Raises RuntimeError or ValueError on a damaged file.
    """
    vectors = np.load(paths[VECTORS], mmap_mode="r")
    if CLUSTERS not in paths:
        return Dense(vectors)
    faiss: Any = _faiss()
    clusters = faiss.read_index(str(paths[CLUSTERS]))
    lists = faiss.OnDiskInvertedLists(clusters.nlist, clusters.code_size, str(paths[LISTS]))
    lists.read_only = True
    sizes = np.load(paths[SIZES])  # named, as a pointer alone does not keep an array alive
    lists.set_all_lists_sizes(faiss.swig_ptr(sizes))
    lists.totsize = paths[LISTS].stat().st_size
    lists.do_mmap()
    clusters.replace_invlists(lists, True)
    lists.this.disown()
    clusters.ntotal = len(vectors)
    return Dense(vectors, clusters)


def unmapped(path: Path) -> Callable[[NDArray[np.int64]], NDArray[np.float32]]:
    """What reads rows of a file of vectors without keeping it mapped: pages that stay mapped count as memory."""
    return lambda rows: np.asarray(np.load(path, mmap_mode="r")[rows])


def _write_clusters(directory: Path) -> None:
    """Learn the clusters, then write the rows of each: their 8-bit codes and their numbers, as FAISS maps them."""
    faiss: Any = _faiss()
    # Threads of any number must give the same bytes.
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        clusters = _learnt(faiss, directory / VECTORS)
        cluster_of = _assigned(clusters, directory / VECTORS)
        sizes = np.bincount(cluster_of, minlength=clusters.nlist).astype(np.uint64)
        _write_lists(clusters, directory, np.argsort(cluster_of, kind="stable"), sizes)
        np.save(directory / SIZES, sizes)
        faiss.write_index(clusters, str(directory / CLUSTERS))
    except RuntimeError as error:
        raise OSError(errno.EIO, f"FAISS: {error}") from error
    finally:
        faiss.omp_set_num_threads(threads)


def _learnt(faiss: Any, path: Path) -> Any:
    vectors = np.load(path, mmap_mode="r")
    rows, dimension = vectors.shape
    number = max(int(CLUSTERS_PER_ROOT * rows**0.5), 1)
    sampled = min(rows, max(SAMPLED, SAMPLED_PER_CLUSTER * number))
    sample = np.linspace(0, rows - 1, sampled, dtype=np.int64)
    quantizer = faiss.IndexFlatIP(dimension)
    kind = faiss.ScalarQuantizer.QT_8bit
    clusters = faiss.IndexIVFScalarQuantizer(quantizer, dimension, number, kind, faiss.METRIC_INNER_PRODUCT, False)
    clusters.cp.niter = ROUNDS
    clusters.cp.min_points_per_centroid = 1
    clusters.train(_rows_of(path, sample, dimension))
    return clusters


def _assigned(clusters: Any, path: Path) -> NDArray[np.int32]:
    """The cluster of each row."""
    parts = []
    for step in _steps(np.load(path, mmap_mode="r").shape[0]):
        block = np.ascontiguousarray(np.load(path, mmap_mode="r")[step])  # mapped anew: see unmapped
        parts.append(clusters.quantizer.assign(block, 1)[:, 0].astype(np.int32))
    return np.concatenate(parts)


def _write_lists(clusters: Any, directory: Path, order: NDArray[np.int64], sizes: NDArray[np.uint64]) -> None:
    ends = np.cumsum(sizes).astype(np.int64)
    with (directory / LISTS).open("wb") as file:
        for end, size in zip(ends.tolist(), sizes.tolist(), strict=True):
            rows = order[end - int(size) : end]
            for step in _steps(len(rows)):
                block = _rows_of(directory / VECTORS, rows[step], clusters.d)
                file.write(clusters.sq.compute_codes(block).tobytes())
            file.write(rows.astype(np.int64).tobytes())


def _rows_of(path: Path, rows: NDArray[np.int64], dimension: int) -> NDArray[np.float32]:
    """Some rows, read one by one: through a map each would bring its neighbours into memory."""
    width = 4 * dimension
    start = path.stat().st_size - np.load(path, mmap_mode="r").nbytes
    found = np.empty((len(rows), dimension), dtype=np.float32)
    file = os.open(path, os.O_RDONLY)
    try:
        for place, row in enumerate(rows.tolist()):
            found[place] = np.frombuffer(os.pread(file, width, start + row * width), dtype=np.float32)
    finally:
        os.close(file)
    return found


def _steps(rows: int) -> Iterator[slice]:
    return (slice(start, start + _STEP) for start in range(0, rows, _STEP))


def _selector(faiss: Any, allowed: NDArray[np.bool_]) -> Any:
    return faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))


def _faiss() -> Any:
    return importlib.import_module("faiss")  # its stubs know only the C++ signatures
