"""Advice in the shape of OpenAI's Responses API: one response, or the events that it consists of."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from medrag import rendering
from medrag.events import Event, Finished, Usage
from medrag.messages import Language
from medrag.server.guard.failures import Failure
from medrag.server.routes.openai.prose import BLOCKED, Prose, counted, is_cut, typed
from medrag.server.routes.openai.streams import data
from medrag.server.routes.openai.structured import Wanted
from medrag.server.routes.requests import MODEL, ChatRequest
from medrag.types import Advice

Json = dict[str, Any]


@dataclass
class ResponseReply:
    """One response, whole or as events; fields as in :class:`~medrag.server.routes.openai.completions.Reply`.

    ``tools`` and ``tool_choice`` are said again as they came, as OpenAI does.
    """

    request: ChatRequest
    tools: Sequence[Json] | None = None
    tool_choice: Any = None
    cut_at: int | None = None
    wanted: Wanted | None = None
    id: str = field(default_factory=lambda: f"resp_{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))
    prose: Prose = field(init=False)
    text: str = ""
    annotations: list[Json] = field(default_factory=list)
    sequence: int = 0

    def __post_init__(self) -> None:
        """Begins the text."""
        self.prose = Prose(self.language)

    @property
    def steps(self) -> bool:
        """Whether the steps of an answer are told."""
        return self.request.medrag.steps

    @property
    def language(self) -> Language:
        """What the response speaks."""
        return self.request.language

    def whole(self, finished: Finished) -> Json:
        """The whole answer as one response."""
        advice = rendering.advice_in(finished.advice, self.language)
        if self.wanted:
            self.text = self.wanted.filled(advice, self.language)
        else:
            self.text, citations = self.prose.whole(advice)
            self.annotations = [_annotation(each) for each in citations]
        return self._finished(advice, finished.usage)

    def plain(self, text: str) -> Json:
        """``text`` that is no advice, as one response."""
        self.text = text
        return self._response("completed", [self._item()], counted(None, self.request, len(text)))

    def plain_lines(self, text: str) -> str:
        """It as a stream."""
        self.text = text
        events = [*self._opening(), self._delta(text), *self._closing()]
        return "".join(map(self._line, [*events, self._end(self.plain(text))]))

    def lines(self, event: Event) -> str:
        """What ``event`` adds to the stream."""
        return "".join(map(self._line, self._events(rendering.in_language(event, self.language))))

    def failed(self, problem: Failure) -> str:
        """A failed response, then the error as OpenAI's clients raise it."""
        problem = problem.told(self.language)
        response = self._response("failed", [], None)
        response["error"] = {"code": "server_error", "message": problem.message}
        told: Json = {"type": "error", "code": problem.code, "message": problem.message, "param": problem.param}
        ends = [{"type": "response.failed", "response": response}, told | problem.body]
        return "".join(map(self._line, ends))

    def ended(self) -> str:
        """Nothing: ``response.completed`` was the end."""
        return ""

    def _events(self, event: Event) -> Iterator[Json]:
        if self.sequence == 0:
            yield from self._opening()
        if self.wanted is None:
            yield from self._prose_events(event)
        elif isinstance(event, Finished):
            self.text = self.wanted.filled(event.advice, self.language)
            yield self._delta(self.text)
        if isinstance(event, Finished):
            yield from self._closing()
            yield self._end(self._finished(event.advice, event.usage))

    def _prose_events(self, event: Event) -> Iterator[Json]:
        text, citations = self.prose.add(event)
        self.text += text
        if text:
            yield self._delta(text) | typed(event)
        for each in citations:
            added = self._place() | {"annotation_index": len(self.annotations), "annotation": _annotation(each)}
            self.annotations.append(added["annotation"])
            yield {"type": "response.output_text.annotation.added"} | added

    def _opening(self) -> Iterator[Json]:
        begun = self._response("in_progress", [], None)
        yield {"type": "response.created", "response": begun}
        yield {"type": "response.in_progress", "response": begun}
        nothing: Json = {"arguments": ""} if self._calls else {"content": []}
        begun_item = self._item() | nothing | {"status": "in_progress"}
        yield {"type": "response.output_item.added", "output_index": 0, "item": begun_item}
        if not self._calls:
            yield {"type": "response.content_part.added", "part": _part("", [])} | self._place()

    def _delta(self, text: str) -> Json:
        if self._calls:
            return {"type": "response.function_call_arguments.delta", "delta": text} | self._place()
        return {"type": "response.output_text.delta", "delta": text, "logprobs": []} | self._place()

    def _closing(self) -> Iterator[Json]:
        if self._calls:
            named = {"name": self._item()["name"], "arguments": self.text}
            yield {"type": "response.function_call_arguments.done"} | named | self._place()
        else:
            yield {"type": "response.output_text.done", "text": self.text, "logprobs": []} | self._place()
            part = _part(self.text, self.annotations)
            yield {"type": "response.content_part.done", "part": part} | self._place()
        yield {"type": "response.output_item.done", "output_index": 0, "item": self._item()}

    def _end(self, response: Json) -> Json:
        return {"type": f"response.{response['status']}", "response": response}

    def _line(self, event: Json) -> str:
        line = f"event: {event['type']}\n{data(event | {'sequence_number': self.sequence})}"
        self.sequence += 1
        return line

    @property
    def _calls(self) -> bool:
        return self.wanted is not None and self.wanted.function is not None

    def _place(self) -> Json:
        place: Json = {"item_id": self._item_id, "output_index": 0}
        return place if self._calls else place | {"content_index": 0}

    @property
    def _item_id(self) -> str:
        return self.id.replace("resp_", "fc_" if self._calls else "msg_")

    def _item(self) -> Json:
        """What the response consists of: a message, or the call of the function that takes the advice."""
        item: Json = {"id": self._item_id, "status": "completed"}
        if self.wanted and self.wanted.function:
            called = {"name": self.wanted.function, "arguments": self.text}
            return item | {"type": "function_call", "call_id": self.id.replace("resp_", "call_")} | called
        content = [_part(self.text, self.annotations)]
        return item | {"type": "message", "role": "assistant", "content": content}

    def _finished(self, advice: Advice, usage: Usage | None) -> Json:
        reason = None
        if self.wanted is None and advice.outcome in BLOCKED:
            reason = "content_filter"
        elif self.wanted is None and is_cut(advice, self.cut_at):
            reason = "max_output_tokens"
        tokens = counted(usage, self.request, len(self.text))
        response = self._response("incomplete" if reason else "completed", [self._item()], tokens)
        response["incomplete_details"] = {"reason": reason} if reason else None
        return response | {"medrag": advice.model_dump(mode="json")}

    def _response(self, status: str, output: list[Json], usage: Usage | None) -> Json:
        asked = self.request.model_extra or {}
        return {
            "id": self.id,
            "object": "response",
            "created_at": self.created,
            "status": status,
            "error": None,
            "incomplete_details": None,
            "instructions": None,
            "max_output_tokens": self.request.max_completion_tokens,
            "model": MODEL,
            "output": output,
            "parallel_tool_calls": False,
            "previous_response_id": None,
            "store": False,
            "temperature": 0.0,
            "text": {"format": _asked_format(asked.get("response_format"))},
            "tool_choice": self.tool_choice or "auto",
            "tools": list(self.tools or ()),
            "top_p": 1.0,
            "truncation": "disabled",
            "usage": _usage(usage),
            "metadata": asked.get("metadata") or {},
        }


def _asked_format(given: Any) -> Json:
    return given.get("json_schema", given) if isinstance(given, dict) else {"type": "text"}


def _part(text: str, annotations: Sequence[Json]) -> Json:
    return {"type": "output_text", "text": text, "annotations": list(annotations), "logprobs": []}


def _annotation(citation: Json) -> Json:
    return {"type": "url_citation"} | citation


def _usage(usage: Usage | None) -> Json | None:
    if usage is None:
        return None
    return {
        "input_tokens": usage.prompt,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": usage.completion,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage.prompt + usage.completion,
    }
