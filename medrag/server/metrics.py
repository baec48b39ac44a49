"""``/metrics`` for Prometheus: counts and times only, with labels from closed sets."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from medrag.events import Event, Finished, Released
from medrag.types import Advice

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


@dataclass
class Meters:
    """The meters of one application, in a registry of their own."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        """Registers the meters."""
        register = self.registry
        self.responses = Counter("medrag_responses", "HTTP responses", ["route", "status"], registry=register)
        self.answers = Counter("medrag_answers", "Answers by outcome", ["outcome"], registry=register)
        self.statements = Counter("medrag_statements", "Statements by fate", ["fate"], registry=register)
        self.findings = Counter("medrag_findings", "Findings of checks", ["check", "verdict"], registry=register)
        self.under_way = Gauge("medrag_answers_under_way", "Answers being made", registry=register)
        self.answer_seconds = Histogram(
            "medrag_answer_seconds", "Time to the whole answer", buckets=_SECONDS, registry=register
        )
        self.first_statement_seconds = Histogram(
            "medrag_first_statement_seconds",
            "Time to the first released statement",
            buckets=_SECONDS,
            registry=register,
        )

    def page(self) -> bytes:
        """Prometheus' text format."""
        return generate_latest(self.registry)

    async def observed(self, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        """``events`` as they are, counted."""
        began = time.perf_counter()
        with self.under_way.track_inprogress():
            async with aclosing(events):
                async for event in events:
                    waited = time.perf_counter() - began
                    if isinstance(event, Released) and event.number == 1:
                        self.first_statement_seconds.observe(waited)
                    if isinstance(event, Finished):
                        self.answer_seconds.observe(waited)
                        self._count(event.advice)
                    yield event

    def _count(self, advice: Advice) -> None:
        self.answers.labels(advice.outcome.value).inc()
        self.statements.labels("released").inc(len(advice.statements))
        self.statements.labels("withheld").inc(len(advice.withheld))
        statements = (*advice.statements, *advice.withheld)
        for finding in (*advice.findings, *(each for statement in statements for each in statement.findings)):
            self.findings.labels(finding.check, finding.verdict.value).inc()
