"""Two systems over the same tasks at the same time: each sample goes to both, and a paired test compares them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace

from eval.running.batch import Batch, bars
from eval.running.registry import SYSTEMS, load
from eval.running.solver import Solver, Target, opened
from eval.systems.baselines import system
from medrag.errors import InputError

SIDES = ("first", "second")


def side(text: str, target: Target) -> Target:
    """``[SYSTEM@]ENGINE``, such as ``http://127.0.0.1:8000`` or ``naive-rag@local``, otherwise like ``target``.

    Raises:
        InputError: there is no such system.
    """
    name, _, where = text.rpartition("@") if not text.startswith("http") else ("", "", text)
    if name and name not in SYSTEMS:
        raise InputError(f"{text!r}: no system {name!r}; there are: {', '.join(SYSTEMS)}")
    return replace(target, where=where, system=name or "medrag")


async def run(batch: Batch, tasks: Sequence[str], targets: Sequence[Target], say: Callable[[str], None]) -> int:
    """Runs (or resumes) both sides into ``first`` and ``second`` of the batch's directory; returns the failed samples.

    Raises: as :func:`eval.running.solver.opened` and :meth:`eval.running.run.Run.run`.
    """
    async with AsyncExitStack() as stack:
        solvers = await _solvers(stack, targets, say)
        with bars() as progress:
            sides = [replace(batch, out=batch.out / name) for name in SIDES]
            runs = (
                each.run([load(task) for task in tasks], solver, progress)
                for each, solver in zip(sides, solvers, strict=True)
            )
            summaries = await asyncio.gather(*runs)
    return sum(task.failed for summary in summaries for task in summary.tasks.values())


async def _solvers(stack: AsyncExitStack, targets: Sequence[Target], say: Callable[[str], None]) -> list[Solver]:
    """One solver a target; an engine that both use is opened once."""
    engines: dict[str, Solver] = {}
    for target in targets:
        if target.where not in engines:
            engines[target.where] = await stack.enter_async_context(opened(target, say))
    return [system(target.system, engines[target.where]) for target in targets]
