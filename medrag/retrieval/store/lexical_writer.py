"""Writes the BM25 scores of an index in memory that does not grow with it.

As passages come, their entries (word, row, count) go to a file. At the end the entries are dealt into files of
neighbouring words, and one such file at a time is sorted by word, scored and appended.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from medrag.retrieval.store.arrays import ArrayWriter
from medrag.retrieval.store.lexical import DATA, INDICES, INDPTR, PARAMETERS, VOCABULARY, Tokeniser

K1, B = 1.5, 0.75

# Entries sorted at once (about 30 bytes each while they are), and files open at once.
_SORTED, _FILES = 1_000_000, 256
_ENTRY = np.dtype([("word", "<i4"), ("row", "<i4"), ("count", "<i4")])

Entries = NDArray[np.void]


class LexicalWriter:
    """Collects the words of each row, then writes the BM25 scores as bm25s reads them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._tokenise = Tokeniser()
        self._vocabulary = _Vocabulary()
        self._lengths = ArrayWriter(directory / "lengths.npy", np.int32)
        self._entries: BinaryIO | None = None

    def add(self, text: str) -> None:
        """Append a row."""
        counts = Counter(self._tokenise(text))
        entries = np.empty(len(counts), dtype=_ENTRY)
        entries["word"] = [self._vocabulary[word] for word in counts]
        entries["row"] = self._lengths.rows
        entries["count"] = list(counts.values())
        self._opened().write(entries.tobytes())
        self._lengths.append([counts.total()])

    def close(self) -> None:
        """Score every word in every row (Lucene's BM25, k1 1.5, b 0.75) and save."""
        self._opened().close()
        self._lengths.close()
        lengths = np.load(self._lengths.path, mmap_mode="r")
        mean = float(lengths.mean(dtype=np.float64)) if len(lengths) else 1.0
        rows_with = self._counted()
        starts = np.concatenate(([0], np.cumsum(rows_with)))
        data, indices = ArrayWriter(self.directory / DATA, np.float32), ArrayWriter(self.directory / INDICES, np.int32)
        for entries in self._sorted(starts):
            data.append(_scores(entries, rows_with, lengths, mean))
            indices.append(entries["row"])
        data.close()
        indices.close()
        np.save(self.directory / INDPTR, starts)
        self._describe()
        for path in (self._raw, self._lengths.path):
            path.unlink()

    @property
    def _raw(self) -> Path:
        return self.directory / "entries.raw"

    def _opened(self) -> BinaryIO:
        if self._entries is None:
            self._entries = self._raw.open("wb")
        return self._entries

    def _counted(self) -> NDArray[np.int64]:
        """How many rows have each word."""
        rows_with = np.zeros(len(self._vocabulary), dtype=np.int64)
        for entries in _read(self._raw):
            rows_with += np.bincount(entries["word"], minlength=len(rows_with))
        return rows_with

    def _sorted(self, starts: NDArray[np.int64]) -> Iterator[Entries]:
        """All entries, by word and then by row, in pieces of about ``_SORTED``."""
        at_once = max(_SORTED, -(-int(starts[-1]) // _FILES))
        piece_of_word = (starts[:-1] // at_once).astype(np.int64)
        paths = [self.directory / f"entries-{piece}.raw" for piece in range(int(piece_of_word.max(initial=-1)) + 1)]
        with ExitStack() as stack:
            files = [stack.enter_context(path.open("wb")) for path in paths]
            for entries in _read(self._raw):
                pieces = piece_of_word[entries["word"]]
                for piece in np.unique(pieces):
                    files[piece].write(entries[pieces == piece].tobytes())
        for path in paths:
            entries = np.fromfile(path, dtype=_ENTRY)
            path.unlink()
            yield entries[np.argsort(entries["word"], kind="stable")]

    def _describe(self) -> None:
        parameters = {
            "k1": K1,
            "b": B,
            "delta": 0.5,
            "method": "lucene",
            "idf_method": "lucene",
            "dtype": "float32",
            "int_dtype": "int32",
            "num_docs": self._lengths.rows,
            "backend": "numpy",
        }
        (self.directory / PARAMETERS).write_text(json.dumps(parameters, indent=4), encoding="utf-8")
        (self.directory / VOCABULARY).write_text(json.dumps(self._vocabulary, ensure_ascii=False), encoding="utf-8")


class _Vocabulary(dict[str, int]):
    """Numbers words as they first come."""

    def __missing__(self, word: str) -> int:
        self[word] = len(self)
        return self[word]


def _scores(
    entries: Entries, rows_with: NDArray[np.int64], lengths: NDArray[np.int32], mean: float
) -> NDArray[np.float64]:
    """``idf * tf / (tf + k1 * (1 - b + b * length / mean length))``, Kamphuis et al. 2020, table 1, "Lucene"."""
    having = rows_with[entries["word"]]
    idf = np.log(1 + (len(lengths) - having + 0.5) / (having + 0.5))
    count = entries["count"].astype(np.float64)
    scores: NDArray[np.float64] = idf * count / (count + K1 * (1 - B + B * lengths[entries["row"]] / mean))
    return scores


def _read(path: Path) -> Iterator[Entries]:
    with path.open("rb") as file:
        while len(entries := np.fromfile(file, dtype=_ENTRY, count=_SORTED)):
            yield entries
