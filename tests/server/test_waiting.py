"""Keep-alive comments, deadlines, and what happens when the client goes away."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from medrag.generation.model import OpenAIChatModel
from medrag.generation.scripted import ScriptedModel
from medrag.generation.vllm_process import free_port
from medrag.server.answers import KEEP_ALIVE_S
from medrag.server.guard.audit import Trail
from tests.server.conftest import QUESTION, EngineOf
from tests.server.serving import SlowModel, records, serving
from tests.server.upstream import Upstream, running

BODY = {"model": "medrag", "messages": [{"role": "user", "content": QUESTION}]}


def test_comments_keep_a_waiting_stream_alive(engine_of: EngineOf) -> None:
    with serving(engine_of(SlowModel(["C"], wait_s=1.0)), keep_alive_s=0.1) as base:
        text = httpx.post(f"{base}/v1/chat/completions", json=BODY | {"stream": True}, timeout=30).text
    comments = text.count(": keep-alive\n\n")
    assert comments >= 3
    assert text.index(": keep-alive") < text.index("paracetamol")
    assert text.endswith("data: [DONE]\n\n")


@pytest.mark.parametrize("release", ["statement", "whole"])
def test_a_stream_that_tells_its_steps_says_when_search_has_ended(engine_of: EngineOf, release: Any) -> None:
    body = BODY | {"stream": True, "medrag": {"steps": True}}
    with serving(engine_of(SlowModel(["C"])), release=release, keep_alive_s=600) as base:
        with httpx.stream("POST", f"{base}/v1/chat/completions", json=body, timeout=30) as response:
            assert any('"searched"' in line for line in response.iter_lines())
        quick = serving(engine_of(ScriptedModel(["C"])), release=release)
    with quick as base:
        text = httpx.post(f"{base}/v1/chat/completions", json=BODY | {"stream": True}, timeout=30).text
    assert '"finish_reason": "stop"' in text
    assert "searched" not in text


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_that_takes_too_long_is_given_up(engine_of: EngineOf, stream: bool) -> None:
    model = SlowModel(["C"])
    with serving(engine_of(model), timeout_s=0.5) as base:
        response = httpx.post(f"{base}/v1/chat/completions", json=BODY | {"stream": stream}, timeout=30)
    assert (response.status_code, response.json()["error"]["code"]) == (503, "model_unavailable")
    assert model.given_up.wait(5)


@pytest.mark.parametrize("keep_alive_s", [0.1, KEEP_ALIVE_S])
@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_leaves_stops_the_model(engine_of: EngineOf, stream: bool, keep_alive_s: float) -> None:
    model = SlowModel(["C"])
    with serving(engine_of(model), keep_alive_s=keep_alive_s) as base:
        with asking(base, BODY | {"stream": stream}):
            assert model.asked.wait(15)
        assert model.given_up.wait(15)


@contextmanager
def asking(base: str, body: dict[str, Any]) -> Iterator[socket.socket]:
    """A connection on which ``body`` was sent; leaving closes it without waiting for an answer."""
    request = httpx.Request("POST", "http://medrag/v1/chat/completions", json=body)
    headers = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    address = urlsplit(base)
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(f"POST {request.url.path} HTTP/1.1\r\n{headers}\r\n".encode() + request.content)
        yield connection


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("hangs", ["queued", "before the first token", "in mid-stream"])
def test_a_client_that_leaves_aborts_the_request_upstream(
    engine_of: EngineOf, tmp_path: Path, hangs: Any, stream: bool
) -> None:
    upstream = Upstream("C, B, C", hangs=hangs)
    path = tmp_path / "medrag.db"
    with running(upstream, free_port()) as url, Trail.open(path) as trail:
        model = OpenAIChatModel(url, "upstream")
        with serving(engine_of(model), trail, keep_alive_s=0.1) as base:
            with asking(base, BODY | {"stream": stream}):
                assert upstream.asked.wait(15)
            assert upstream.aborted.wait(15)
            wait_until(lambda: "medrag_answers_under_way 0.0" in httpx.get(f"{base}/metrics").text)
    assert "failed" in [record["event"] for record in records(path)]


def wait_until(true: Any, seconds: float = 20) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.05)
