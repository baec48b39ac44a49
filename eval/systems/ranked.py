"""Search's best sentences instead of a model's choice, through the same engine and the same safety filter."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from medrag.engine import Engine
from medrag.generation.model import Generation
from medrag.generation.modes import MODES
from medrag.generation.modes.quote import MAX_STATEMENTS, by_rank
from medrag.types import Advice, Case, Evidence, Pointer


@dataclass(frozen=True)
class Ranked:
    """The ``k`` sentences that search ranks first; none where the best passage scores below ``floor`` (a cosine)."""

    k: int = MAX_STATEMENTS
    floor: float = -1.0

    def of(self, evidence: Sequence[Evidence]) -> list[Pointer]:
        """The choice, best ranked first."""
        if not evidence or max(each.score for each in evidence) < self.floor:
            return []
        return by_rank(evidence)[: self.k]

    async def recommend(self, engine: Engine, case: Case) -> Advice:
        """The engine's advice when this is what chooses."""
        quoting = replace(engine, grounding="quote")
        evidence = await quoting.retrieve(case)
        return await replace(quoting, model=_Certain(self.of(evidence)), lead=0).recommend(case)


@dataclass(frozen=True)
class _Certain:
    """A model that always chooses the same sentences, as far as they are offered."""

    chosen: Sequence[Pointer]
    name: str = "search's ranking"

    async def context_tokens(self) -> int:
        return 1_000_000

    async def ping(self) -> None:
        return None

    async def stream(self, generation: Generation) -> AsyncIterator[str]:
        marks = {pointer: mark for mark, pointer in generation.choices.items()}
        offered = [marks[each] for each in self.chosen if each in marks]
        yield MODES["quote"].joined(offered[: generation.most])
