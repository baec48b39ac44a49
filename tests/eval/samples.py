"""Advice and a small task for tests of the runner."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from eval.running.solver import Solver
from eval.tasks import Result, Sample
from medrag.types import Advice, Case, Citation, Evidence, Finding, Outcome, Provenance, Severity, Statement, Verdict
from tests.evidence import evidence, passage

PROVENANCE = Provenance(medrag="0", model="m", index="i", prompts="p", knowledge="k", grounding="quote")

GOUT = passage(
    "gout#1",
    "Treat an acute gout flare with colchicine.",
    "Avoid ibuprofen in advanced kidney disease.",
    title="Gout",
)
ASTHMA = passage("asthma#1", "Give inhaled salbutamol.", title="Asthma")


def cited(item: Evidence, position: int) -> Statement:
    """The statement that quotes one sentence of the evidence."""
    sentence = item.passage.sentences[position]
    quote = item.passage.quote(sentence)
    citation = Citation(
        number=item.number,
        passage_id=item.passage.id,
        start=sentence.start,
        end=sentence.end,
        quote=quote,
        title=item.passage.title,
    )
    return Statement(text=quote, citations=(citation,))


EVIDENCE = tuple(evidence(GOUT, ASTHMA))
NOTICE = Finding(
    check="red_flags", verdict=Verdict.FAIL, severity=Severity.CONTRAINDICATED, code="request.other", source="test"
)


def advice(
    *statements: Statement,
    outcome: Outcome = Outcome.ANSWERED,
    evidence: Sequence[Evidence] = EVIDENCE,
    notices: Sequence[Finding] = (),
    withheld: Sequence[Statement] = (),
) -> Advice:
    """An advice with these statements."""
    return Advice(
        id="advice-1",
        created=datetime(2026, 1, 1, tzinfo=UTC),
        question="q",
        outcome=outcome,
        statements=statements,
        withheld=tuple(withheld),
        evidence=tuple(evidence),
        notices=tuple(notices),
        provenance=PROVENANCE,
    )


async def unused(case: Case) -> Advice:
    """For tasks that ask nobody."""
    raise AssertionError("not asked in this test")


SOLVER = Solver("medrag", "local", unused)


@dataclass
class Lengths:
    """A task that scores the length of the id; ``hook`` is called first and may raise."""

    samples: Sequence[Sample]
    hook: Callable[[Sample], None] = lambda sample: None
    provenance: Provenance = PROVENANCE
    data: str = "data"
    name: str = "lengths"
    asked: list[str] = field(default_factory=list)

    async def evaluate(self, sample: Sample, solver: Solver) -> Result:
        self.asked.append(sample.id)
        self.hook(sample)
        await asyncio.sleep(0)
        return Result({"length": len(sample.id) / 10, "never": None}, {"id": sample.id}, self.provenance)


def lengths(count: int = 6) -> Lengths:
    """Samples "a", "aa", ..."""
    return Lengths([Sample("a" * length, Case(question="q")) for length in range(1, count + 1)])
