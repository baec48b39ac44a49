"""An index whose passages are in Milvus: for corpora beyond one machine, and for several machines that search one.

The index directory then holds the manifest, the facets and the texts' keys alone; a copy of it opens the same
collection elsewhere. Milvus scores both sides: inner product over the vectors, and its own BM25 over the same stems
as an index on disk, so that the same retriever ranks both alike. With a path for a URI it is milvus-lite, in one file.
"""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medrag.errors import StoreError
from medrag.retrieval.searchable import Candidates
from medrag.retrieval.store.asked import Asked, read_asked
from medrag.retrieval.store.collection import MAX_TEXT, Collection, Server, connect, told
from medrag.retrieval.store.lexical import Tokeniser
from medrag.retrieval.store.manifest import Manifest, MilvusEntry, damaged
from medrag.retrieval.store.passages import FACETS, Facets, dumped, parsed, read_facets
from medrag.retrieval.store.vectors import EXACT_UP_TO
from medrag.types import Filters, Passage


class MilvusIndex:
    """An open index in Milvus, as :class:`medrag.retrieval.searchable.Searchable`."""

    def __init__(self, manifest: Manifest, collection: Collection, facets: Facets, asked: Asked) -> None:
        self.manifest = manifest
        self.asked = asked
        self._collection = collection
        self._facets = facets
        self._tokenise = Tokeniser()

    @property
    def hash(self) -> str:
        """A digest of everything in the index, for the audit trail."""
        return self.manifest.hash

    @property
    def languages(self) -> frozenset[str]:
        """As :meth:`Searchable.languages`."""
        return self._facets.languages

    def candidates(self, query: str, vector: NDArray[np.float32], count: int, filters: Filters) -> Candidates:
        """As :meth:`Searchable.candidates`: what either side misses of the other's is asked for by row."""
        where = self._where(filters)
        if where is None:
            nothing = np.zeros(0, dtype=np.float32)
            return Candidates(np.zeros(0, dtype=np.int64), nothing, nothing)
        words = " ".join(self._tokenise(query))
        cosines = self._collection.nearest(vector, count, where)
        bm25 = self._collection.matching(words, count, where)
        near_only, matching_only = cosines.keys() - bm25.keys(), bm25.keys() - cosines.keys()
        cosines |= self._collection.nearest(vector, len(matching_only), _among(matching_only))
        bm25 |= self._collection.matching(words, len(near_only), _among(near_only))
        rows = sorted(cosines)
        return Candidates(
            np.asarray(rows, dtype=np.int64),
            np.asarray([cosines[row] for row in rows], dtype=np.float32),
            np.asarray([bm25.get(row, 0.0) for row in rows], dtype=np.float32),
        )

    def nearest(self, vector: NDArray[np.float32], filters: Filters) -> float:
        """As :meth:`Searchable.nearest`."""
        where = self._where(filters)
        return max(self._collection.nearest(vector, 1, where).values(), default=-1.0) if where is not None else -1.0

    def fetch(self, rows: Sequence[int]) -> list[Passage]:
        """As :meth:`Searchable.fetch`."""
        found = self._collection.field("passage", rows)
        return [parsed(found[row], row) for row in rows]

    def vectors(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of ``rows``."""
        found = self._collection.field("vector", rows.tolist())
        return np.asarray([found[row] for row in rows.tolist()], dtype=np.float32)

    def _where(self, filters: Filters) -> str | None:
        """The filters as Milvus's expression, empty when they let everything through; None when nothing."""
        passing = self._facets.passing(filters)
        if passing.all():
            return ""
        if not passing.any():
            return None
        few, word = (passing, "in") if 2 * passing.sum() <= len(passing) else (~passing, "not in")
        return f"facet {word} {np.flatnonzero(few).tolist()}"


class MilvusContents:
    """What a build writes into Milvus; the collection gets its name, and takes effect, with the manifest."""

    files = (FACETS,)

    def __init__(self, directory: Path, staging: Path, server: Server, dimension: int) -> None:
        self.staging = staging
        self.uri = server.uri
        self.dimension = dimension
        self._facets = Facets()
        self._tokenise = Tokeniser()
        self._rows = 0
        self._client = connect(directory, server)
        self._prefix = _prefix(directory)
        self._collection = Collection(self._client, f"{self._prefix}building", server.uri)

    @property
    def kind(self) -> str:
        """What the manifest calls the vectors: ``milvus-flat`` or ``milvus-hnsw``."""
        return "milvus-flat" if self._rows <= EXACT_UP_TO else "milvus-hnsw"

    def add(self, batch: Sequence[tuple[Passage, str]], vectors: NDArray[np.float32]) -> None:
        """Append passages with their texts and vectors. Raises StoreError."""
        if not self._rows:
            self._collection.create(self.dimension)
        rows = [
            {
                "row": self._rows + place,
                "facet": self._facets.number(passage),
                "passage": _fitting(passage, dumped(passage)),
                "words": " ".join(self._tokenise(text)),  # shorter than the passage itself
                "vector": vector,
            }
            for place, ((passage, text), vector) in enumerate(zip(batch, vectors, strict=True))
        ]
        self._collection.insert(rows)
        self._rows += len(rows)

    def finish(self) -> None:
        """Write the facets, and have Milvus index what it holds."""
        self._facets.write(self.staging / FACETS)
        self._collection.index(exact=self._rows <= EXACT_UP_TO)

    def place(self, manifest: Manifest) -> Manifest:
        """Give the collection its name, which is made of its content's hash; the manifest that says so."""
        name = f"{self._prefix}{manifest.hash[:12]}"
        self._collection.rename(name)
        return manifest.model_copy(update={"milvus": MilvusEntry(uri=self.uri, collection=name)})

    def remove_stale(self, before: Manifest | None, now: Manifest) -> None:
        """Drop this directory's earlier collections, but for the last one: servers may still search it."""
        kept = {each.milvus.collection for each in (before, now) if each and each.milvus}
        with told(self.uri):
            for name in self._client.list_collections():
                if name.startswith(self._prefix) and name not in kept:
                    self._client.drop_collection(name)


def open_milvus(directory: Path, manifest: Manifest, paths: Mapping[str, Path], token: str | None) -> MilvusIndex:
    """The index that ``manifest`` of ``directory`` says is in Milvus, given where its files lie.

    Raises:
        StoreError: Milvus does not answer, or does not have it.
        ConfigurationError: pymilvus is not installed.
    """
    entry = manifest.milvus
    if entry is None or FACETS not in paths:
        raise damaged(directory, "its manifest does not name what an index in Milvus has")
    collection = Collection(connect(directory, Server(entry.uri, token)), entry.collection, entry.uri)
    if collection.load() != manifest.rows:
        raise damaged(directory, f"collection {entry.collection} does not hold {manifest.rows:,} passages")
    try:
        asked = read_asked(paths)
    except (OSError, ValueError) as error:
        raise damaged(directory, f"its written questions do not open ({error})") from error
    return MilvusIndex(manifest, collection, read_facets(paths[FACETS]), asked)


def _among(rows: set[int]) -> str:
    return f"row in {sorted(rows)}"


def _fitting(passage: Passage, line: str) -> str:
    if len(line.encode()) > MAX_TEXT:
        raise StoreError(f"Passage {passage.id} is longer than Milvus holds ({MAX_TEXT:,} bytes); break it up.")
    return line


def _prefix(directory: Path) -> str:
    """What the names of this directory's collections begin with: two directories never touch each other's."""
    place = f"{socket.gethostname()}:{directory.absolute()}"
    return f"medrag_{hashlib.sha256(place.encode()).hexdigest()[:8]}_"
