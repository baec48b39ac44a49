"""Answers as they go out, whole or as server-sent events, in whatever shape a reply gives them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, Protocol

from fastapi import Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from medrag.events import Event, Finished, Noticed, Searched
from medrag.server.answers import Events
from medrag.server.guard.failures import Failure, failure

NOBODY_LISTENS = 499
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
EVENT_STREAM = "text/event-stream"


class Shape(Protocol):
    """A reply that knows how its parts look on the wire; one that tells ``steps`` says when search has ended."""

    @property
    def steps(self) -> bool:
        """Whether steps are told."""
        ...

    def whole(self, finished: Finished) -> dict[str, Any]:
        """The whole answer."""
        ...

    def plain(self, text: str) -> dict[str, Any]:
        """``text`` that is no advice, as a whole answer."""
        ...

    def plain_lines(self, text: str) -> str:
        """It as a stream."""
        ...

    def lines(self, event: Event) -> str:
        """What an event adds to a stream."""
        ...

    def failed(self, problem: Failure) -> str:
        """What a stream says at its end when it fails."""
        ...

    def ended(self) -> str:
        """What a stream says at its end when it does not."""
        ...


async def sent(reply: Shape, events: Events, request: Request, *, stream: bool) -> Response:
    """The answer whose ``events`` come, in the shape of ``reply``."""
    return await (_streamed(reply, events) if stream else _whole(reply, events, request))


def sent_plain(reply: Shape, text: str, *, stream: bool) -> Response:
    """``text`` that is no advice, in the shape of ``reply``."""
    if stream:
        return Response(reply.plain_lines(text), media_type=EVENT_STREAM, headers=HEADERS)
    return JSONResponse(reply.plain(text))


async def _whole(reply: Shape, events: Events, request: Request) -> Response:
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Finished):
                return JSONResponse(reply.whole(event))
            if event is None and await request.is_disconnected():
                return Response(status_code=NOBODY_LISTENS)
    raise AssertionError("a stream ends with Finished")


async def _streamed(reply: Shape, events: Events) -> Response:
    """Opens the stream at the first thing worth sending, so that a failure before it still has its own status."""
    opening: list[Event | None] = []
    async for event in events:
        opening.append(event)
        if _worth_sending(event, reply):
            break
    return StreamingResponse(_lines(reply, opening, events), media_type=EVENT_STREAM, headers=HEADERS)


async def _lines(reply: Shape, opening: list[Event | None], events: Events) -> AsyncIterator[str]:
    async with aclosing(events):
        try:
            yield "".join(_lines_of(reply, event) for event in opening)
            async for event in events:
                yield _lines_of(reply, event)
        except Exception as error:  # noqa: BLE001 - the status has left; the stream is the only place to say it
            yield reply.failed(failure(error))
        else:
            yield reply.ended()


def _worth_sending(event: Event | None, reply: Shape) -> bool:
    if isinstance(event, Searched):
        return reply.steps
    return not isinstance(event, Noticed) or bool(event.notices)


def _lines_of(reply: Shape, event: Event | None) -> str:
    if isinstance(event, Searched) and not reply.steps:
        return ""
    return reply.lines(event) if event else ": keep-alive\n\n"


def data(value: dict[str, Any]) -> str:
    """One event. ASCII only: clients that split lines as Python does would also split at U+2028 and its kin."""
    return f"data: {json.dumps(value)}\n\n"
