"""Servers as processes of their own, which a test may kill, and the users of one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from medrag.generation.vllm_process import free_port
from tests.paths import ROOT

WAIT_S = 240
"""Far more than anything takes on a quiet machine."""
MEDRAG = "from medrag.cli import main; main()"


@dataclass(frozen=True)
class Service:
    """A service, as its users reach it."""

    url: str

    def health(self) -> int:
        """The status of its health."""
        return httpx.get(f"{self.url}/health", timeout=WAIT_S).status_code

    def wait_until_healthy(self) -> None:
        """Returns when it can answer; on a busy machine the health check's own deadline may pass first."""
        wait_until(lambda: self.health() == httpx.codes.OK)

    def ask(self, body: Mapping[str, Any]) -> httpx.Response:
        """One chat completion, whole."""
        return httpx.post(f"{self.url}/v1/chat/completions", json=body, timeout=WAIT_S)


@dataclass(frozen=True)
class Process(Service):
    """A ``medrag serve`` that answers, and the file of what it says."""

    process: subprocess.Popen[bytes]
    log: Path


@contextmanager
def medrag_serves(
    home: Path, *arguments: str, environment: Mapping[str, str] | None = None, code: str = MEDRAG
) -> Iterator[Process]:
    """``medrag serve`` with ``arguments``, once it answers; killed at the end if it still runs."""
    port = free_port()
    url, log = f"http://127.0.0.1:{port}", home / "serve.log"
    command = [sys.executable, "-c", code, "serve", "--port", str(port), *arguments]
    with log.open("ab") as written:
        process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=written,
            env={**os.environ, "MEDRAG_HOME": str(home), "MEDRAG_LEAD": "0", **(environment or {})},
        )
    try:
        _wait_until_it_answers(url, process, log)
        yield Process(url, process, log)
    finally:
        process.kill()
        process.wait()


@contextmanager
def model_serves(reply: str, port: int, pause_s: float = 0.05) -> Iterator[subprocess.Popen[bytes]]:
    """``tests.server.upstream`` as a process, once it answers; killed at the end."""
    process = subprocess.Popen([*model_command(reply, pause_s), "--port", str(port)], cwd=ROOT)
    try:
        wait_until(lambda: _answers(f"http://127.0.0.1:{port}/health"))
        yield process
    finally:
        process.kill()
        process.wait()


def model_command(reply: str, pause_s: float = 0.05) -> list[str]:
    """What starts a stand-in for ``vllm serve``; its port is to follow."""
    return [sys.executable, "-m", "tests.server.upstream", "--reply", reply, "--pause-s", str(pause_s)]


@dataclass
class Users:
    """Each of ``bodies`` asked as a stream by a thread of its own; ``texts`` is what came of each, broken off or not.

    With ``again`` each asks until its service is gone or :meth:`stop` is called.
    """

    url: str
    bodies: Sequence[Mapping[str, Any]]
    again: bool = False
    texts: list[list[str]] = field(default_factory=list)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Starts them all."""
        self.texts = [[] for _ in self.bodies]
        pairs = zip(self.bodies, self.texts, strict=True)
        self._threads = [threading.Thread(target=self._ask, args=pair) for pair in pairs]
        for thread in self._threads:
            thread.start()

    def wait_until_each_has(self, statements: int) -> None:
        """Returns when every one of them has been sent so many statements."""
        wait_until(lambda: all(len(statements_in("".join(texts))) >= statements for texts in self.texts))

    def stop(self) -> None:
        """Waits for the answers under way."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    @property
    def received(self) -> list[tuple[Mapping[str, Any], str]]:
        """What was asked, and what came of it."""
        pairs = zip(self.bodies, self.texts, strict=True)
        return [(body, text) for body, texts in pairs for text in texts]

    def _ask(self, body: Mapping[str, Any], texts: list[str]) -> None:
        with httpx.Client(timeout=WAIT_S) as client:
            while not self._stopped.is_set():
                texts.append("")
                try:
                    with client.stream("POST", f"{self.url}/v1/chat/completions", json={**body, "stream": True}) as got:
                        for piece in got.iter_text():
                            texts[-1] += piece
                except httpx.HTTPError:
                    return
                if not self.again:
                    return


def statements_in(text: str) -> list[str]:
    """The statements that a stream, or several one after another, released."""
    chunks = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {") and line.endswith("}")]
    events = [event for chunk in chunks if (event := chunk.get("medrag_event"))]
    return [event["statement"]["text"] for event in events if event["type"] == "released"]


def wait_until(true: Callable[[], bool]) -> None:
    """Returns when ``true`` says so."""
    ends = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < ends, "it did not come to that"
        time.sleep(0.05)


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    def answers() -> bool:
        assert process.poll() is None, log.read_text()
        return _answers(f"{url}/health")

    wait_until(answers)


def _answers(url: str) -> bool:
    try:
        httpx.get(url, timeout=WAIT_S)
    except httpx.TransportError:
        return False
    return True
