"""What a Retriever searches: an index on disk (``store/index.py``) or a collection in Milvus (``store/milvus.py``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from medrag.retrieval.store.asked import Asked
from medrag.types import Filters, Passage


class Candidates(NamedTuple):
    """Passages worth ranking: their rows, ascending, with the cosine and the BM25 of each, shape ``(n,)`` all."""

    rows: NDArray[np.int64]
    cosines: NDArray[np.float32]
    bm25: NDArray[np.float32]


class Searchable(Protocol):
    """An open index. Every method may be called from several threads and raises StoreError when it cannot answer."""

    @property
    def hash(self) -> str:
        """A digest of everything in the index, for the audit trail."""

    @property
    def asked(self) -> Asked:
        """The questions that people wrote beside its guidelines."""

    @property
    def languages(self) -> frozenset[str]:
        """The ISO 639-1 codes of the languages that passages are in."""

    def candidates(self, query: str, vector: NDArray[np.float32], count: int, filters: Filters) -> Candidates:
        """The ``count`` nearest passages to ``vector`` and the ``count`` best by BM25 for ``query``, together.

        Only passages that ``filters`` let through; one that shares no word with the query has a BM25 of zero.
        """

    def nearest(self, vector: NDArray[np.float32], filters: Filters) -> float:
        """The cosine of the nearest passage that ``filters`` let through; -1 when they let none through."""

    def fetch(self, rows: Sequence[int]) -> list[Passage]:
        """The passages in ``rows``, in that order."""
