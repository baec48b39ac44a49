"""``POST /v1/responses``: OpenAI's Responses API over the same answers as chat completions.

Its body becomes a chat request, so patient, filters, objects and what is refused are the same. Nothing is stored:
``store`` changes nothing, and a conversation is sent whole (``previous_response_id`` is refused). ``medrag`` is beside
OpenAI's fields of the response, and ``medrag_event`` beside those of its deltas.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from medrag.errors import InputError
from medrag.server.answers import Answers
from medrag.server.guard.access import caller
from medrag.server.guard.failures import invalid
from medrag.server.languages import reader
from medrag.server.routes.openai.front_ends import chore
from medrag.server.routes.openai.response_events import ResponseReply
from medrag.server.routes.openai.streams import sent, sent_plain
from medrag.server.routes.requests import ChatExtension, ChatRequest, asked, case_of
from medrag.server.routes.schemas import STREAM, ResponseBody, described
from medrag.server.routes.stored_patients import StoredPatients

Json = dict[str, Any]

_TEXTS = frozenset({"input_text", "output_text", "text"})
_STORED = ("previous_response_id", "conversation", "background", "prompt")
_PLACES = {"response_format": "text.format", "messages": "input"}


class ResponsesRequest(BaseModel):
    """The body of ``POST /v1/responses``."""

    model_config = ConfigDict(extra="allow")

    model: str
    input: Annotated[str | list[dict[str, Any]], Field(min_length=1)]
    instructions: str | None = None
    stream: bool | None = False
    max_output_tokens: int | None = Field(default=None, ge=1)
    text: dict[str, Any] | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: str | dict[str, Any] | None = None
    medrag: ChatExtension = ChatExtension()

    def as_chat(self) -> ChatRequest:
        """The chat request that asks the same.

        Raises:
            InputError: an item or an option that has no such meaning here.
        """
        for name in _STORED:
            if (self.model_extra or {}).get(name):
                message = f"{name} is not supported: nothing is stored; send the whole conversation as input"
                raise InputError(message, param=name, code="unsupported_parameter")
        said = [{"role": "system", "content": self.instructions}] if self.instructions else []
        body = {
            **(self.model_extra or {}),
            "model": self.model,
            "messages": [*said, *_messages(self.input)],
            "stream": self.stream,
            "max_completion_tokens": self.max_output_tokens,
            "medrag": self.medrag,
            "response_format": _format((self.text or {}).get("format")),
            "tools": [_tool(each) for each in self.tools or ()],
            "tool_choice": _choice(self.tool_choice),
        }
        try:
            return ChatRequest.model_validate(body)
        except ValidationError as error:
            problem = invalid(error.errors())
            raise InputError(problem.message, param="input", code=problem.code) from None


def routes(answers: Answers) -> APIRouter:
    """The route over ``answers``."""
    router, known = APIRouter(), answers.engine.knowledge

    @router.post("/v1/responses", response_model=None, responses=described(ResponseBody, STREAM))
    async def responses(request: Request, body: ResponsesRequest) -> Response:
        """Cited, checked advice as a response."""
        try:
            chat = body.as_chat()
            if (text := chore(chat)) is not None:
                return sent_plain(ResponseReply(chat, body.tools, body.tool_choice), text, stream=bool(chat.stream))
            wanted = chat.wanted
            case = await asyncio.to_thread(case_of, chat, StoredPatients(answers.trail, request, known), known)
        except InputError as error:
            error.param = _place(error.param)
            raise
        chat = chat.read_in(reader(chat.medrag.language, request.headers.get("accept-language", ""), asked(case)))
        request.state.language = chat.language
        engine = answers.limited(chat)
        reply = ResponseReply(chat, body.tools, body.tool_choice, answers.cut_at(engine), wanted)
        events = answers.stream(case, who=caller(request), engine=engine, whole=not body.stream, language=chat.language)
        return await sent(reply, events, request, stream=bool(body.stream))

    return router


def _messages(given: str | list[Json]) -> Iterator[Json]:
    """The input's items as chat messages; what a model thought and did is the assistant's, and no evidence."""
    if isinstance(given, str):
        yield {"role": "user", "content": given}
        return
    for number, item in enumerate(given):
        kind = item.get("type", "message")
        if kind == "message":
            yield {"role": item.get("role"), "content": _content(item.get("content"))}
        elif kind.endswith("_call_output"):
            yield {"role": "tool", "content": _content(item.get("output"))}
        elif kind == "item_reference":
            message = "item_reference is not supported: nothing is stored; send the item itself"
            raise InputError(message, param=f"input[{number}]", code="unsupported_content")
        else:
            yield {"role": "assistant", "content": ""}


def _content(given: Any) -> Any:
    if not isinstance(given, list):
        return given
    return [_part(each) if isinstance(each, dict) else each for each in given]


def _part(part: Json) -> Json:
    if part.get("type") in _TEXTS:
        return {"type": "text", "text": part.get("text")}
    if part.get("type") == "input_image":
        return {"type": "image_url", "image_url": {"url": part.get("image_url") or ""}}
    return {"type": str(part.get("type"))}


def _format(given: Any) -> Any:
    if not isinstance(given, dict) or given.get("type") != "json_schema":
        return given
    return {"type": "json_schema", "json_schema": given}


def _tool(given: Json) -> Json:
    return {"type": "function", "function": given} if given.get("type") == "function" else given


def _choice(given: Any) -> Any:
    if not isinstance(given, Mapping):
        return given
    if given.get("type") == "function":
        return {"type": "function", "function": given}
    if given.get("type") == "allowed_tools":
        tools = [_tool(each) for each in given.get("tools") or () if isinstance(each, dict)]
        return {"type": "allowed_tools", "allowed_tools": {"mode": given.get("mode"), "tools": tools}}
    return dict(given)


def _place(param: str | None) -> str | None:
    """A chat request's parameter by the name it has here; which of the messages is not told, for they are others."""
    for chat, here in _PLACES.items():
        if param and param.startswith(chat):
            return here
    return param
