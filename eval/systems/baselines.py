"""What medrag is compared with, on the same index, model and cases: each lacks a part, to show what the part adds.

``retriever``  the passages' sentences closest to the query; no model, no safety filter
``llm``        the model alone: no passages, no grounding, no safety filter
``naive-rag``  the passages in the prompt and the model's answer as it comes: no grammar, no grounding check, no filter
``unfiltered`` medrag without the checks on its statements: the same engine, with no check
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from eval.running.solver import Solver
from eval.systems.ranked import Ranked
from medrag import __version__
from medrag.engine import Engine
from medrag.errors import InputError
from medrag.generation import prompts
from medrag.generation.grounding import ground
from medrag.generation.model import Generation
from medrag.generation.modes import ABSTAIN, MODES, Draft, pointed
from medrag.generation.modes.quote import by_rank
from medrag.types import Advice, Case, Citation, Evidence, Outcome, Provenance, Statement

Recommend = Callable[[Case], Awaitable[Advice]]
Answer = Callable[[Engine, Case], Awaitable[tuple[Sequence[Evidence], Sequence[Statement]]]]


@dataclass(frozen=True)
class Baseline:
    """A system made of an engine's parts; answers in the same :class:`Advice`, so that every task can score it."""

    engine: Engine
    answer: Answer

    async def recommend(self, case: Case) -> Advice:
        """The baseline's statements for the case; it abstains when it has none."""
        evidence, statements = await self.answer(self.engine, case)
        return Advice(
            id=f"advice-{uuid.uuid4().hex}",
            created=datetime.now(UTC),
            question=case.question,
            outcome=Outcome.ANSWERED if statements else Outcome.ABSTAINED,
            statements=tuple(statements),
            evidence=tuple(evidence),
            provenance=self._provenance(),
        )

    def _provenance(self) -> Provenance:
        return Provenance(
            medrag=__version__,
            model="none" if self.answer is _retriever_only else self.engine.model.name,
            index="none" if self.answer is _model_only else self.engine.retriever.index.hash,
            prompts="none" if self.answer is _retriever_only else prompts.prompts_hash(),
            knowledge="none",
            grounding=self.engine.grounding,
        )


def system(name: str, solver: Solver) -> Solver:
    """The solver for ``--system NAME``: medrag itself as it is, or a baseline. Raises as :func:`baseline`."""
    return solver if name == "medrag" else baseline(name, solver)


def baseline(name: str, solver: Solver) -> Solver:
    """The baseline of that name on a solver's engine.

    Raises:
        InputError: there is no such baseline.
        ConfigurationError: the engine is behind a URL and its parts cannot be had.
    """
    if name not in BASELINES:
        raise InputError(f"no system {name!r}; there are: medrag, {', '.join(BASELINES)}")
    engine = solver.parts(f"--system {name}")
    return replace(solver, system=name, recommend=BASELINES[name](engine))


async def _retriever_only(engine: Engine, case: Case) -> tuple[Sequence[Evidence], Sequence[Statement]]:
    evidence = await replace(engine, grounding="quote").retrieve(case)
    return evidence, [ground(pointed(each), evidence) for each in by_rank(evidence)[: engine.max_statements]]


async def _model_only(engine: Engine, case: Case) -> tuple[Sequence[Evidence], Sequence[Statement]]:
    longest = min(engine.max_tokens, await engine.model.context_tokens() // 2)
    text = await _completion(engine, prompts.messages(case, (), MODES["cite"], engine.knowledge), longest)
    lines = [line.strip() for line in text.splitlines()]
    texts = [line for line in lines if line and line.strip(". ").casefold() != ABSTAIN]
    return (), [Statement(text=text) for text in texts[: engine.max_statements]]


async def _naive_rag(engine: Engine, case: Case) -> tuple[Sequence[Evidence], Sequence[Statement]]:
    evidence = await engine.retrieve(case)
    drafts = await _drafts(engine, case, evidence) if evidence else []
    return evidence, [_as_it_comes(draft, evidence) for draft in drafts]


BASELINES: Mapping[str, Callable[[Engine], Recommend]] = {
    "retriever": lambda engine: Baseline(engine, _retriever_only).recommend,
    "ranked": lambda engine: partial(Ranked(engine.max_statements).recommend, engine),
    "llm": lambda engine: Baseline(engine, _model_only).recommend,
    "naive-rag": lambda engine: Baseline(engine, _naive_rag).recommend,
    "unfiltered": lambda engine: replace(engine, checks=()).recommend,
}


async def _drafts(engine: Engine, case: Case, evidence: Sequence[Evidence]) -> list[Draft]:
    longest = engine.mode.completion_tokens(engine.max_statements, engine.max_tokens)
    text = await _completion(engine, prompts.messages(case, evidence, engine.mode, engine.knowledge), longest)
    cut = engine.mode.reader(evidence)
    return [*cut.feed(text), *cut.finish()][: engine.max_statements]


async def _completion(engine: Engine, messages: Sequence[prompts.Message], max_tokens: int) -> str:
    generation = Generation(messages=messages, max_tokens=max_tokens)
    return "".join([piece async for piece in engine.model.stream(generation)])


def _as_it_comes(draft: Draft, evidence: Sequence[Evidence]) -> Statement:
    """The draft as a statement, each mark taken at its word: pointers as their sentence, numbers as their passage."""
    if all(position is not None for _, position in draft.marks):
        return Statement(text=(pointed := ground(draft, evidence)).text, citations=pointed.citations)
    by_number = {item.number: item for item in evidence}
    cited = [by_number[number] for number, _ in draft.marks if number in by_number]
    return Statement(text=draft.text, citations=tuple(map(_whole_passage, cited)))


def _whole_passage(item: Evidence) -> Citation:
    passage = item.passage
    return Citation(
        number=item.number,
        passage_id=passage.id,
        start=0,
        end=len(passage.text),
        quote=passage.text,
        title=passage.title,
        url=passage.url,
        credit=passage.credit,
    )
