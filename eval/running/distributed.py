"""Batch inference on several machines with Ray Data: workers answer the samples, this process keeps the log.

Each worker opens an engine of its own (``local`` and ``offline`` load a model each, a URL is shared) and answers a
batch of samples at a time. medrag, the index and the task's data must be at the same paths on every machine. The log,
its resuming and the scores are those of a run without Ray, since the same code writes them.
"""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eval.results.scores import Scores
from eval.running.batch import Batch, bars
from eval.running.log import Entry
from eval.running.registry import load
from eval.running.run import Run, attempt
from eval.running.solver import Solver, Target, judge_for, opened
from eval.systems.baselines import system
from medrag.errors import ConfigurationError, MedragError
from medrag.types import Advice, Case

if TYPE_CHECKING:
    from ray.data import Dataset

OWN = "local"


@dataclass(frozen=True)
class Cluster:
    """The Ray cluster at ``address`` (``local``: one of its own on this machine) and the workers to start on it."""

    address: str = OWN
    workers: int = 1
    gpus_each: float = 0.0


async def run(batch: Batch, tasks: Sequence[str], target: Target, cluster: Cluster) -> Scores:
    """Runs (or resumes) the tasks, named as on the command line, on the cluster.

    Raises:
        ConfigurationError: Ray is not installed, the cluster cannot be reached, or a worker cannot open its engine.
    """
    loaded = [load(task) for task in tasks]
    with connected(cluster), bars() as progress, batch.summarised(loaded) as summary:
        async with _recorded(target, cluster) as solver:
            for name, task in zip(tasks, loaded, strict=True):
                with batch.opened(task, solver, progress) as (one, ended):
                    for entry in _answers(one, name, target, cluster):
                        one.record(entry)
                        ended(entry)
                        one.require_model(entry)
    return summary()


@contextmanager
def connected(cluster: Cluster) -> Iterator[None]:
    """Ray, for as long as the context lasts."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError:
        raise ConfigurationError("Ray is not installed: pip install 'medrag[ray]'") from None
    quiet: dict[str, Any] = {"logging_level": "ERROR", "log_to_driver": False}
    own = {"num_cpus": cluster.workers, "include_dashboard": False}
    try:
        ray.init(**quiet, **own) if cluster.address == OWN else ray.init(address=cluster.address, **quiet)
    except ConnectionError:
        raise ConfigurationError(f"no Ray cluster answers at {cluster.address!r}; start one with `ray start`") from None
    try:
        yield
    finally:
        ray.shutdown()


class Worker:
    """One of Ray Data's actors: opens the engine at the first batch, and answers batches of sample ids."""

    def __init__(self, task: str, target: Target) -> None:
        self.task, self.target = task, target
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        self.solver: Solver | None = None

    def __call__(self, batch: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        """``id`` -> the entries as JSON; or one line that says why this worker can answer nothing."""
        ids = [str(each) for each in batch["id"]]
        try:
            entries = self.loop.run_until_complete(self._answer(ids))
        except MedragError as error:
            return {"entry": [""] * len(ids), "fatal": [str(error)] * len(ids)}
        return {"entry": [entry.model_dump_json() for entry in entries], "fatal": [""] * len(ids)}

    async def _answer(self, ids: Sequence[str]) -> list[Entry]:
        if self.solver is None:
            self.solver = system(self.target.system, await self.stack.enter_async_context(opened(self.target, print)))
            self.loaded = load(self.task)
            self.samples = {sample.id: sample for sample in self.loaded.samples}
        solver = self.solver
        return await asyncio.gather(*(attempt(self.loaded, self.samples[each], solver) for each in ids))


def _answers(one: Run[Any], name: str, target: Target, cluster: Cluster) -> Iterator[Entry]:
    if todo := one.begin():
        for row in _dataset([sample.id for sample in todo], one.concurrency, name, target, cluster).iter_rows():
            if row["fatal"]:
                raise ConfigurationError(f"a Ray worker cannot answer: {row['fatal']}")
            yield Entry.model_validate_json(row["entry"])


def _dataset(ids: Sequence[str], size: int, name: str, target: Target, cluster: Cluster) -> Dataset:
    import ray

    ray.data.DataContext.get_current().enable_progress_bars = False
    blocks = max(cluster.workers, math.ceil(len(ids) / size))
    return ray.data.from_items([{"id": each} for each in ids], override_num_blocks=min(blocks, len(ids))).map_batches(
        Worker,
        fn_constructor_kwargs={"task": name, "target": target},
        batch_size=size,
        compute=ray.data.ActorPoolStrategy(size=cluster.workers),
        num_cpus=1,
        num_gpus=cluster.gpus_each,
    )


@asynccontextmanager
async def _recorded(target: Target, cluster: Cluster) -> AsyncIterator[Solver]:
    """What the log says of who answers; the answers themselves come from the workers."""
    async with AsyncExitStack() as stack:
        judge = await stack.enter_async_context(judge_for(target.judge, target.settings)) if target.judge else None
        where = f"{target.where} on {cluster.workers} Ray workers"
        yield Solver(target.system, where, _answered_elsewhere, judge=judge)


async def _answered_elsewhere(_: Case) -> Advice:
    raise ConfigurationError("a run on Ray is answered by its workers")
