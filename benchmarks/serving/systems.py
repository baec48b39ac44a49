"""The services that :mod:`benchmarks.serving` compares, each a process of its own over the same vLLM and index.

    python -m benchmarks.serving.systems remembered INDEX --model-url http://127.0.0.1:8001/v1 --port 8002
    python -m benchmarks.serving.systems naive INDEX --model-url http://127.0.0.1:8001/v1 --port 8003

``remembered`` is medrag over a :class:`~benchmarks.serving.remembering.Remembering` engine: what is left is the
gateway's own work. ``naive`` is what a LangChain tutorial builds: FAISS, the same prompt,
``ChatOpenAI``, the answer as it comes, no grammar, no grounding, no safety filter, no audit. The key of the model's
server is read from ``MEDRAG_MODEL_KEY``.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
import uvicorn
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from pydantic import SecretStr

from benchmarks.serving.remembering import Remembering
from medrag.generation import prompts
from medrag.generation.modes import MODES
from medrag.knowledge import load
from medrag.local import running_engine
from medrag.server.app import Options, create_app
from medrag.server.guard.audit import Trail
from medrag.settings import Settings
from medrag.settings import load as settings
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
) -> None:
    """Serve one of the compared systems until it is killed."""
    key = os.environ.get("MEDRAG_MODEL_KEY", "none")
    if system == "naive":
        asyncio.run(listen(naive(index, model_url, key), port))
    else:
        asyncio.run(_serve_remembered(settings(index=index, model_url=model_url, model_key=key), port))


async def _serve_remembered(wanted: Settings, port: int) -> None:
    with TemporaryDirectory() as folder, Trail.open(Path(folder) / "medrag.db") as trail:
        async with running_engine(wanted, lambda _: None) as engine:
            await listen(create_app(Remembering.of(engine), Options(), trail), port)


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


async def listen(app: FastAPI, port: int) -> None:
    """Serves on loopback until it is killed."""
    config = uvicorn.Config(app, host="127.0.0.1", port=port, lifespan="off", log_level="warning", access_log=False)
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    app()
