"""A real server in a thread, over an engine whose model says what a test tells it to."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn

from medrag.engine import Engine
from medrag.generation.model import Generation
from medrag.generation.scripted import ScriptedModel
from medrag.server.app import Options, create_app
from medrag.server.guard.audit import Trail, exported
from medrag.server.run import listen


@contextmanager
def serving(engine: Engine, trail: Trail | None = None, **options: Any) -> Iterator[str]:
    """The base URL of a server over ``engine``; ``options`` are those of :class:`Options`."""
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    app = create_app(engine, Options(**options), trail)
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="warning"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@dataclass
class Cable:
    """A port that leads to a server, until every connection through it is cut."""

    server: str
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    ends: list[socket.socket] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def __enter__(self) -> Cable:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.cut()

    def cut(self) -> None:
        while self.ends:
            with suppress(OSError):
                self.ends.pop().shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        address = urlsplit(self.server)
        with suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                far = socket.create_connection((address.hostname, address.port))
                self.ends += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    @staticmethod
    def _carry(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


def records(where: str | Path) -> list[dict[str, Any]]:
    """What a trail holds, in its order."""
    return [json.loads(json.loads(line)["record"]) for line in exported(where, "jsonl")]


@dataclass
class SlowModel(ScriptedModel):
    """Waits before it answers, and notes when it was given up on."""

    wait_s: float = 30.0
    asked: threading.Event = field(default_factory=threading.Event)
    given_up: threading.Event = field(default_factory=threading.Event)

    async def stream(self, generation: Generation) -> AsyncIterator[str]:
        self.asked.set()
        try:
            await asyncio.sleep(self.wait_s)
        except asyncio.CancelledError:
            self.given_up.set()
            raise
        async for piece in super().stream(generation):
            yield piece


@dataclass
class Dying(ScriptedModel):
    """Fails, for no reason that anybody foresaw, after its text."""

    message: str = "it broke"

    async def stream(self, generation: Generation) -> AsyncIterator[str]:
        async for piece in super().stream(generation):
            yield piece
        raise RuntimeError(self.message)
