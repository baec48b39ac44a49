"""The calls to Milvus, with its errors as StoreError."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medrag.errors import ConfigurationError, IndexMissing, StoreError
from medrag.retrieval.store.lexical_writer import K1, B

LINKS, BUILD_DEPTH, SEARCH_DEPTH = 32, 128, 256
CONNECT_S = 10.0

# The longest text a Milvus field takes, in bytes, and the most rows one query may give back.
MAX_TEXT, _MAX_ROWS = 65_535, 10_000


@dataclass(frozen=True)
class Server:
    """A Milvus: its address (``http://host:19530``) and token, or the name of a milvus-lite file (``NAME.db``)."""

    uri: str
    token: str | None = None


class Collection:
    """One collection of passages, by its name."""

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
        schema.add_field("passage", DataType.VARCHAR, max_length=MAX_TEXT)
        analyzer = {"tokenizer": "standard"}  # the words are stems already
        schema.add_field("words", DataType.VARCHAR, max_length=MAX_TEXT, enable_analyzer=True, analyzer_params=analyzer)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
        schema.add_field("bm25", DataType.SPARSE_FLOAT_VECTOR)
        schema.add_function(Function("bm25_of_words", FunctionType.BM25, ["words"], ["bm25"]))
        with told(self.uri):
            self.client.drop_collection(self.name)
            self.client.create_collection(self.name, schema=schema)

    def insert(self, rows: list[dict[str, Any]]) -> None:
        """Append rows."""
        with told(self.uri):
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
        with told(self.uri):
            self.client.flush(self.name)
            self.client.create_index(self.name, params)
            self.client.load_collection(self.name)

    def rename(self, name: str) -> None:
        """Rename it; one of that name holds the same and is replaced."""
        with told(self.uri):
            self.client.drop_collection(name)
            self.client.rename_collection(self.name, name)
        self.name = name

    def load(self) -> int:
        """Have Milvus load it; its number of rows. Raises IndexMissing."""
        with told(self.uri):
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
            with told(self.uri):
                got = self.client.get(self.name, ids=part, output_fields=["row", name])
            found |= {each["row"]: each[name] for each in got}
        if len(found) < len(set(rows)):
            raise IndexMissing(f"Passages are missing from {self.name} in Milvus at {self.uri}. Build the index again.")
        return found

    def _search(self, field: str, query: Any, count: int, where: str, how: dict[str, Any]) -> dict[int, float]:
        if not count:
            return {}
        with told(self.uri):
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
    with told(uri):
        return MilvusClient(uri=where, token=server.token or "", timeout=CONNECT_S)


@contextlib.contextmanager
def told(uri: str) -> Iterator[None]:
    """Errors of Milvus at ``uri`` as StoreError."""
    from pymilvus.exceptions import MilvusException

    try:
        yield
    except MilvusException as error:
        raise StoreError(
            f"Milvus at {uri} does not do its part (code {error.code}). Is it running, and is the token right?"
        ) from error
