"""What a task is. One file a task: it loads its samples, asks, parses and scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from eval.running.solver import Solver
from medrag.types import Case, Provenance

Scores = Mapping[str, float | None]


@dataclass(frozen=True)
class Sample:
    """What every task's samples have: an id that stays the same between runs, and the case."""

    id: str
    case: Case
    slices: Mapping[str, str] = field(default_factory=dict, kw_only=True)

    @property
    def texts(self) -> tuple[str, ...]:
        """What a model must not have seen in training: the question, and whatever gives its answer away."""
        return (self.case.question,)


S = TypeVar("S", bound=Sample)


@dataclass(frozen=True)
class Result:
    """Scores from 0 to 1 (``None``: does not apply), and the output as JSON, for the log and the report."""

    scores: Scores
    output: Mapping[str, Any]
    provenance: Provenance | None


class Task(Protocol[S]):
    """A benchmark."""

    @property
    def name(self) -> str:
        """The name the command line and the report use."""
        ...

    @property
    def data(self) -> str:
        """sha256 of what the samples were read from."""
        ...

    @property
    def samples(self) -> Sequence[S]:
        """The samples, in their order."""
        ...

    async def evaluate(self, sample: S, solver: Solver) -> Result:
        """Asks the solver and scores its answer.

        Raises:
            MedragError: the sample could not be run; the runner records that and goes on.
        """
        ...
