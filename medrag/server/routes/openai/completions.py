"""Advice in the shape of OpenAI's chat completions.

Beside OpenAI's fields a completion (and the last chunk of a stream) holds the :class:`~medrag.types.Advice` as
``medrag``; a chunk that carries notices or a statement holds it typed as ``medrag_event``. Where the request asked for
an object (:mod:`~medrag.server.routes.openai.structured`), that is the content, and comes at the end of a stream.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from medrag import rendering
from medrag.events import Event, Finished, Noticed, Usage
from medrag.messages import Language
from medrag.server.guard.failures import Failure
from medrag.server.routes.openai.prose import BLOCKED, Prose, counted, is_cut, typed
from medrag.server.routes.openai.streams import data
from medrag.server.routes.openai.structured import Wanted
from medrag.server.routes.requests import MODEL, ChatRequest
from medrag.types import Advice

Json = dict[str, Any]


@dataclass
class Reply:
    """One reply, whole or in chunks.

    ``cut_at`` is the number of statements that the request's token limit leaves, where that is fewer than usual.
    ``wanted`` is the object that takes the place of the text.
    """

    request: ChatRequest
    cut_at: int | None = None
    wanted: Wanted | None = None
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))
    annotated: int = 0
    prose: Prose = field(init=False)

    def __post_init__(self) -> None:
        """Begins the text."""
        self.prose = Prose(self.language)

    @property
    def steps(self) -> bool:
        """Whether the steps of an answer are told."""
        return self.request.medrag.steps

    @property
    def language(self) -> Language:
        """What the reply speaks."""
        return self.request.language

    def whole(self, finished: Finished) -> Json:
        """The whole answer as one ``chat.completion``."""
        advice = rendering.advice_in(finished.advice, self.language)
        said = self._object_message(advice) or self._text_message(advice)
        message = {"role": "assistant", "content": None, "refusal": None} | said
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": self._finish_reason(advice)}
        return self._object("chat.completion") | {
            "choices": [choice],
            "usage": self._usage(finished.usage),
            "medrag": advice.model_dump(mode="json"),
        }

    def plain(self, text: str) -> Json:
        """``text`` that is no advice, as one completion."""
        self.prose.written += len(text)
        message = {"role": "assistant", "content": text, "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return self._object("chat.completion") | {"choices": [choice], "usage": self._usage()}

    def plain_lines(self, text: str) -> str:
        """It as a stream."""
        self.prose.written += len(text)
        ends = [self._usage_chunk()] if self.request.include_usage else []
        chunks = [self._chunk({"role": "assistant", "content": text}), self._chunk({}, "stop"), *ends]
        return "".join(data(each) for each in chunks) + self.ended()

    def lines(self, event: Event) -> str:
        """What ``event`` adds to the stream."""
        return "".join(data(chunk) for chunk in self._chunks(event))

    def failed(self, problem: Failure) -> str:
        """A stream's last word, in OpenAI's error shape, without ``[DONE]``."""
        return data(problem.told(self.language).body)

    def ended(self) -> str:
        """The end of a stream."""
        return "data: [DONE]\n\n"

    def _chunks(self, event: Event) -> Iterator[Json]:
        event = rendering.in_language(event, self.language)
        delta: Json = {"role": "assistant"} if isinstance(event, Noticed) else {}
        yield self._chunk(delta | self._delta(event)) | typed(event)
        if isinstance(event, Finished):
            last = self._chunk({}, self._finish_reason(event.advice))
            yield last | {"medrag": event.advice.model_dump(mode="json")}
            if self.request.include_usage:
                yield self._usage_chunk(event.usage)

    def _delta(self, event: Event) -> Json:
        """What ``event`` adds to the message: its text, or at the end the object that was asked for."""
        if self.wanted:
            return (self._object_message(event.advice) if isinstance(event, Finished) else None) or {"content": ""}
        text, citations = self.prose.add(event)
        return {"content": text} | ({"annotations": self._annotations(citations)} if citations else {})

    def _text_message(self, advice: Advice) -> Json:
        text, citations = self.prose.whole(advice)
        return {"content": text, "annotations": self._annotations(citations)}

    def _object_message(self, advice: Advice) -> Json | None:
        """The object as the message's content, or as the arguments of the function that takes it."""
        if self.wanted is None:
            return None
        text = self.wanted.filled(advice, self.language)
        self.prose.written += len(text)
        if self.wanted.function is None:
            return {"content": text}
        called = {"name": self.wanted.function, "arguments": text}
        return {"tool_calls": [{"index": 0, "id": f"call_{advice.id}", "type": "function", "function": called}]}

    def _annotations(self, citations: Sequence[Json]) -> list[Json]:
        """Each under its own ``index``, without which clients cannot join those of a stream."""
        first, self.annotated = self.annotated, self.annotated + len(citations)
        numbered = enumerate(citations, start=first)
        return [{"index": number, "type": "url_citation", "url_citation": each} for number, each in numbered]

    def _chunk(self, delta: Json, finish_reason: str | None = None) -> Json:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        usage = {"usage": None} if self.request.include_usage else {}
        return self._object("chat.completion.chunk") | {"choices": [choice]} | usage

    def _usage_chunk(self, usage: Usage | None = None) -> Json:
        return self._object("chat.completion.chunk") | {"choices": [], "usage": self._usage(usage)}

    def _object(self, kind: str) -> Json:
        return {"id": self.id, "object": kind, "created": self.created, "model": MODEL, "system_fingerprint": None}

    def _finish_reason(self, advice: Advice) -> str:
        """An object is whole and says its own outcome: clients throw away what ends any other way."""
        if self.wanted:
            return "tool_calls" if self.wanted.function else "stop"
        if advice.outcome in BLOCKED:
            return "content_filter"
        return "length" if is_cut(advice, self.cut_at) else "stop"

    def _usage(self, usage: Usage | None = None) -> Json:
        tokens = counted(usage, self.request, self.prose.written)
        return {
            "prompt_tokens": tokens.prompt,
            "completion_tokens": tokens.completion,
            "total_tokens": tokens.prompt + tokens.completion,
        }
