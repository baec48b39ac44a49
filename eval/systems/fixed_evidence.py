"""An engine whose evidence is given, so that only what chooses among it differs; and a chooser that is no model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from medrag.datasets.judged import JudgedCase
from medrag.engine import Engine
from medrag.errors import InputError
from medrag.generation.model import ChatModel, Generation
from medrag.generation.modes import MODES
from medrag.generation.modes.quote import MAX_STATEMENTS, cited, pointers
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.query import query_for
from medrag.retrieval.retriever import Retriever
from medrag.types import Advice, Evidence, Filters, Outcome, Pointer

Chooser = Callable[[Engine, JudgedCase], ChatModel]
"""What chooses the sentences for a case."""


@dataclass(frozen=True)
class FixedEvidence(Retriever):
    """A retriever that finds what it was given, whatever is asked."""

    evidence: tuple[Evidence, ...] = ()

    def sentences(
        self,
        query: str,  # noqa: ARG002
        described: str,  # noqa: ARG002
        *,
        k: int = 24,  # noqa: ARG002
        filters: Filters = Filters(),  # noqa: ARG002, B008
        floored: bool = True,  # noqa: ARG002
    ) -> list[Evidence]:
        """The evidence."""
        return list(self.evidence)


@dataclass(frozen=True)
class Answer:
    """What was chosen before the safety filter (the first completion's pointers), what was released, the advice."""

    chosen: tuple[Pointer, ...]
    released: tuple[Pointer, ...]
    advice: Advice


async def answer(engine: Engine, judged: JudgedCase, chooser: Chooser) -> Answer:
    """The engine's answer to a case over its own passages.

    Raises:
        InputError: the passages do not fit into the model's context.
    """
    heard = _Heard(chooser(engine, judged))
    given = FixedEvidence(engine.retriever.index, engine.retriever.encoder, evidence=judged.evidence)
    advice = await replace(engine, retriever=given, model=heard, grounding="quote").recommend(judged.case)
    if advice.outcome is not Outcome.DECLINED and len(advice.evidence) != len(judged.passages):
        raise InputError("the case's passages do not fit into this model's context")
    return Answer(_unique(heard.first), cited(advice.statements, advice.evidence), advice)


def served(engine: Engine, _: JudgedCase) -> ChatModel:
    """The chooser that is the engine's own model."""
    return engine.model


@dataclass
class _Heard:
    """A model whose first completion is kept."""

    model: ChatModel
    first: list[Pointer] = field(default_factory=list)
    _asked: bool = False

    @property
    def name(self) -> str:
        return self.model.name

    async def context_tokens(self) -> int:
        return await self.model.context_tokens()

    async def ping(self) -> None:
        await self.model.ping()

    async def stream(self, generation: Generation) -> AsyncIterator[str]:
        asked, self._asked = self._asked, True
        pieces = []
        async for piece in self.model.stream(generation):
            pieces.append(piece)
            yield piece
        if not asked:
            written = "".join(pieces).split(",")
            self.first = [generation.choices[each] for each in written if each in generation.choices]


def _unique(pointers: Sequence[Pointer]) -> tuple[Pointer, ...]:
    return tuple(dict.fromkeys(pointers))


@dataclass(frozen=True)
class Nearest:
    """The ``k`` sentences nearest to the query by the index's encoder; none where the nearest is further than ``floor``
    (a cosine)."""

    k: int
    floor: float = -1.0

    def __call__(self, engine: Engine, judged: JudgedCase) -> ChatModel:
        """The chooser: answers as a model that is certain of this ranking."""
        return _Ranking(self, engine.retriever.encoder, judged)

    def of(self, ranked: Sequence[tuple[Pointer, float]]) -> list[Pointer]:
        """Its choice from a ranking."""
        if not ranked or ranked[0][1] < self.floor:
            return []
        return [pointer for pointer, _ in ranked[: self.k]]


@dataclass(frozen=True)
class _Ranking:
    wanted: Nearest
    encoder: Encoder
    judged: JudgedCase
    name: str = "nearest sentences"

    async def context_tokens(self) -> int:
        return 1_000_000

    async def ping(self) -> None:
        return None

    async def stream(self, generation: Generation) -> AsyncIterator[str]:
        marks = {pointer: mark for mark, pointer in generation.choices.items()}
        ranked = await asyncio.to_thread(ranking, self.encoder, self.judged)
        chosen = self.wanted.of([each for each in ranked if each[0] in marks])
        yield MODES["quote"].joined([marks[each] for each in chosen[: generation.most]])


def ranking(encoder: Encoder, judged: JudgedCase) -> list[tuple[Pointer, float]]:
    """Every sentence of the passages with its cosine to the case's query, nearest first."""
    places = pointers(judged.evidence)
    texts = [p.quote(span) for p in judged.passages for span in p.sentences]
    vectors = encoder.encode([query_for(judged.case), *texts])
    cosines = (vectors[1:] @ vectors[0]).tolist()
    return sorted(zip(places, cosines, strict=True), key=lambda pair: -pair[1])


def chosen_on(encoder: Encoder, cases: Sequence[JudgedCase]) -> tuple[Nearest, Nearest]:
    """The best ``k`` without a floor, and the best ``k`` with the best floor, on cases of the training side.

    Best in mean F1, where abstaining from what cannot be answered counts 1 and answering it 0.
    """
    ranked = [ranking(encoder, each) for each in cases]
    golds = [each.gold for each in cases]

    def worth(nearest: Nearest) -> float:
        return sum(f1(nearest.of(each), gold) for each, gold in zip(ranked, golds, strict=True)) / len(cases)

    ks = range(1, MAX_STATEMENTS + 1)
    floors = [step / 50 for step in range(10, 46)]
    plain = max((Nearest(k) for k in ks), key=worth)
    return plain, max((Nearest(k, floor) for k, floor in product(ks, floors)), key=worth)


def f1(chosen: Sequence[Pointer], gold: Sequence[Pointer]) -> float:
    """F1 over sentences; of what has no answer, 1 for choosing none."""
    if not gold:
        return float(not chosen)
    right = len(set(chosen) & set(gold))
    return 2 * right / (len(set(chosen)) + len(set(gold)))
