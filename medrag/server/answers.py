"""The engine as the routes use it: bounded, counted, audited and paced."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Literal

from medrag.engine import Engine
from medrag.errors import Busy
from medrag.events import Event, Noticed, Searched
from medrag.generation.modes.quote import TOKENS_PER_CHOICE
from medrag.messages import Language
from medrag.server.guard.audit import Trail
from medrag.server.guard.failures import Interrupted
from medrag.server.metrics import Meters
from medrag.server.pacing import paced
from medrag.server.routes.requests import ChatRequest
from medrag.types import Case

KEEP_ALIVE_S = 2.0
AT_ONCE = 64

Events = AsyncGenerator[Event | None, None]
Release = Literal["statement", "whole"]
"""When a statement leaves: as soon as it is vetted, or together with all others once the answer is complete."""


@dataclass
class Answers:
    """Makes answers, at most ``at_once`` of them; further ones are refused rather than kept waiting.

    ``timeout_s`` bounds one answer, and None comes every ``keep_alive_s`` seconds of waiting.
    """

    engine: Engine
    trail: Trail | None = None
    timeout_s: float = 120.0
    keep_alive_s: float = KEEP_ALIVE_S
    at_once: int = AT_ONCE
    release: Release = "statement"
    meters: Meters = field(default_factory=Meters)
    under_way: int = 0

    def stream(self, case: Case, *, who: str, engine: Engine, whole: bool, language: Language = "en") -> Events:
        """The events of one answer by ``engine``, audited before they leave; with ``whole`` all leave at the end.

        Raises:
            Busy: too many answers are under way, or this one takes too long.
            Interrupted: with ``whole``, it failed after emergencies were found, which are told in ``language``.
        """
        whole = whole or self.release == "whole"
        events = self._counted(engine.stream(case))
        if self.trail:
            events = self.trail.recorded(events, case, who, whole=whole)
        sent = paced(self.meters.observed(events), self.keep_alive_s, self.timeout_s)
        return _together(sent, language) if whole else sent

    def cut_at(self, engine: Engine) -> int | None:
        """The statements that a limited engine stops at; None where it is as long as any."""
        return engine.max_statements if engine.max_statements < self.engine.max_statements else None

    async def _counted(self, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        if self.under_way >= self.at_once:
            raise Busy(f"{self.at_once} answers are under way, as many as this service makes at once")
        self.under_way += 1
        try:
            async with aclosing(events):
                async for event in events:
                    yield event
        finally:
            self.under_way -= 1

    def limited(self, request: ChatRequest) -> Engine:
        """The engine held to what the request asks: its ``stop``, and its most tokens.

        In quote mode tokens are counted in whole statements, at least one.
        """
        engine, tokens = replace(self.engine, stop=request.stop), request.token_limit
        if tokens is None:
            return engine
        if not engine.mode.chooses:
            return replace(engine, max_tokens=min(engine.max_tokens, tokens))
        return replace(engine, max_statements=min(engine.max_statements, max(1, tokens // TOKENS_PER_CHOICE)))


async def _together(events: Events, language: Language) -> Events:
    """The events once all of them have come; of an answer that fails none but its emergencies, told by the error.

    That search has ended is nothing of the answer and does not wait.
    """
    held: list[Event] = []
    async with aclosing(events):
        try:
            async for event in events:
                if event is None or isinstance(event, Searched):
                    yield event
                else:
                    held.append(event)
        except Exception as error:
            notices = [notice for event in held if isinstance(event, Noticed) for notice in event.notices]
            if notices:
                raise Interrupted(error, notices, language) from None
            raise
    for event in held:
        yield event
