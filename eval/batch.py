"""Tasks run one after the other into one directory: progress on the way, scores at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from eval import log as logs
from eval import scores
from eval.run import Run, subset
from eval.solver import Solver
from eval.tasks import Task


@dataclass(frozen=True)
class Batch:
    """Where the logs go, and how the samples are drawn and run."""

    out: Path
    seed: int = 0
    concurrency: int = 8
    limit: int | None = None

    async def run(self, tasks: Sequence[Task[Any]], solver: Solver) -> scores.Scores:
        """Runs (or resumes) the tasks and writes ``scores.json``, also when it is stopped on the way."""
        console = Console(stderr=True)
        try:
            with _progress(console) as progress:
                for task in tasks:
                    await self._run_task(task, solver, progress)
        finally:
            summary = self.summarise(tasks)
        return summary

    async def _run_task(self, task: Task[Any], solver: Solver, progress: Progress) -> None:
        samples = subset(task.samples, self.limit, self.seed)
        log = logs.resume(log_path(self.out, task.name))
        bar = progress.add_task(task.name, total=len(samples), completed=len(log.done), failed=0)
        failures = 0

        def ended(entry: logs.Entry) -> None:
            nonlocal failures
            failures += entry.error is not None
            progress.update(bar, advance=1, failed=failures)

        try:
            await Run(task, samples, solver, log, self.seed, self.concurrency).run(ended)
        finally:
            log.close()

    def summarise(self, tasks: Sequence[Task[Any]]) -> scores.Scores:
        """Writes the scores of what is logged so far."""
        summary = scores.Scores(tasks=dict(_summaries(self.out, [task.name for task in tasks])))
        scores.write(self.out, summary)
        return summary


def log_path(out: Path, task: str) -> Path:
    """The log of a task's run in ``out``."""
    return out / f"{task}.jsonl"


def show(summary: scores.Scores, console: Console) -> None:
    """Prints a table of every metric."""
    for task in summary.tasks.values():
        title = f"{task.task}: {task.done} of {task.samples} done, {task.failed} failed, {task.missing} not run"
        table = Table("metric", "mean", "95 % interval", "n", title=title, title_justify="left")
        for name, score in task.metrics.items():
            table.add_row(name, f"{score.mean:.3f}", f"{score.low:.3f} to {score.high:.3f}", str(score.n))
        console.print(table)
        for error, count in task.errors.items():
            console.print(f"  failed {count} times: {error}", markup=False, highlight=False)


def _summaries(out: Path, names: Sequence[str]) -> Iterator[tuple[str, scores.TaskScores]]:
    for name in names:
        path = log_path(out, name)
        if path.is_file() and (log := logs.read(path)).starts:
            yield name, scores.summarise(log)


@contextmanager
def _progress(console: Console) -> Iterator[Progress]:
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]} failed"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=console,
    ) as progress:
        yield progress
