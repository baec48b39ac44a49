"""The systems that the retrieval benchmark compares: each searches the same passages with the same vectors."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medrag.knowledge import load
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.retriever import DENSE_WEIGHT, Retriever
from medrag.retrieval.store.index import Index
from medrag.retrieval.store.passages import searched_text
from medrag.types import Filters

DEPTH = 100
# MedRAG's published fusion: reciprocal ranks, with this constant added to the rank.
RRF_CONSTANT = 100
OURS = "medrag"

Ranked = list[tuple[int, float]]
Search = Callable[[str], Ranked]


@dataclass(frozen=True)
class Haystack:
    """An index whose every passage may be found, with the encoder it was built with."""

    index: Index
    encoder: Encoder

    @cached_property
    def allowed(self) -> NDArray[np.bool_]:
        """Every passage that is current, bool of shape ``(rows,)``."""
        return self.index.passages.allowed(Filters())

    @cached_property
    def vectors(self) -> NDArray[np.float32]:
        """float32 of shape ``(rows, dimension)``."""
        return self.index.dense.vectors(np.arange(self.index.manifest.rows, dtype=np.int64))

    @cached_property
    def texts(self) -> list[str]:
        """What stands for each passage in the searches."""
        return [searched_text(self.index.passages[row], load()) for row in range(self.index.manifest.rows)]

    def vector(self, query: str) -> NDArray[np.float32]:
        """The query's unit vector."""
        return np.asarray(self.encoder.encode([query])[0])


def systems(hay: Haystack, tuned: Haystack | None = None) -> dict[str, Search]:
    """Every system over ``hay``, and over the same passages encoded by a tuned encoder.

    LangChain and LlamaIndex are left out, with a word on it, where the ``bench`` extra is not installed.
    """
    found: dict[str, Search] = {
        "BM25 (bm25s)": lambda query: bm25(hay, query),
        "MiniLM (FAISS)": lambda query: dense(hay, query),
    }
    for name, (module, made) in PEERS.items():
        if find_spec(module):
            found[name] = made(hay)
        else:
            print(f"{name} is left out: pip install 'medrag[bench]'", file=sys.stderr)
    found |= {
        "MedRAG: RRF of both": lambda query: rrf(hay, query),
        "medrag with equal weights": hybrid(hay, 0.5),
        OURS: hybrid(hay, DENSE_WEIGHT),
    }
    if tuned:
        found |= {
            "tuned MiniLM (FAISS)": lambda query: dense(tuned, query),
            "medrag, tuned encoder": hybrid(tuned, DENSE_WEIGHT),
        }
    return found


def dense(hay: Haystack, query: str) -> Ranked:
    """Cosine alone."""
    rows, scores = hay.index.dense.search(hay.vector(query), DEPTH, hay.allowed)
    return list(zip(rows.tolist(), scores.tolist(), strict=True))


def bm25(hay: Haystack, query: str) -> Ranked:
    """BM25 alone."""
    scores = hay.index.lexical.scores(query)
    rows = np.argsort(-scores, kind="stable")[:DEPTH]
    return list(zip(rows.tolist(), scores[rows].tolist(), strict=True))


def rrf(hay: Haystack, query: str) -> Ranked:
    """Reciprocal-rank fusion of the two, as MedRAG does it (Xiong et al., 2024)."""
    fused: dict[int, float] = {}
    for ranked in (bm25(hay, query), dense(hay, query)):
        for rank, (row, _) in enumerate(ranked, start=1):
            fused[row] = fused.get(row, 0) + 1 / (RRF_CONSTANT + rank)
    return sorted(fused.items(), key=lambda each: -each[1])[:DEPTH]


def hybrid(hay: Haystack, weight: float) -> Search:
    """medrag's own fusion."""
    retriever = Retriever(hay.index, hay.encoder, dense_weight=weight)
    return lambda query: retriever.ranked(query, hay.vector(query), Filters(), DEPTH)


def langchain(hay: Haystack) -> Search:
    """LangChain's FAISS vector store, as its documentation sets it up (Euclidean distance of unit vectors)."""
    from langchain_community.vectorstores import FAISS
    from langchain_core.embeddings import Embeddings

    class Adapter(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [each.tolist() for each in hay.encoder.encode(texts)]

        def embed_query(self, text: str) -> list[float]:
            return list(hay.vector(text).tolist())

    rows = [{"row": row} for row in range(len(hay.texts))]
    store: Any = FAISS.from_embeddings(zip(hay.texts, hay.vectors.tolist(), strict=True), Adapter(), metadatas=rows)

    def search(query: str) -> Ranked:
        return [(page.metadata["row"], -far) for page, far in store.similarity_search_with_score(query, k=DEPTH)]

    return search


def llama_index(hay: Haystack) -> Search:
    """LlamaIndex's VectorStoreIndex over its FAISS store."""
    import faiss
    from llama_index.core import StorageContext, VectorStoreIndex
    from llama_index.core.embeddings import BaseEmbedding
    from llama_index.core.schema import TextNode
    from llama_index.vector_stores.faiss import FaissVectorStore

    class Adapter(BaseEmbedding):  # type: ignore[misc]
        def _get_text_embedding(self, text: str) -> list[float]:
            return list(hay.vector(text).tolist())

        def _get_query_embedding(self, query: str) -> list[float]:
            return list(hay.vector(query).tolist())

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return list(hay.vector(query).tolist())

    nodes = [
        TextNode(text=text, id_=str(row), embedding=vector)
        for row, (text, vector) in enumerate(zip(hay.texts, hay.vectors.tolist(), strict=True))
    ]
    store = FaissVectorStore(faiss_index=faiss.IndexFlatIP(hay.vectors.shape[1]))
    context = StorageContext.from_defaults(vector_store=store)
    index = VectorStoreIndex(nodes, storage_context=context, embed_model=Adapter())
    retriever: Any = index.as_retriever(similarity_top_k=DEPTH)
    return lambda query: [(int(each.node.node_id), float(each.score)) for each in retriever.retrieve(query)]


PEERS: dict[str, tuple[str, Callable[[Haystack], Search]]] = {
    "LangChain (FAISS, MiniLM)": ("langchain_community", langchain),
    "LlamaIndex (FAISS, MiniLM)": ("llama_index", llama_index),
}
"""The peers that the ``bench`` extra brings: the module each needs, and what makes it."""
