"""An index whose passages are in Milvus: for corpora beyond one machine, and for several machines that search one.

The index directory then holds the manifest, the facets and the texts' keys alone; a copy of it opens the same
collection elsewhere. Milvus scores both sides: inner product over the vectors, and its own BM25 over the same stems
as an index on disk, so that the same retriever ranks both alike. With a path for a URI it is milvus-lite, in one file.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medrag.errors import ConfigurationError, IndexMissing, StoreError
from medrag.retrieval.searchable import Candidates
from medrag.retrieval.store.lexical import Tokeniser
from medrag.retrieval.store.lexical_writer import K1, B
from medrag.retrieval.store.manifest import Manifest, MilvusEntry, damaged
from medrag.retrieval.store.passages import FACETS, Facets, dumped, parsed, read_facets
from medrag.retrieval.store.vectors import EXACT_UP_TO
from medrag.types import Filters, Passage

LINKS, BUILD_DEPTH, SEARCH_DEPTH = 32, 128, 256
CONNECT_S = 10.0

# The longest text a Milvus field takes, in bytes, and the most rows one query may give back.
_MAX_TEXT, _MAX_ROWS = 65_535, 10_000


@dataclass(frozen=True)
class Server:
    """A Milvus: its address (``http://host:19530``) and token, or the name of a milvus-lite file (``NAME.db``)."""

    uri: str
    token: str | None = None


class MilvusIndex:
    """An open index in Milvus, as :class:`medrag.retrieval.searchable.Searchable`."""

    def __init__(self, manifest: Manifest, collection: Collection, facets: Facets) -> None:
        self.manifest = manifest
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
        with _told(self.uri):
            for name in self._client.list_collections():
                if name.startswith(self._prefix) and name not in kept:
                    self._client.drop_collection(name)


class Collection:
    """The calls to Milvus, with its errors as StoreError."""

    def __init__(self, client: Any, name: str, uri: str) -> None:
        self.client = client
        self.name = name
        self.uri = uri

    def create(self, dimension: int) -> None:
        """Make it, empty, in the place of one of this name."""
        from pymilvus import DataType, Function, FunctionType

        schema = self.client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("row", DataType.INT64, is_primary=True)
        schema.add_field("facet", DataType.INT32)
        schema.add_field("passage", DataType.VARCHAR, max_length=_MAX_TEXT)
        analyzer = {"tokenizer": "standard"}  # the words are stems already
        schema.add_field(
            "words", DataType.VARCHAR, max_length=_MAX_TEXT, enable_analyzer=True, analyzer_params=analyzer
        )
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
        schema.add_field("bm25", DataType.SPARSE_FLOAT_VECTOR)
        schema.add_function(Function("bm25_of_words", FunctionType.BM25, ["words"], ["bm25"]))
        with _told(self.uri):
            self.client.drop_collection(self.name)
            self.client.create_collection(self.name, schema=schema)

    def insert(self, rows: list[dict[str, Any]]) -> None:
        """Append rows."""
        with _told(self.uri):
            self.client.insert(self.name, rows)

    def index(self, *, exact: bool) -> None:
        """Flush, index both sides and load."""
        params = self.client.prepare_index_params()
        if exact:
            params.add_index("vector", index_type="FLAT", metric_type="IP")
        else:
            depth = {"M": LINKS, "efConstruction": BUILD_DEPTH}
            params.add_index("vector", index_type="HNSW", metric_type="IP", params=depth)
        weights = {"bm25_k1": K1, "bm25_b": B}
        params.add_index("bm25", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params=weights)
        with _told(self.uri):
            self.client.flush(self.name)
            self.client.create_index(self.name, params)
            self.client.load_collection(self.name)

    def rename(self, name: str) -> None:
        """Rename it; one of that name holds the same and is replaced."""
        with _told(self.uri):
            self.client.drop_collection(name)
            self.client.rename_collection(self.name, name)
        self.name = name

    def load(self) -> int:
        """Have Milvus load it; its number of rows. Raises IndexMissing."""
        with _told(self.uri):
            if not self.client.has_collection(self.name):
                raise IndexMissing(f"Milvus at {self.uri} has no collection {self.name}. Build the index again.")
            self.client.load_collection(self.name)
            counted = self.client.query(self.name, filter="", output_fields=["count(*)"])
        return int(counted[0]["count(*)"])

    def nearest(self, vector: NDArray[np.float32], count: int, where: str) -> dict[int, float]:
        """Cosines by row of the ``count`` nearest."""
        depth = {"ef": max(SEARCH_DEPTH, count)}
        return self._search("vector", vector, count, where, {"metric_type": "IP", "params": depth})

    def matching(self, words: str, count: int, where: str) -> dict[int, float]:
        """BM25 by row of the ``count`` best."""
        found = self._search("bm25", words, count, where, {"metric_type": "BM25"}) if words else {}
        # milvus-lite gives BM25 as a distance, below zero.
        return {row: abs(score) for row, score in found.items()}

    def field(self, name: str, rows: Sequence[int]) -> dict[int, Any]:
        """The field ``name`` of ``rows``, by row. Raises IndexMissing when one is not there."""
        found: dict[int, Any] = {}
        for start in range(0, len(rows), _MAX_ROWS):
            part = list(rows[start : start + _MAX_ROWS])
            with _told(self.uri):
                got = self.client.get(self.name, ids=part, output_fields=["row", name])
            found |= {each["row"]: each[name] for each in got}
        if len(found) < len(set(rows)):
            raise IndexMissing(f"Passages are missing from {self.name} in Milvus at {self.uri}. Build the index again.")
        return found

    def _search(self, field: str, query: Any, count: int, where: str, how: dict[str, Any]) -> dict[int, float]:
        if not count:
            return {}
        with _told(self.uri):
            (hits,) = self.client.search(
                self.name,
                data=[query],
                anns_field=field,
                limit=count,
                filter=where,
                search_params=how,
                output_fields=["facet"],
            )
        return {int(hit["row"]): float(hit["distance"]) for hit in hits}


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
    return MilvusIndex(manifest, collection, read_facets(paths[FACETS]))


def connect(directory: Path, server: Server) -> Any:
    """A client of the Milvus at ``server``; a milvus-lite file lies in ``directory``."""
    try:
        from pymilvus import MilvusClient
    except ImportError as error:
        raise ConfigurationError("Milvus needs pymilvus: pip install 'medrag[milvus]'.") from error
    # It logs what fails with the request; what reaches the user is the error raised here.
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
    uri = server.uri
    where = uri if "://" in uri else str(directory.absolute() / uri)
    if "://" not in uri and not uri.endswith(".db"):
        raise ConfigurationError(f"Name Milvus by its address (http://host:19530), or a file ending in .db: not {uri}.")
    with _told(uri):
        return MilvusClient(uri=where, token=server.token or "", timeout=CONNECT_S)


@contextlib.contextmanager
def _told(uri: str) -> Iterator[None]:
    from pymilvus.exceptions import MilvusException

    try:
        yield
    except MilvusException as error:
        raise StoreError(
            f"Milvus at {uri} does not do its part (code {error.code}). Is it running, and is the token right?"
        ) from error


def _among(rows: set[int]) -> str:
    return f"row in {sorted(rows)}"


def _fitting(passage: Passage, line: str) -> str:
    if len(line.encode()) > _MAX_TEXT:
        raise StoreError(f"Passage {passage.id} is longer than Milvus holds ({_MAX_TEXT:,} bytes); break it up.")
    return line


def _prefix(directory: Path) -> str:
    """What the names of this directory's collections begin with: two directories never touch each other's."""
    place = f"{socket.gethostname()}:{directory.absolute()}"
    return f"medrag_{hashlib.sha256(place.encode()).hexdigest()[:8]}_"
