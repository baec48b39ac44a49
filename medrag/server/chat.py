"""``POST /v1/chat/completions``, as OpenAI's clients use it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from medrag.engine import TOKENS_PER_POINTER, Engine
from medrag.events import Event, Finished, Noticed
from medrag.server.failures import failure
from medrag.server.pacing import paced
from medrag.server.requests import ChatRequest, case_of
from medrag.server.responses import Reply

KEEP_ALIVE_S = 2.0
NOBODY_LISTENS = 499
_STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

Events = AsyncGenerator[Event | None, None]


@dataclass(frozen=True)
class Pace:
    """How long an answer may take, and how often to give a sign of life meanwhile; seconds."""

    timeout_s: float = 120.0
    keep_alive_s: float = KEEP_ALIVE_S


def routes(engine: Engine, pace: Pace) -> APIRouter:
    """The route over ``engine``."""
    router = APIRouter()

    @router.post("/v1/chat/completions", response_model=None)
    async def chat_completions(request: Request, body: ChatRequest) -> Response:
        """Cited, checked advice as a chat completion."""
        case = await asyncio.to_thread(case_of, body)
        limited = _limited(engine, body.token_limit)
        reply = Reply(body, cut_at=limited.max_statements if limited.max_statements < engine.max_statements else None)
        events = paced(limited.stream(case), pace.keep_alive_s, pace.timeout_s)
        return await (_streamed(reply, events) if body.stream else _whole(reply, events, request))

    return router


def _limited(engine: Engine, tokens: int | None) -> Engine:
    """The engine whose model may decode at most ``tokens`` (at least one statement in quote mode)."""
    if tokens is None:
        return engine
    if engine.grounding == "cite":
        return replace(engine, max_tokens=min(engine.max_tokens, tokens))
    statements = max(1, tokens // TOKENS_PER_POINTER)
    return replace(engine, max_statements=statements) if statements < engine.max_statements else engine


async def _whole(reply: Reply, events: Events, request: Request) -> Response:
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Finished):
                return JSONResponse(reply.completion(event.advice))
            if event is None and await request.is_disconnected():
                return Response(status_code=NOBODY_LISTENS)
    raise AssertionError("a stream ends with Finished")


async def _streamed(reply: Reply, events: Events) -> Response:
    """Opens the stream at the first thing worth sending, so that a failure before it still has its own status."""
    opening: list[Event | None] = []
    async for event in events:
        opening.append(event)
        if not isinstance(event, Noticed) or event.notices:
            break
    return StreamingResponse(_lines(reply, opening, events), media_type="text/event-stream", headers=_STREAM_HEADERS)


async def _lines(reply: Reply, opening: list[Event | None], events: Events) -> AsyncIterator[str]:
    """Server-sent events; a failure becomes a last one in OpenAI's error shape, without ``[DONE]``."""
    async with aclosing(events):
        try:
            yield "".join(_lines_of(reply, event) for event in opening)
            async for event in events:
                yield _lines_of(reply, event)
        except Exception as error:  # noqa: BLE001 - the status has left; the stream is the only place to say it
            yield _data(failure(error).body)
        else:
            yield "data: [DONE]\n\n"


def _lines_of(reply: Reply, event: Event | None) -> str:
    return "".join(_data(chunk) for chunk in reply.chunks(event)) if event else ": keep-alive\n\n"


def _data(value: dict[str, Any]) -> str:
    """ASCII only: clients that split lines as Python does would also split at U+2028 and its kin."""
    return f"data: {json.dumps(value)}\n\n"
