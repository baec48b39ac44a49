"""Advice in OpenAI's shapes. Its text comes from :mod:`medrag.rendering` and nowhere else.

Beside OpenAI's fields a completion (and the last chunk of a stream) holds the :class:`~medrag.types.Advice` as
``medrag``; a chunk that carries notices or a statement holds it typed as ``medrag_event``.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from medrag import rendering
from medrag.events import Event, Finished, Noticed, Released, Usage
from medrag.messages import Language
from medrag.server.routes.requests import MODEL, ChatRequest
from medrag.types import Advice, Outcome, at_page

Json = dict[str, Any]

CHARACTERS_PER_TOKEN = 4
_BLOCKED = frozenset({Outcome.WITHHELD, Outcome.DECLINED})


@dataclass
class Reply:
    """One reply, whole or in chunks, and how much text has been written so far.

    ``cut_at`` is the number of statements that the request's token limit leaves, where that is fewer than usual.
    """

    request: ChatRequest
    cut_at: int | None = None
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))
    written: int = 0

    def completion(self, finished: Finished) -> Json:
        """The whole answer as one ``chat.completion``."""
        advice = rendering.advice_in(finished.advice, self.language)
        annotations: list[Json] = []
        for event in _events(advice):
            annotations += self._write(event)[1]
        content = rendering.render(advice, self.language)
        message = {"role": "assistant", "content": content, "refusal": None, "annotations": annotations}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": self._finish_reason(advice)}
        return self._object("chat.completion") | {
            "choices": [choice],
            "usage": self._usage(finished.usage),
            "medrag": advice.model_dump(mode="json"),
        }

    def plain(self, text: str) -> list[Json]:
        """``text`` that is no advice: one completion, or the chunks of its stream."""
        self.written += len(text)
        said: Json = {"role": "assistant", "content": text}
        if self.request.stream:
            ends = [self._usage_chunk()] if self.request.include_usage else []
            return [self._chunk(said), self._chunk({}, "stop"), *ends]
        choice = {"index": 0, "message": said | {"refusal": None}, "logprobs": None, "finish_reason": "stop"}
        return [self._object("chat.completion") | {"choices": [choice], "usage": self._usage()}]

    def chunks(self, event: Event) -> Iterator[Json]:
        """The ``chat.completion.chunk`` objects that ``event`` adds to the stream."""
        event = rendering.in_language(event, self.language)
        text, annotations = self._write(event)
        delta: Json = {"role": "assistant"} if isinstance(event, Noticed) else {}
        delta["content"] = text
        if annotations:
            delta["annotations"] = annotations
        yield self._chunk(delta) | _typed(event)
        if isinstance(event, Finished):
            last = self._chunk({}, self._finish_reason(event.advice))
            yield last | {"medrag": event.advice.model_dump(mode="json")}
            if self.request.include_usage:
                yield self._usage_chunk(event.usage)

    @property
    def language(self) -> Language:
        """What the reply speaks."""
        return self.request.medrag.language

    def _write(self, event: Event) -> tuple[str, list[Json]]:
        """The text of ``event`` and its annotations, counted as written."""
        text = _text(event, self.language)
        annotations = _annotations(event, text, self.written) if isinstance(event, Released) else []
        self.written += len(text)
        return text, annotations

    def _chunk(self, delta: Json, finish_reason: str | None = None) -> Json:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        usage = {"usage": None} if self.request.include_usage else {}
        return self._object("chat.completion.chunk") | {"choices": [choice]} | usage

    def _usage_chunk(self, usage: Usage | None = None) -> Json:
        return self._object("chat.completion.chunk") | {"choices": [], "usage": self._usage(usage)}

    def _object(self, kind: str) -> Json:
        return {"id": self.id, "object": kind, "created": self.created, "model": MODEL, "system_fingerprint": None}

    def _finish_reason(self, advice: Advice) -> str:
        if advice.outcome in _BLOCKED:
            return "content_filter"
        drafted = len(advice.statements) + len(advice.withheld)
        return "length" if self.cut_at is not None and drafted >= self.cut_at else "stop"

    def _usage(self, counted: Usage | None = None) -> Json:
        """What the model's server counted; where no model was asked, an estimate from the characters of the text."""
        if counted is None:
            read = sum(len(part.text or "") for message in self.request.messages for part in message.content)
            counted = Usage(_tokens(read), _tokens(self.written))
        return {
            "prompt_tokens": counted.prompt,
            "completion_tokens": counted.completion,
            "total_tokens": counted.prompt + counted.completion,
        }


def _events(advice: Advice) -> Iterator[Event]:
    """The stream that led to ``advice``."""
    yield Noticed(advice.notices)
    for number, statement in enumerate(advice.statements, start=1):
        yield Released(number, statement)
    yield Finished(advice)


def _text(event: Event, language: Language) -> str:
    if isinstance(event, Noticed):
        return rendering.head(event.notices, language)
    if isinstance(event, Released):
        return rendering.statement_text(event.number, event.statement, language)
    return rendering.tail(event.advice, language)


def _typed(event: Event) -> Json:
    """The event as the typed client reads it; the last one travels as ``medrag``."""
    if isinstance(event, Noticed):
        notices = [notice.model_dump(mode="json") for notice in event.notices]
        return {"medrag_event": {"type": "noticed", "notices": notices}}
    if isinstance(event, Released):
        statement = event.statement.model_dump(mode="json")
        return {"medrag_event": {"type": "released", "number": event.number, "statement": statement}}
    return {}


def _annotations(event: Released, text: str, offset: int) -> list[Json]:
    """A ``url_citation`` for each mark ``[n]``; indices count code points of the whole content, end exclusive."""
    annotations = []
    at = text.index(event.statement.text) + len(event.statement.text)
    for citation in event.statement.citations:
        mark = f"[{citation.number}]"
        at = text.index(mark, at)
        span = {"start_index": offset + at, "end_index": offset + at + len(mark)}
        url = at_page(citation.url, citation.page) or f"urn:medrag:passage:{citation.passage_id}"
        title = citation.title + rendering.status_mark(citation.status)
        annotations.append({"type": "url_citation", "url_citation": span | {"title": title, "url": url}})
        at += len(mark)
    return annotations


def _tokens(characters: int) -> int:
    return -(-characters // CHARACTERS_PER_TOKEN)
