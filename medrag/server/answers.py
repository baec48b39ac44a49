"""The engine as the routes use it: bounded, counted, audited and paced."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Literal

from medrag.engine import Engine
from medrag.errors import ModelUnavailable
from medrag.events import Event
from medrag.generation.modes.quote import TOKENS_PER_CHOICE
from medrag.server.guard.audit import Trail
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

    def stream(self, case: Case, *, who: str, engine: Engine, whole: bool) -> Events:
        """The events of one answer by ``engine``, audited before they leave; with ``whole`` all leave at the end.

        Raises:
            ModelUnavailable: too many answers are under way, or this one takes too long.
        """
        whole = whole or self.release == "whole"
        events = self._counted(engine.stream(case))
        if self.trail:
            events = self.trail.recorded(events, case, who, whole=whole)
        if whole:
            events = _together(events)
        return paced(self.meters.observed(events), self.keep_alive_s, self.timeout_s)

    async def _counted(self, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        if self.under_way >= self.at_once:
            raise ModelUnavailable(f"{self.at_once} answers are under way, as many as this service makes at once")
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


async def _together(events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
    """The events once all of them have come; none of an answer that fails."""
    async with aclosing(events):
        held = [event async for event in events]
    for event in held:
        yield event
