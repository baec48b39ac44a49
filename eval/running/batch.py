"""Tasks run one after the other into one directory: progress on the way, scores at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
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

from eval.results import scores
from eval.results.contamination import check
from eval.running import log as logs
from eval.running.run import Run, subset
from eval.running.solver import Solver
from eval.tasks import Task


@dataclass(frozen=True)
class Batch:
    """Where the logs go, how the samples are drawn and run, and which training data they are looked for in."""

    out: Path
    seed: int = 0
    concurrency: int = 8
    limit: int | None = None
    training: Sequence[Path] = ()

    async def run(self, tasks: Sequence[Task[Any]], solver: Solver, progress: Progress | None = None) -> scores.Scores:
        """Runs (or resumes) the tasks and writes ``scores.json``, also when it is stopped on the way.

        ``progress`` is where several batches show their bars together.
        """
        with nullcontext(progress) if progress else bars() as shown, self.summarised(tasks) as summary:
            for task in tasks:
                with self.opened(task, solver, shown) as (run, ended):
                    await run.run(ended)
        return summary()

    @contextmanager
    def opened(
        self, task: Task[Any], solver: Solver, progress: Progress
    ) -> Iterator[tuple[Run[Any], Callable[[logs.Entry], None]]]:
        """A task's run with its log open, and what moves its bar on ``progress`` when a sample ends."""
        samples = subset(task.samples, self.limit, self.seed)
        contamination = check(samples, self.training) if self.training else None
        log = logs.resume(log_path(self.out, task.name))
        bar = progress.add_task(f"{self.out.name}: {task.name}", total=len(samples), completed=len(log.done), failed=0)
        failures = 0

        def ended(entry: logs.Entry) -> None:
            nonlocal failures
            failures += entry.error is not None
            progress.update(bar, advance=1, failed=failures)

        try:
            yield Run(task, samples, solver, log, self.seed, self.concurrency, contamination), ended
        finally:
            log.close()

    @contextmanager
    def summarised(self, tasks: Sequence[Task[Any]]) -> Iterator[Callable[[], scores.Scores]]:
        """Writes the scores at the end of the context, however it ends; gives what reads them then."""
        try:
            yield lambda: scores.load(self.out)
        finally:
            self.summarise(tasks)

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
def bars() -> Iterator[Progress]:
    """Bars with the time left, on the terminal's error stream."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]} failed"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    ) as progress:
        yield progress
