"""Vectors that need not be made again: those of the index that is replaced and of a build that was interrupted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from medrag.retrieval.encoder import Encoder

KEYS = "keys.npy"

# Texts encoded between two writes to the journal: what an interrupted build loses at most.
STEP = 64

Keys = NDArray[np.uint64]
Fetch = Callable[[NDArray[np.int64]], NDArray[np.float32]]


def keys_of(texts: Sequence[str]) -> Keys:
    """64 bits of BLAKE2b a text: among a million texts two differ with one key once in 37 million builds."""
    digests = (hashlib.blake2b(text.encode(), digest_size=8).digest() for text in texts)
    return np.frombuffer(b"".join(digests), dtype=np.uint64)


class Known:
    """Vectors by key; ``fetch`` gives those of some rows."""

    def __init__(self, keys: Keys, fetch: Fetch) -> None:
        self._rows = np.argsort(keys, kind="stable")
        self._keys = keys[self._rows]
        self._fetch = fetch

    def holds(self, wanted: Keys) -> NDArray[np.bool_]:
        """Which of the keys it has."""
        if not len(self._keys):
            return np.zeros(len(wanted), dtype=np.bool_)
        return np.asarray(self._keys[self._places(wanted)] == wanted)

    def fill(self, wanted: Keys, vectors: NDArray[np.float32], missing: NDArray[np.bool_]) -> None:
        """Put the vectors it has where ``missing`` says one is wanted, and unmark them."""
        found = missing & self.holds(wanted)
        if found.any():
            vectors[found] = self._fetch(self._rows[self._places(wanted[found])])
            missing[found] = False

    def _places(self, wanted: Keys) -> NDArray[np.int64]:
        return np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)


class Journal:
    """Keys and vectors appended to two files as they are made; what a stopped build left is read again."""

    def __init__(self, directory: Path, encoder: Encoder) -> None:
        self._dimension = encoder.dimension
        self._paths = [directory / f"encoded-{encoder.hash[:16]}.{part}" for part in ("keys", "vectors")]
        self._files: list[BinaryIO] = []

    def left(self) -> Known:
        """What is in the files, but for a row cut off in the middle."""
        for path in self._paths:
            path.touch()
        row_bytes = (8, 4 * self._dimension)
        rows = min(path.stat().st_size // size for path, size in zip(self._paths, row_bytes, strict=True))
        for path, size in zip(self._paths, row_bytes, strict=True):
            with path.open("r+b") as file:
                file.truncate(rows * size)
        keys = np.fromfile(self._paths[0], dtype=np.uint64)
        return Known(keys, self._read)

    def append(self, keys: Keys, vectors: NDArray[np.float32]) -> None:
        """Write rows, through to the file."""
        if not self._files:
            self._files = [path.open("ab") for path in self._paths]
        for file, content in zip(self._files, (keys.tobytes(), vectors.tobytes()), strict=True):
            file.write(content)
            file.flush()

    def close(self) -> None:
        """Close the files; they stay."""
        for file in self._files:
            file.close()

    def _read(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        # Mapped only for the moment: pages that stay mapped count as memory.
        vectors = np.memmap(self._paths[1], dtype=np.float32, mode="r").reshape(-1, self._dimension)
        return np.asarray(vectors[rows])


class ReusingEncoder:
    """Encodes only what none of ``known`` has, and keeps a journal of it."""

    def __init__(self, encoder: Encoder, journal: Journal, known: Sequence[Known]) -> None:
        self.encoder = encoder
        self.encoded = 0
        self._journal = journal
        self._known = list(known)

    def missing(self, texts: Sequence[str]) -> list[str]:
        """The texts whose vectors are yet to be made."""
        keys = keys_of(texts)
        known = np.zeros(len(keys), dtype=np.bool_)
        for each in self._known:
            known |= each.holds(keys)
        return [text for text, there in zip(texts, known.tolist(), strict=True) if not there]

    def keep(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Take vectors that were made elsewhere; :meth:`reread` puts them to use."""
        self._journal.append(keys_of(texts), vectors)
        self.encoded += len(texts)

    def reread(self) -> None:
        """Read what the journal has by now."""
        self._known.append(self._journal.left())

    def encode(self, texts: Sequence[str]) -> tuple[Keys, NDArray[np.float32]]:
        """The texts' keys and unit vectors."""
        keys = keys_of(texts)
        vectors = np.empty((len(texts), self.encoder.dimension), dtype=np.float32)
        missing = np.ones(len(texts), dtype=np.bool_)
        for each in self._known:
            each.fill(keys, vectors, missing)
        rows = np.flatnonzero(missing)
        for start in range(0, len(rows), STEP):
            part = rows[start : start + STEP]
            vectors[part] = self.encoder.encode([texts[row] for row in part])
            self._journal.append(keys[part], vectors[part])
        self.encoded += len(rows)
        return keys, vectors
