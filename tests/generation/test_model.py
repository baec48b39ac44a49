"""The client of the model's server, against one that answers, stops short, or says that it failed."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Literal

import pytest

from medrag.errors import MedragError, ModelRefused, ModelUnavailable
from medrag.events import Usage
from medrag.generation.model import Generation, OpenAIChatModel
from medrag.generation.vllm_process import free_port
from tests.server.upstream import USAGE, Upstream, running

ASKED = Generation([{"role": "user", "content": "zebra"}], max_tokens=8)


def completed(model: OpenAIChatModel, *generations: Generation) -> list[str]:
    async def complete() -> list[str]:
        try:
            return ["".join([piece async for piece in model.stream(each)]) for each in generations]
        finally:
            await model.aclose()

    return asyncio.run(complete())


def test_the_text_and_the_tokens_of_one_answer_after_the_other() -> None:
    counted: list[Usage] = []
    upstream = Upstream("A, B")
    asked = Generation(ASKED.messages, max_tokens=8, grammar='root ::= "A"', seed=7, used=counted.append)
    with running(upstream, free_port()) as url:
        assert completed(OpenAIChatModel(url, "upstream"), asked, ASKED) == ["A, B "] * 2
    assert counted == [Usage(USAGE["prompt_tokens"], USAGE["completion_tokens"])]
    first, second = upstream.bodies
    assert (first["seed"], first["structured_outputs"]) == (7, {"grammar": 'root ::= "A"'})
    assert not {"seed", "structured_outputs"} & set(second)


def test_a_model_may_be_used_again_after_it_was_closed() -> None:
    with running(Upstream("none"), free_port()) as url:
        model = OpenAIChatModel(url, "upstream")
        assert completed(model, ASKED) == completed(model, ASKED) == ["none "]


ANSWER = b'data: {"choices": [{"delta": {"content": "A"}}]}\n\ndata: [DONE]\n\n'


async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A server that closes a kept connection when the second request comes on it, as one does that was held up."""
    with suppress(asyncio.IncompleteReadError):
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.lower().split(b"content-length:")[1].split()[0]))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(ANSWER), ANSWER))
        await reader.readuntil(b"\r\n\r\n")
    writer.close()


def test_no_answer_is_lost_to_a_connection_that_is_being_closed() -> None:
    async def ask() -> list[str]:
        server = await asyncio.start_server(answer_once, "127.0.0.1", 0)
        model = OpenAIChatModel(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", "upstream")
        async with server:
            answers = ["".join([piece async for piece in model.stream(ASKED)]) for _ in range(3)]
            await model.aclose()
        return answers

    assert asyncio.run(ask()) == ["A"] * 3


@pytest.mark.parametrize("fails", ["cut", "error"])
def test_a_stream_that_stops_short_is_no_answer(fails: Literal["cut", "error"]) -> None:
    with (
        running(Upstream("zebra", fails=fails), free_port()) as url,
        pytest.raises(ModelUnavailable, match="broke off") as caught,
    ):
        completed(OpenAIChatModel(url, "upstream"), ASKED)
    assert "zebra" not in str(caught.value)


def test_a_server_that_is_silent_for_too_long() -> None:
    with (
        running(Upstream("a b c", hangs="in mid-stream"), free_port()) as url,
        pytest.raises(ModelUnavailable, match="did not answer in time"),
    ):
        completed(OpenAIChatModel(url, "upstream", timeout_s=0.3), ASKED)


@pytest.mark.parametrize(
    ("path", "name", "error", "match"),
    [
        ("", "other", ModelRefused, "has no model 'other', only \\['upstream'\\]"),
        ("/elsewhere", "upstream", ModelRefused, "404 to /v1/elsewhere/models"),
    ],
)
def test_a_ping_says_what_is_wrong(path: str, name: str, error: type[MedragError], match: str) -> None:
    async def ping(model: OpenAIChatModel) -> None:
        try:
            await model.ping()
        finally:
            await model.aclose()

    with running(Upstream("none"), free_port()) as url, pytest.raises(error, match=match):
        asyncio.run(ping(OpenAIChatModel(url + path, name)))


def test_the_context_is_what_the_server_says() -> None:
    async def tokens(model: OpenAIChatModel) -> int:
        try:
            return await model.context_tokens()
        finally:
            await model.aclose()

    with running(Upstream("none"), free_port()) as url:
        assert asyncio.run(tokens(OpenAIChatModel(url, "upstream"))) > 0
