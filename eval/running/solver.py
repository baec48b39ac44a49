"""What is measured: an engine on this machine, or one behind a URL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from medrag.errors import ConfigurationError
from medrag.knowledge import load
from medrag.types import Advice, Case

if TYPE_CHECKING:
    from eval.scoring.judge import Judge, JudgeAt
    from medrag.engine import Engine
    from medrag.settings import Settings

LOCAL, OFFLINE = "local", "offline"


@dataclass(frozen=True)
class Solver:
    """Answers cases. ``engine`` gives tasks the parts of a local engine; over HTTP there are none. ``judge`` is there
    when the command line names one."""

    system: str
    where: str
    recommend: Callable[[Case], Awaitable[Advice]]
    engine: Engine | None = None
    judge: Judge | None = None

    def parts(self, task: str) -> Engine:
        """The local engine, for tasks that ask its model or its retriever alone.

        Raises:
            ConfigurationError: the engine is behind a URL.
        """
        if self.engine is None:
            raise ConfigurationError(
                f"task {task} asks the model and the retriever themselves: run it with --engine {LOCAL} "
                "(and --model-url for a model that is already served)"
            )
        return self.engine

    def judging(self, task: str) -> Judge:
        """The judge, for tasks that need one.

        Raises:
            ConfigurationError: none was named.
        """
        if self.judge is None:
            raise ConfigurationError(
                f"task {task} is scored by a judge model: name one with --judge-url URL and --judge-model NAME"
            )
        return self.judge


@dataclass(frozen=True)
class Target:
    """What the command line asks to be measured: ``local``, ``offline`` or a server's URL; medrag or a baseline; and
    which judge reads the answers."""

    where: str
    settings: Settings
    system: str = "medrag"
    api_key: str | None = None
    judge: JudgeAt | None = None


@asynccontextmanager
async def opened(target: Target, say: Callable[[str], None]) -> AsyncIterator[Solver]:
    """medrag itself at ``target.where``: started here as the settings describe, or the server at a URL; with the judge.

    Raises:
        ConfigurationError: ``where`` is none of these, or a part of the local engine cannot be had.
        ModelUnavailable, ModelRefused: the judge does not answer.
    """
    async with AsyncExitStack() as stack:
        judge = await stack.enter_async_context(judge_for(target.judge, target.settings)) if target.judge else None
        solver = await stack.enter_async_context(_opened(target, say))
        yield replace(solver, judge=judge)


def judge_for(asked: JudgeAt, settings: Settings) -> AbstractAsyncContextManager[Judge]:
    """The judge, with the installation's knowledge."""
    from eval.scoring.judge import opened_judge

    return opened_judge(asked, load(settings.knowledge_dir))


@asynccontextmanager
async def _opened(target: Target, say: Callable[[str], None]) -> AsyncIterator[Solver]:
    where = target.where
    if where in (LOCAL, OFFLINE):
        from eval.running.offline import offline_model
        from medrag.local import running_engine

        async with running_engine(target.settings, say, offline_model if where == OFFLINE else None) as engine:
            yield Solver("medrag", where, engine.recommend, engine)
        return
    if not where.startswith(("http://", "https://")):
        raise ConfigurationError(
            f"--engine is {LOCAL!r}, {OFFLINE!r} or a URL such as http://127.0.0.1:8000, not {where!r}"
        )
    from medrag.client import AsyncClient

    async with AsyncClient(where, api_key=target.api_key) as client:

        async def recommend(case: Case) -> Advice:
            return await client.recommend(case.question, patient=case.patient, filters=case.filters)

        yield Solver("medrag", where, recommend)
