"""A stand-in for a model server: enough of vLLM's OpenAI API for ``medrag serve``, in a thread or as a process.

python -m tests.server.upstream --port 8001 --reply "A, B" --pause-s 0.05
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

NAME = "upstream"
CHUNK = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": NAME}
USAGE = {"prompt_tokens": 321, "completion_tokens": 12, "total_tokens": 333}
LONG_S = 30.0


@dataclass
class Upstream:
    """Streams ``reply`` a word at a time, ``pause_s`` seconds apart; ``hangs`` says where it stops for long.

    With ``refuses`` it answers 400 and that.

    ``fails`` says how it ends instead: the stream stops short, or its last chunk is an error. ``bodies`` are what it
    was sent.

    ``asked`` is set when it got that far, ``aborted`` when its client went away there.
    """

    reply: str
    pause_s: float = 0.0
    name: str = NAME
    hangs: Literal["queued", "before the first token", "in mid-stream"] | None = None
    fails: Literal["cut", "error"] | None = None
    refuses: dict[str, Any] | None = None
    bodies: list[dict[str, Any]] = field(default_factory=list)
    asked: threading.Event = field(default_factory=threading.Event)
    aborted: threading.Event = field(default_factory=threading.Event)

    def application(self) -> FastAPI:
        """The routes."""
        app = FastAPI()
        card = {"id": self.name, "object": "model", "created": 0, "owned_by": "test", "max_model_len": 8192}

        @app.get("/health")
        async def health() -> dict[str, int]:
            return {"pid": os.getpid()}

        @app.get("/v1/models")
        async def models() -> dict[str, Any]:
            return {"object": "list", "data": [card]}

        @app.post("/v1/chat/completions")
        async def complete(request: Request) -> Response:
            self.bodies.append(await request.json())
            if self.refuses is not None:
                return JSONResponse(self.refuses, 400)
            if self.hangs == "queued":
                await self._hang_until_disconnected(request)
            return StreamingResponse(self._lines(), media_type="text/event-stream")

        return app

    async def _lines(self) -> AsyncIterator[str]:
        for number, word in enumerate(self.reply.split()):
            if self.hangs == "before the first token" or (self.hangs == "in mid-stream" and number == 2):
                await self._hang()
            yield _data({"choices": [{"index": 0, "delta": {"content": word + " "}}]})
            await asyncio.sleep(self.pause_s)
        if self.fails == "error":
            yield _data({"error": {"message": self.reply, "code": 500}})
        if self.fails:
            return
        yield _data({"choices": [], "usage": USAGE})
        yield "data: [DONE]\n\n"

    async def _hang(self) -> None:
        self.asked.set()
        try:
            await asyncio.sleep(LONG_S)
        except asyncio.CancelledError:
            self.aborted.set()
            raise

    async def _hang_until_disconnected(self, request: Request) -> None:
        self.asked.set()
        while not await request.is_disconnected():
            await asyncio.sleep(0.02)
        self.aborted.set()


def _data(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(CHUNK | value)}\n\n"


@contextmanager
def running(upstream: Upstream, port: int) -> Iterator[str]:
    """The base URL of ``upstream`` on ``port``; connections are cut at the end."""
    config = uvicorn.Config(
        upstream.application(), port=port, lifespan="off", log_level="error", timeout_graceful_shutdown=0
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


def main() -> None:
    """Serves until it is killed; takes the arguments of ``vllm serve`` that medrag gives and ignores most."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--reply", required=True)
    parser.add_argument("--pause-s", type=float, default=0.0)
    parser.add_argument("--served-model-name", default=NAME)
    given, _ = parser.parse_known_args()
    upstream = Upstream(given.reply, given.pause_s, given.served_model_name)
    uvicorn.run(upstream.application(), port=given.port, lifespan="off", log_level="error")


if __name__ == "__main__":
    main()
