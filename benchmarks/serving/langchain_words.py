"""A LangChain RAG service that writes its answers in words, to stand beside medrag.

    python -m benchmarks.serving.langchain_words .medrag/index --model-url http://127.0.0.1:8001/v1 --port 8003

``--passages same``: what medrag's own search shows its model (24 sentences under their headings). ``--passages
nearest``: the five nearest passages of the same index by the bundled encoder, from LangChain's vector store, as a
tutorial has it. Then LangChain's prompt, ``ChatOpenAI`` and the words as they come: no grammar, no grounding, no safety
filter, no audit. ``POST /v1/chat/completions`` takes what medrag takes, always streamed.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from langchain_core.embeddings import Embeddings
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import Runnable, RunnableLambda
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from benchmarks.serving.systems import NAME, PASSAGES, listen
from medrag.local import running_engine
from medrag.patient.load import from_json
from medrag.patient.summary import summarise
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.store.index import Index
from medrag.settings import Settings
from medrag.settings import load as settings
from medrag.types import Case, Passage

SYSTEM = (
    "You advise a clinician. Answer the question for this patient from the guideline passages below and from nothing "
    "else. If they do not answer it, say so.\n\n{passages}"
)
Search = Callable[[Case], Awaitable[str]]

app = typer.Typer(add_completion=False)


@app.command(help=__doc__)
def main(
    index: Annotated[Path, typer.Argument(help="An index directory.")],
    model_url: Annotated[str, typer.Option(help="Base URL of the model's server.")],
    port: Annotated[int, typer.Option(help="Port on loopback.")],
    passages: Annotated[Literal["same", "nearest"], typer.Option(help="What the model is shown.")] = "same",
    tokens: Annotated[int, typer.Option(help="Tokens of an answer, at most.")] = 200,
) -> None:
    """Serve until it is killed."""
    key = os.environ.get("MEDRAG_MODEL_KEY", "none")
    chat = ChatOpenAI(
        base_url=model_url,
        api_key=SecretStr(key),
        model=NAME,
        temperature=0,
        max_completion_tokens=tokens,
        max_retries=0,
        timeout=600,
    )
    wanted = settings(index=index, model_url=model_url, model_key=key)
    asyncio.run(_serve(_same(wanted) if passages == "same" else _nearest(index), chat, port))


async def _serve(searching: AbstractAsyncContextManager[Search], chat: ChatOpenAI, port: int) -> None:
    async with searching as search:
        await listen(service(search, chat), port)


@asynccontextmanager
async def _same(wanted: Settings) -> AsyncIterator[Search]:
    async with running_engine(wanted, lambda _: None) as engine:

        async def search(case: Case) -> str:
            return _written([each.passage for each in await engine.retrieve(case)])

        yield search


@asynccontextmanager
async def _nearest(index: Path) -> AsyncIterator[Search]:
    encoder = Encoder()
    opened = Index.open(index, encoder)
    passages = [opened.passages[row] for row in range(len(opened.passages))]
    rows = [{"row": row} for row in range(len(passages))]
    store = InMemoryVectorStore.from_texts([each.text for each in passages], _Bundled(encoder), rows)
    retriever = store.as_retriever(search_kwargs={"k": PASSAGES})

    async def search(case: Case) -> str:
        return _written([passages[each.metadata["row"]] for each in await retriever.ainvoke(case.question)])

    yield search


class _Bundled(Embeddings):
    """medrag's encoder as LangChain asks for one."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """A vector a text."""
        return [[float(value) for value in row] for row in self._encoder.encode(texts)]

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        return self.embed_documents([text])[0]


def _written(passages: Sequence[Passage]) -> str:
    """Headings with their sentences under them."""
    return "\n\n".join(
        f"{' > '.join((each.title, *each.section[-1:]))}\n{' '.join(map(each.quote, each.sentences))}"
        for each in passages
    )


def service(search: Search, chat: ChatOpenAI) -> FastAPI:
    """The HTTP service over a search and a chat model."""
    prompt = ChatPromptTemplate.from_messages([("system", SYSTEM), ("human", "{patient}\n{question}")])
    asked: dict[str, Any] = {
        "passages": RunnableLambda(search),
        "patient": RunnableLambda(lambda case: summarise(case.patient) if case.patient else "No patient given."),
        "question": RunnableLambda(lambda case: case.question),
    }
    chain: Runnable[Case, str] = asked | prompt | chat | StrOutputParser()
    made = FastAPI()

    @made.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @made.post("/v1/chat/completions")
    async def complete(body: dict[str, Any]) -> StreamingResponse:
        patient = body.get("medrag", {}).get("patient")
        case = Case(question=body["messages"][-1]["content"], patient=from_json(patient) if patient else None)
        return StreamingResponse(_lines(chain, case), media_type="text/event-stream")

    return made


async def _lines(chain: Runnable[Case, str], case: Case) -> AsyncIterator[str]:
    async for piece in chain.astream(case):
        yield f"data: {json.dumps({'choices': [{'index': 0, 'delta': {'content': piece}}]})}\n\n"
    yield "data: [DONE]\n\n"


if __name__ == "__main__":
    app()
