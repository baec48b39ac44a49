"""The engine as the routes use it: bounded, counted, audited and paced."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from medrag.engine import TOKENS_PER_POINTER, Engine
from medrag.errors import ModelUnavailable
from medrag.events import Event
from medrag.server.audit import Trail
from medrag.server.meters import Meters
from medrag.server.pacing import paced
from medrag.types import Case

KEEP_ALIVE_S = 2.0
AT_ONCE = 64

Events = AsyncGenerator[Event | None, None]


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
    meters: Meters = field(default_factory=Meters)
    under_way: int = 0

    def stream(self, case: Case, *, who: str, engine: Engine, whole: bool) -> Events:
        """The events of one answer by ``engine``, audited before they leave; ``whole`` says that all leave at the end.

        Raises:
            ModelUnavailable: too many answers are under way, or this one takes too long.
        """
        events = self._counted(engine.stream(case))
        if self.trail:
            events = self.trail.recorded(events, case, who, whole=whole)
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

    def limited(self, tokens: int | None) -> Engine:
        """The engine, its model held to ``tokens`` decoded tokens (in quote mode to whole statements, at least one)."""
        engine = self.engine
        if tokens is None:
            return engine
        if engine.grounding == "cite":
            return replace(engine, max_tokens=min(engine.max_tokens, tokens))
        return replace(engine, max_statements=min(engine.max_statements, max(1, tokens // TOKENS_PER_POINTER)))
