"""``medrag eval``: run tasks, report on a run, compare two."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eval.batch import Batch
    from eval.compare import Difference
    from eval.solver import Solver, Target
    from eval.tasks import Task
    from medrag.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Measure an engine: run tasks, report, compare.")

INTERRUPTED = 130
WIDTH = 110


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
    engine: Annotated[
        str, typer.Option(help="`local`, `offline` (vLLM without a server), or a medrag server's URL.")
    ] = "local",
    system: Annotated[str, typer.Option(help="`medrag`, or a baseline: see `medrag eval tasks`.")] = "medrag",
    api_key: Annotated[str | None, typer.Option(envvar="MEDRAG_API_KEY", help="Bearer token of the server.")] = None,
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
    from eval.solver import Target

    batch = Batch(out, seed=seed, concurrency=concurrency, limit=limit)
    settings = _settings(index=index, model=model, model_url=model_url, grounding=grounding)
    target = Target(engine, settings, system, api_key)
    try:
        failed = asyncio.run(_run(batch, [load(task) for task in tasks], target))
    except KeyboardInterrupt:
        print(f"stopped; what was answered is in {out}: run the same command again to go on", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    raise typer.Exit(1 if failed else 0)


@app.command(name="tasks")
def list_tasks() -> None:
    """List the tasks with the data each needs, and the systems that can be measured."""
    from eval.registry import SYSTEMS, TASKS

    print("TASK")
    for name, (_, needs) in TASKS.items():
        print(f"  {name:14} {needs}")
    print("\nSYSTEM")
    for name, what in SYSTEMS.items():
        print(f"  {name:14} {what}")


@app.command(epilog="Example: `medrag eval report runs/a`, then open runs/a/report.html")
def report(out: Annotated[Path, typer.Argument(help="The --out directory of a run.")]) -> None:
    """Make a run's report: one self-contained HTML page, and report.json."""
    from eval.report import write

    print(f"report: {write(out)}")


@app.command(
    epilog="Example: `medrag eval compare runs/base runs/new --fail-if 'safety.no_severe_commission < 1' "
    "--fail-if 'high safety.no_omission < 0'`"
)
def compare(
    first: Annotated[Path, typer.Argument(help="The --out directory of the run to compare with.")],
    second: Annotated[Path, typer.Argument(help="The --out directory of the run to judge.")],
    fail_if: Annotated[
        list[str] | None,
        typer.Option(help="[delta|low|high|p|first|second] TASK.METRIC <|<=|>|>= NUMBER; again for more."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare two runs on the samples both answered, with a paired test; a gate for releases.

    delta is second minus first, low and high its 95 % interval, p the paired randomisation test's. Exit status: 0, or 1
    when a --fail-if holds, 2 on an error.
    """
    from eval import compare as comparing

    conditions = [comparing.condition(text) for text in fail_if or ()]
    differences = comparing.compare(first, second)
    failed = comparing.failures(conditions, differences)
    print(json.dumps([each.model_dump() for each in differences], indent=2)) if as_json else _show(differences)
    for condition, difference in failed:
        print(f"failed: {condition.text} (it is {getattr(difference, condition.quantity):g})", file=sys.stderr)
    raise typer.Exit(1 if failed else 0)


@app.command(epilog="Example: `medrag eval table runs/medrag runs/retriever runs/naive-rag > results.md`")
def table(outs: Annotated[list[Path], typer.Argument(help="The --out directories of runs, a column each.")]) -> None:
    """Print several runs' scores as one Markdown table."""
    from eval.table import table as tabulate

    print(tabulate(outs))


@app.command(
    name="from-index",
    epilog="Example: `medrag eval from-index --out cases.jsonl --count 200 --held-out .md`, then "
    "`medrag eval run grounded=cases.jsonl --out runs/grounded`",
)
def from_index(
    out: Annotated[Path, typer.Option(help="The cases file to write.")],
    index: Annotated[Path | None, typer.Option(help="Index directory.")] = None,
    count: Annotated[int, typer.Option(min=1, help="Cases, at most.")] = 200,
    seed: Annotated[int, typer.Option(help="Seed of the draw.")] = 0,
    held_out: Annotated[
        str | None, typer.Option(help="Only documents kept out of training; give their files' suffix, such as `.xml`.")
    ] = None,
) -> None:
    """Make cases with gold statements from an index's own passages, for the task `grounded`."""
    from eval.from_index import write
    from medrag.retrieval.store import Index

    opened = Index.open(_settings(index=index).index_dir)
    print(f"{write(opened, out, count=count, seed=seed, held_out=held_out)} cases: {out}")


async def _run(batch: Batch, tasks: Sequence[Task[Any]], target: Target) -> int:
    """How many samples failed."""
    from rich.console import Console

    from eval.batch import show
    from eval.solver import opened

    async with opened(target, _say) as solver:
        summary = await batch.run(tasks, _system(target.system, solver))
    show(summary, Console())
    print(f"scores: {batch.out / 'scores.json'}; `medrag eval report {batch.out}` makes a page of them")
    return sum(task.failed for task in summary.tasks.values())


def _system(name: str, solver: Solver) -> Solver:
    from eval.baselines import baseline

    return solver if name == "medrag" else baseline(name, solver)


def _settings(**flags: object) -> Settings:
    from medrag.settings import load

    return load(**flags)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _show(differences: Sequence[Difference]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("metric", "n", "first", "second", "delta", "95 % interval", "p")
    for each in differences:
        interval = f"{each.low:+.3f} to {each.high:+.3f}"
        name = f"{each.task}.{each.metric}"
        means = (f"{each.first:.3f}", f"{each.second:.3f}", f"{each.delta:+.3f}")
        table.add_row(name, str(each.n), *means, interval, f"{each.p:.4f}")
    Console(width=max(Console().width, WIDTH)).print(table)
