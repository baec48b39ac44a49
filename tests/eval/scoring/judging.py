"""A scripted judge behind a real OpenAI-compatible server: its verdict follows from words of the question."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

from medrag.generation.vllm_process import free_port


def application(reply: Callable[[str], str], seen: list[dict[str, Any]]) -> FastAPI:
    """Answers each question with ``reply(question)``; ``seen`` gets the requests."""
    app = FastAPI()

    @app.get("/v1/models")
    async def models() -> dict[str, Any]:
        card = {"id": "judge-1", "object": "model", "created": 0, "owned_by": "test", "max_model_len": 8192}
        return {"object": "list", "data": [card]}

    @app.post("/v1/chat/completions")
    async def complete(request: Request) -> StreamingResponse:
        body = await request.json()
        seen.append(body)
        chunk = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "judge-1"}
        content = {"choices": [{"index": 0, "delta": {"content": reply(body["messages"][-1]["content"])}}]}
        lines = [f"data: {json.dumps(chunk | content)}\n\n", "data: [DONE]\n\n"]
        return StreamingResponse(iter(lines), media_type="text/event-stream")

    return app


@contextmanager
def running_judge(reply: Callable[[str], str]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The base URL of such a server, and the requests it got."""
    port, seen = free_port(), list[dict[str, Any]]()
    server = uvicorn.Server(uvicorn.Config(application(reply, seen), port=port, lifespan="off", log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}/v1", seen
    finally:
        server.should_exit = True
        thread.join()


def verdict(yes: bool, reason: str = "as scripted") -> str:
    """A judge's answer in the agreed form."""
    return json.dumps({"reason": reason, "yes": yes})
