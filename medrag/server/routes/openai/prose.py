"""Advice as running text with its citations, event by event, for replies in any of OpenAI's shapes.

The text comes from :mod:`medrag.rendering` and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from medrag import rendering
from medrag.events import Event, Finished, Noticed, Released, Searched, Usage
from medrag.messages import Language
from medrag.server.routes.requests import ChatRequest
from medrag.types import Advice, Outcome, at_page

Json = dict[str, Any]

CHARACTERS_PER_TOKEN = 4
BLOCKED = frozenset({Outcome.WITHHELD, Outcome.DECLINED})


@dataclass
class Prose:
    """The text of one reply; ``written`` is how many characters (code points) of it there are so far."""

    language: Language
    written: int = 0

    def add(self, event: Event) -> tuple[str, list[Json]]:
        """What ``event`` adds, and for each mark ``[n]`` a ``url_citation``: its span in the whole, its source."""
        text = self._text(event)
        citations = list(self._citations(event, text)) if isinstance(event, Released) else []
        self.written += len(text)
        return text, citations

    def whole(self, advice: Advice) -> tuple[str, list[Json]]:
        """All of ``advice``, as the stream that led to it."""
        released = (Released(number, each) for number, each in enumerate(advice.statements, start=1))
        events: list[Event] = [Noticed(advice.notices), *released, Finished(advice)]
        added = [self.add(event) for event in events]
        return "".join(text for text, _ in added), [each for _, citations in added for each in citations]

    def _text(self, event: Event) -> str:
        if isinstance(event, Searched):
            return ""
        if isinstance(event, Noticed):
            return rendering.head(event.notices, self.language)
        if isinstance(event, Released):
            return rendering.statement_text(event.number, event.statement, self.language)
        return rendering.tail(event.advice, self.language)

    def _citations(self, event: Released, text: str) -> Iterator[Json]:
        at = text.index(event.statement.text) + len(event.statement.text)
        for citation in event.statement.citations:
            mark = f"[{citation.number}]"
            at = text.index(mark, at)
            span = {"start_index": self.written + at, "end_index": self.written + at + len(mark)}
            url = at_page(citation.url, citation.page) or f"urn:medrag:passage:{citation.passage_id}"
            yield span | {"title": citation.title + rendering.status_mark(citation.status), "url": url}
            at += len(mark)


def typed(event: Event) -> Json:
    """The event as the typed client reads it; the last one travels as ``medrag``."""
    if isinstance(event, Noticed):
        notices = [notice.model_dump(mode="json") for notice in event.notices]
        return {"medrag_event": {"type": "noticed", "notices": notices}}
    if isinstance(event, Searched):
        return {"medrag_event": {"type": "searched", "passages": event.passages}}
    if isinstance(event, Released):
        statement = event.statement.model_dump(mode="json")
        return {"medrag_event": {"type": "released", "number": event.number, "statement": statement}}
    return {}


def is_cut(advice: Advice, cut_at: int | None) -> bool:
    """Whether the request's token limit, which leaves ``cut_at`` statements, ended the answer."""
    return cut_at is not None and len(advice.statements) + len(advice.withheld) >= cut_at


def counted(usage: Usage | None, request: ChatRequest, written: int) -> Usage:
    """What the model's server counted; where no model was asked, an estimate from the characters of the text."""
    if usage is not None:
        return usage
    read = sum(len(part.text or "") for message in request.messages for part in message.content)
    return Usage(_tokens(read), _tokens(written))


def _tokens(characters: int) -> int:
    return -(-characters // CHARACTERS_PER_TOKEN)
