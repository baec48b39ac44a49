"""``POST /v1/chat/completions``, as OpenAI's clients use it."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request, Response

from medrag.server.answers import Answers
from medrag.server.guard.access import caller
from medrag.server.languages import reader
from medrag.server.routes.openai.completions import Reply
from medrag.server.routes.openai.front_ends import chore
from medrag.server.routes.openai.streams import sent, sent_plain
from medrag.server.routes.requests import ChatRequest, asked, case_of
from medrag.server.routes.schemas import STREAM, ChatCompletion, described
from medrag.server.routes.stored_patients import StoredPatients


def routes(answers: Answers) -> APIRouter:
    """The route over ``answers``."""
    router, known = APIRouter(), answers.engine.knowledge

    @router.post("/v1/chat/completions", response_model=None, responses=described(ChatCompletion, STREAM))
    async def chat_completions(request: Request, body: ChatRequest) -> Response:
        """Cited, checked advice as a chat completion."""
        if (text := chore(body)) is not None:
            return sent_plain(Reply(body), text, stream=bool(body.stream))
        wanted = body.wanted
        case = await asyncio.to_thread(case_of, body, StoredPatients(answers.trail, request, known), known)
        body = body.read_in(reader(body.medrag.language, request.headers.get("accept-language", ""), asked(case)))
        request.state.language = body.language
        engine = answers.limited(body)
        reply = Reply(body, cut_at=answers.cut_at(engine), wanted=wanted)
        events = answers.stream(case, who=caller(request), engine=engine, whole=not body.stream, language=body.language)
        return await sent(reply, events, request, stream=bool(body.stream))

    return router
