"""Vectors of the index's own sentences and written questions, which are the same from question to question."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medrag.retrieval.encoder import Encoder

KEPT = 50_000
"""Vectors of this many texts are kept in memory, 2 to 3 kB each."""
KEPT_ON_DISK = 300_000
WAIT_S = 1.0


class KnownVectors:
    """Encodes texts of an index by ``encoder``, each once. Safe to use from threads.

    What was encoded is found again in ``folder`` by later processes; without one, and where it cannot be written, it
    is known until the process ends.
    """

    def __init__(self, encoder: Encoder, folder: Path | None = None) -> None:
        self.encoder = encoder
        self._known: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()
        self._disk = _opened(folder, encoder) if folder else None

    def cosines(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """The cosine of every one of ``texts`` with ``query``, which is not kept: shape ``(texts,)``."""
        return np.asarray(self.vectors(texts) @ self.encoder.encode([query])[0])

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text; texts seen before are not encoded again."""
        with self._lock:
            known = {text: self._known[text] for text in texts if text in self._known}
        known |= self._encoded(sorted({*texts} - known.keys(), key=len))
        with self._lock:
            for text in texts:
                self._known[text] = known[text]
                self._known.move_to_end(text)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return np.stack([known[text] for text in texts])

    def _encoded(self, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Read from disk or made, and then written there."""
        if not texts:
            return {}
        found = self._disk.read(texts) if self._disk else {}
        if new := [each for each in texts if each not in found]:
            made = dict(zip(new, self.encoder.encode(new), strict=True))
            if self._disk:
                self._disk.write(made)
            found |= made
        return found


class _OnDisk:
    """Vectors in an SQLite file, by the SHA-256 of their text. A failure to read or write costs time and no answer."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, timeout=WAIT_S, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("CREATE TABLE IF NOT EXISTS vectors (text BLOB UNIQUE NOT NULL, vector BLOB NOT NULL)")

    def read(self, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        wanted = {_key(each): each for each in texts}
        asked = f"SELECT text, vector FROM vectors WHERE text IN ({','.join('?' * len(wanted))})"  # noqa: S608
        with self._lock, suppress(sqlite3.Error):
            rows = self._database.execute(asked, [*wanted]).fetchall()
            return {wanted[key]: np.frombuffer(vector, dtype=np.float32) for key, vector in rows}
        return {}

    def write(self, made: Mapping[str, NDArray[np.float32]]) -> None:
        with self._lock, suppress(sqlite3.Error), self._database:
            (count,) = self._database.execute("SELECT max(rowid) FROM vectors").fetchone()
            if (count or 0) < KEPT_ON_DISK:
                rows = [(_key(text), vector.tobytes()) for text, vector in made.items()]
                self._database.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _opened(folder: Path, encoder: Encoder) -> _OnDisk | None:
    """The encoder's file in ``folder``; None where it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _OnDisk(folder / f"{encoder.fingerprint[:16]}.db")
    except (OSError, sqlite3.Error):
        return None
