"""A stand-in for somebody else's model server: enough of vLLM's OpenAI API for ``medrag serve --model-url``."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.responses import StreamingResponse


def application(reply: str, pause_s: float) -> FastAPI:
    """Streams ``reply`` a word at a time, ``pause_s`` seconds apart."""
    app = FastAPI()
    card = {"id": "upstream", "object": "model", "created": 0, "owned_by": "test", "max_model_len": 8192}

    @app.get("/v1/models")
    async def models() -> dict[str, Any]:
        return {"object": "list", "data": [card]}

    @app.get("/v1/models/upstream")
    async def model() -> dict[str, Any]:
        return card

    async def chunks() -> AsyncIterator[str]:
        for word in reply.split():
            chunk = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "upstream"}
            yield f"data: {json.dumps(chunk | {'choices': [{'index': 0, 'delta': {'content': word + ' '}}]})}\n\n"
            await asyncio.sleep(pause_s)
        yield "data: [DONE]\n\n"

    @app.post("/v1/chat/completions")
    async def complete() -> StreamingResponse:
        return StreamingResponse(chunks(), media_type="text/event-stream")

    return app


@contextmanager
def running(port: int, reply: str, pause_s: float = 0.0) -> Iterator[str]:
    """The base URL of such a server on ``port``; connections are cut at the end."""
    config = uvicorn.Config(
        application(reply, pause_s), port=port, lifespan="off", log_level="error", timeout_graceful_shutdown=0
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.should_exit = True
        thread.join()
