"""The tasks over advice: each asks for the advice of a case and scores it against the case's gold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from eval.cases.case_files import CaseSample, Gold
from eval.running.solver import Solver
from eval.tasks import Result, Scores
from medrag.patient.summary import summarise
from medrag.types import Advice, Case


@dataclass(frozen=True)
class AdviceTask:
    """A task that is a scorer of single advices."""

    name: str
    score: Callable[[Gold, Advice], Scores]
    samples: Sequence[CaseSample]
    data: str

    async def evaluate(self, sample: CaseSample, solver: Solver) -> Result:
        """The advice for the case, and its scores."""
        advice = await solver.recommend(sample.case)
        return Result(self.score(sample.gold, advice), shown(sample.case, sample.gold, advice), advice.provenance)


def shown(case: Case, gold: Gold, advice: Advice) -> dict[str, Any]:
    """What the log keeps of a case, for a reader of the report."""
    return {
        "question": case.question,
        "patient": summarise(case.patient) if case.patient else None,
        "gold": gold.model_dump(mode="json", exclude_defaults=True),
        "advice": advice.model_dump(mode="json"),
    }
