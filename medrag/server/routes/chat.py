"""``POST /v1/chat/completions``, as OpenAI's clients use it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from medrag.events import Event, Finished, Noticed
from medrag.server.answers import Answers, Events
from medrag.server.guard.access import caller
from medrag.server.guard.failures import failure
from medrag.server.routes.front_ends import chore
from medrag.server.routes.requests import ChatRequest, case_of
from medrag.server.routes.completions import Reply
from medrag.server.routes.stored_patients import StoredPatients

NOBODY_LISTENS = 499
_STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def routes(answers: Answers) -> APIRouter:
    """The route over ``answers``."""
    router = APIRouter()

    @router.post("/v1/chat/completions", response_model=None)
    async def chat_completions(request: Request, body: ChatRequest) -> Response:
        """Cited, checked advice as a chat completion."""
        if (text := chore(body)) is not None:
            return _chore_reply(Reply(body), text)
        wanted = body.wanted
        stored = StoredPatients(answers.trail, request)
        case = await asyncio.to_thread(case_of, body, stored)
        engine = answers.limited(body)
        cut = engine.max_statements < answers.engine.max_statements
        reply = Reply(body, cut_at=engine.max_statements if cut else None, wanted=wanted)
        events = answers.stream(
            case, who=caller(request), engine=engine, whole=not body.stream, language=body.medrag.language
        )
        return await (_streamed(reply, events) if body.stream else _whole(reply, events, request))

    return router


def _chore_reply(reply: Reply, text: str) -> Response:
    objects = reply.plain(text)
    if not reply.request.stream:
        return JSONResponse(objects[0])
    lines = "".join(_data(chunk) for chunk in objects)
    return Response(f"{lines}data: [DONE]\n\n", media_type="text/event-stream", headers=_STREAM_HEADERS)


async def _whole(reply: Reply, events: Events, request: Request) -> Response:
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Finished):
                return JSONResponse(reply.completion(event))
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
