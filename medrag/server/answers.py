"""The engine as the routes use it: bounded, counted, audited and paced."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace

from medrag.engine import TOKENS_PER_POINTER, Engine
from medrag.events import Event
from medrag.server.audit import Trail
from medrag.server.meters import Meters
from medrag.server.pacing import paced
from medrag.types import Case

KEEP_ALIVE_S = 2.0

Events = AsyncGenerator[Event | None, None]


@dataclass(frozen=True)
class Answers:
    """Makes answers; ``timeout_s`` bounds one, and None comes every ``keep_alive_s`` seconds of waiting."""

    engine: Engine
    trail: Trail | None = None
    timeout_s: float = 120.0
    keep_alive_s: float = KEEP_ALIVE_S
    meters: Meters = field(default_factory=Meters)

    def stream(self, case: Case, *, who: str, engine: Engine) -> Events:
        """The events of one answer by ``engine``: audited before they leave, and counted."""
        events = engine.stream(case)
        if self.trail:
            events = self.trail.recorded(events, case, who)
        return paced(self.meters.observed(events), self.keep_alive_s, self.timeout_s)

    def limited(self, tokens: int | None) -> Engine:
        """The engine, its model held to ``tokens`` decoded tokens (in quote mode to whole statements, at least one)."""
        engine = self.engine
        if tokens is None:
            return engine
        if engine.grounding == "cite":
            return replace(engine, max_tokens=min(engine.max_tokens, tokens))
        return replace(engine, max_statements=min(engine.max_statements, max(1, tokens // TOKENS_PER_POINTER)))
