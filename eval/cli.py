"""``medrag eval``: run tasks."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eval.batch import Batch
    from eval.tasks import Task
    from medrag.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Measure an engine: run tasks, report, compare.")

INTERRUPTED = 130


@app.callback()
def _root() -> None:
    """Keeps ``run`` a sub-command."""


@app.command(
    epilog="Examples: `medrag eval run cases --out runs/a` · "
    "`medrag eval run cases=mine.jsonl --engine http://127.0.0.1:8000 --out runs/b`"
)
def run(
    tasks: Annotated[list[str], typer.Argument(metavar="TASK...", help="NAME or NAME=DATA; see `medrag eval tasks`.")],
    out: Annotated[Path, typer.Option(help="Directory of the logs and scores; the same again resumes.")],
    engine: Annotated[str, typer.Option(help="`local`, or the URL of a running medrag server.")] = "local",
    concurrency: Annotated[int, typer.Option(min=1, help="Samples at a time.")] = 8,
    limit: Annotated[int | None, typer.Option(min=1, help="Run a random subset of each task (see --seed).")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the subset and of the intervals.")] = 0,
    index: Annotated[Path | None, typer.Option(help="Index directory (local).")] = None,
    model: Annotated[str | None, typer.Option(help="Model to serve: a path or a hub id (local).")] = None,
    model_url: Annotated[str | None, typer.Option(help="Use this OpenAI-compatible server (local).")] = None,
    grounding: Annotated[str | None, typer.Option(help="`quote` or `cite` (local).")] = None,
) -> None:
    """Run tasks, and print and write their scores.

    Each sample is logged as it ends, so that Ctrl-C loses nothing: the same command goes on, and tries failed
    samples again. Exit status: 0, or 1 when samples failed, 2 on an error, 130 when interrupted.
    """
    from eval.batch import Batch
    from eval.registry import load

    batch = Batch(out, seed=seed, concurrency=concurrency, limit=limit)
    settings = _settings(index=index, model=model, model_url=model_url, grounding=grounding)
    try:
        failed = asyncio.run(_run(batch, [load(task) for task in tasks], engine, settings))
    except KeyboardInterrupt:
        print(f"stopped; what was answered is in {out}: run the same command again to go on", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    raise typer.Exit(1 if failed else 0)


@app.command(name="tasks")
def list_tasks() -> None:
    """List the tasks and what data each needs."""
    from eval.registry import TASKS

    for name, (_, needs) in TASKS.items():
        print(f"{name:14} {needs}")


async def _run(batch: Batch, tasks: Sequence[Task[Any]], engine: str, settings: Settings) -> int:
    """How many samples failed."""
    from rich.console import Console

    from eval.batch import show
    from eval.solver import opened

    async with opened(engine, settings, _say) as solver:
        summary = await batch.run(tasks, solver)
    show(summary, Console())
    print(f"scores: {batch.out / 'scores.json'}")
    return sum(task.failed for task in summary.tasks.values())


def _settings(**flags: object) -> Settings:
    from medrag.settings import load

    return load(**flags)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
