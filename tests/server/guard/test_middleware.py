"""What stands around every route: addresses, bodies that do not come, halves of characters, nothing kept on the way."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from medrag.generation.scripted import ScriptedModel
from medrag.server.guard.middleware import BodyLimit, OwnAddress
from medrag.server.guard.slow_clients import Impatient
from medrag.server.run import listen
from tests.server.conftest import ALLERGIC, QUESTION, EngineOf
from tests.server.serving import serving


async def told(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that says what reached it."""
    request = Request(scope, receive)
    body = (await request.body()).decode()
    await JSONResponse({"base": str(request.base_url), "body": body})(scope, receive, send)


@contextmanager
def running(app: Any) -> Iterator[tuple[str, int]]:
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="error", http=Impatient))
    thread = threading.Thread(target=lambda: server.run(sockets=[listener]))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield listener.getsockname()
    finally:
        server.should_exit = True
        thread.join()


@pytest.mark.parametrize(
    ("public_url", "base"),
    [
        (None, "http://127.0.0.1:{port}/"),
        ("https://medrag.example", "https://medrag.example/"),
        ("https://ward.example:8443/tools/medrag/", "https://ward.example:8443/tools/medrag/"),
    ],
)
def test_links_do_not_follow_the_host_header(public_url: str | None, base: str) -> None:
    with running(OwnAddress(told, public_url)) as (host, port):
        answer = httpx.get(f"http://{host}:{port}/x", headers={"Host": "evil.example", "X-Forwarded-Host": "evil"})
    assert answer.json()["base"] == base.format(port=port)


def closed_by_the_server(connection: socket.socket) -> bytes:
    """What it said before it closed; fails when it does not close."""
    connection.settimeout(20)
    said = b""
    try:
        while part := connection.recv(65536):
            said += part
    except ConnectionResetError:
        pass
    return said


@pytest.mark.parametrize(
    "pieces",
    [[b""], [b"GET /x HTTP/1.1\r\nHost: a\r\n"], [b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n", b"\r\n"]],
    ids=["silent", "half a header", "after an answer"],
)
def test_headers_that_never_end_are_given_up(monkeypatch: pytest.MonkeyPatch, pieces: list[bytes]) -> None:
    monkeypatch.setattr(Impatient, "headers_s", 0.3)
    with running(told) as address, socket.create_connection(address) as connection:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(0.1)
        said = closed_by_the_server(connection)
    assert said.count(b"200 OK") == len(pieces) - 1


def test_a_body_that_never_ends_is_given_up() -> None:
    head = b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"
    with running(BodyLimit(told, 1000, body_s=0.3)) as address, socket.create_connection(address) as connection:
        connection.sendall(head)
        said = closed_by_the_server(connection)
    assert b"408" in said.splitlines()[0] and b"body_too_slow" in said


def test_a_slow_request_that_comes_in_time_is_answered() -> None:
    with running(BodyLimit(told, 1000, body_s=20)) as address, socket.create_connection(address) as connection:
        for piece in (b"POST /x HTTP/1.1\r\n", b"Host: a\r\nContent-Length: 6\r\n\r\n", b"abc", b"def"):
            connection.sendall(piece)
            time.sleep(0.1)
        assert b"abcdef" in connection.recv(65536)


@pytest.fixture(scope="module")
def url(engine_of: EngineOf) -> Iterator[str]:
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        yield base


HALF = "\\ud83d"
BODIES: dict[str, dict[str, Any]] = {
    "/v1/chat/completions": {"model": "medrag", "messages": [{"role": "user", "content": f"{QUESTION} HALF"}]},
    "/v1/search": {"question": f"{QUESTION} HALF"},
    "/v1/patient": {"files": [{"name": "HALF.json", "content": "e30="}]},
}


@pytest.mark.parametrize("path", BODIES)
def test_half_a_character_breaks_nothing(url: str, path: str) -> None:
    for body in (BODIES[path], BODIES[path] | {"medrag": {"patient": {"allergies": ["peniHALFcillin"]}}}):
        text = json.dumps(body).replace("HALF", HALF)
        headers = {"Content-Type": "application/json"}
        answer = httpx.post(f"{url}{path}", content=text, headers=headers, timeout=60)
        assert answer.status_code in (200, 400), answer.text
        answer.json()


def test_whole_characters_stay() -> None:
    text = json.dumps({"a": "\U0001f600 \\ud83d"})
    with running(BodyLimit(told, 1000)) as (host, port):
        got = httpx.post(f"http://{host}:{port}/", content=text, headers={"Content-Type": "application/json"}).json()
    assert json.loads(got["body"]) == {"a": "\U0001f600 \\ud83d"}


def test_nothing_about_a_patient_is_kept_on_the_way(url: str) -> None:
    body = {"model": "medrag", "messages": [{"role": "user", "content": QUESTION}], "medrag": {"patient": ALLERGIC}}
    answers = [
        httpx.post(f"{url}/v1/chat/completions", json=body, timeout=60),
        httpx.post(f"{url}/v1/search", json={"question": QUESTION}, timeout=60),
        httpx.post(f"{url}/v1/chat/completions", json={}, timeout=60),
        httpx.get(f"{url}/v1/patients/p"),
        httpx.get(f"{url}/health"),
    ]
    assert {each.headers["cache-control"] for each in answers} == {"no-store"}
