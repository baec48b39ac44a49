"""The services that :mod:`benchmarks.serving` compares, each a process of its own over the same vLLM and index.

    python -m benchmarks.serving.systems remembered INDEX --model-url http://127.0.0.1:8001/v1 --port 8002
    python -m benchmarks.serving.systems naive INDEX --model-url http://127.0.0.1:8001/v1 --port 8003

``remembered`` is medrag whose retrieval, note reading and safety checks answer from memory the second time a question
comes: what is left is the gateway's own work. ``naive`` is what a LangChain tutorial builds: FAISS, the same prompt,
``ChatOpenAI``, the answer as it comes, no grammar, no grounding, no safety filter, no audit. The key of the model's
server is read from ``MEDRAG_MODEL_KEY``.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal
from unittest.mock import patch

import typer
import uvicorn
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from pydantic import SecretStr

from medrag.generation import prompts
from medrag.generation.modes import MODES
from medrag.knowledge import load
from medrag.types import Case, Evidence, Passage

NAME = "served"
"""What every system calls the model on the vLLM that they share."""
PASSAGES = 5
NAIVE_TOKENS = 48

app = typer.Typer(add_completion=False)


@app.command(help=__doc__)
def main(
    system: Annotated[str, typer.Argument(help="remembered or naive.")],
    index: Annotated[Path, typer.Argument(help="An index directory.")],
    model_url: Annotated[str, typer.Option(help="Base URL of the model's server.")],
    port: Annotated[int, typer.Option(help="Port on loopback.")],
    release: Annotated[str, typer.Option(help="statement or whole.")] = "statement",
) -> None:
    """Serve one of the compared systems until it is killed."""
    key = os.environ.get("MEDRAG_MODEL_KEY", "none")
    if system == "naive":
        _run(naive(index, model_url, key), port)
    else:
        _serve_remembered(index, model_url, key, port, "whole" if release == "whole" else "statement")


def _serve_remembered(index: Path, model_url: str, key: str, port: int, release: Literal["statement", "whole"]) -> None:
    from medrag.engine import Engine
    from medrag.generation.model import OpenAIChatModel
    from medrag.retrieval.retriever import Retriever
    from medrag.safety import consultation
    from medrag.server.app import Options, create_app
    from medrag.server.guard.audit import Trail

    retriever = _Remembering(Retriever.open(index))
    made: Any = Engine(retriever, OpenAIChatModel(model_url, NAME, key), load())  # type: ignore[arg-type]
    with _from_memory(consultation), TemporaryDirectory() as folder, Trail.open(Path(folder) / "medrag.db") as trail:
        _run(create_app(made, Options(release=release), trail), port)


@contextmanager
def _from_memory(consultation: Any) -> Iterator[None]:
    """Puts a memory before everything that the engine asks of note reading and safety; questions carry no patient."""
    asked: dict[str, Callable[[Sequence[Any]], Any]] = {
        "opening": lambda given: given[0].question,
        "choices": lambda given: given[0].question,
        "review": lambda given: given[1].text,
        "conclude": lambda given: tuple(each.text for each in given[0].released),
    }
    keys: dict[tuple[Any, str], Callable[[Sequence[Any]], Any]] = {
        (consultation, "hear"): lambda given: given[1],
        **{(consultation.Consultation, name): key for name, key in asked.items()},
    }
    with ExitStack() as stack:
        for (module, name), key in keys.items():
            stack.enter_context(patch.object(module, name, _remembered(getattr(module, name), key)))
        yield


def _remembered(work: Callable[..., Any], key: Callable[[Sequence[Any]], Any]) -> Callable[..., Any]:
    known: dict[Any, Any] = {}

    def answer(*given: Any) -> Any:
        name = key(given)
        if name not in known:
            known[name] = work(*given)
        return known[name]

    return answer


class _Remembering:
    """A retriever that searches once for each query."""

    def __init__(self, retriever: Any) -> None:
        self.index = retriever.index
        self._sentences = retriever.sentences
        self._known: dict[str, list[Evidence]] = {}

    def sentences(self, query: str, described: str, **options: Any) -> list[Evidence]:
        if query not in self._known:
            self._known[query] = self._sentences(query, described, **options)
        return self._known[query]


def naive(index: Path, model_url: str, key: str) -> FastAPI:
    """A LangChain RAG service: ``POST /v1/chat/completions`` with one user message, always streamed."""
    from langchain_community.embeddings import HuggingFaceEmbeddings
    from langchain_community.vectorstores import FAISS
    from langchain_openai import ChatOpenAI

    from medrag.retrieval.encoder import Encoder
    from medrag.retrieval.store.index import Index

    encoder = Encoder()
    opened = Index.open(index, encoder)
    passages = [opened.passages[row] for row in range(len(opened.passages))]
    store = FAISS.from_texts(
        [each.text for each in passages],
        HuggingFaceEmbeddings(model_name=str(encoder.path)),
        metadatas=[{"row": row} for row in range(len(passages))],
    )
    chat = ChatOpenAI(
        base_url=model_url,
        api_key=SecretStr(key),
        model=NAME,
        temperature=0,
        max_completion_tokens=NAIVE_TOKENS,
        max_retries=0,
    )
    app = FastAPI()

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/v1/chat/completions")
    async def complete(body: dict[str, Any]) -> StreamingResponse:
        question = body["messages"][-1]["content"]
        found = await store.asimilarity_search_with_score(question, k=PASSAGES)
        messages = _prompt(question, [(passages[document.metadata["row"]], score) for document, score in found])
        return StreamingResponse(_lines(chat, messages), media_type="text/event-stream")

    return app


def _prompt(question: str, found: list[tuple[Passage, float]]) -> list[tuple[str, str]]:
    evidence = [
        Evidence(number=number, passage=passage, score=float(score))
        for number, (passage, score) in enumerate(found, start=1)
    ]
    return [
        (each["role"], each["content"])
        for each in prompts.messages(Case(question=question), evidence, MODES["cite"], load())
    ]


async def _lines(chat: Any, messages: list[tuple[str, str]]) -> AsyncIterator[str]:
    async for chunk in chat.astream(messages):
        yield f"data: {json.dumps({'choices': [{'index': 0, 'delta': {'content': chunk.content}}]})}\n\n"
    yield "data: [DONE]\n\n"


def _run(app: FastAPI, port: int) -> None:
    uvicorn.run(app, host="127.0.0.1", port=port, lifespan="off", log_level="warning", access_log=False)


if __name__ == "__main__":
    app()
