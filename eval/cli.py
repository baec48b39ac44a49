"""``medrag eval``: run tasks, report on a run, compare two."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from eval.results.compare import Condition, Difference
    from eval.results.scores import Scores
    from eval.running.batch import Batch
    from eval.running.distributed import Cluster
    from eval.running.solver import Target
    from eval.scoring.agreement import Agreement
    from eval.scoring.judge import JudgeAt
    from medrag.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Measure an engine: run tasks, report, compare.")

INTERRUPTED = 130
WIDTH = 110

T = TypeVar("T")

FailIf = Annotated[
    list[str] | None,
    typer.Option(help="[delta|low|high|p|first|second] TASK.METRIC <|<=|>|>= NUMBER; again for more."),
]
JudgeUrl = Annotated[str | None, typer.Option(help="OpenAI API of a judge model, such as http://127.0.0.1:8001/v1.")]
JudgeModel = Annotated[str | None, typer.Option(help="The judge's name there; its key is $MEDRAG_JUDGE_KEY.")]


@app.callback()
def _root() -> None:
    """Keeps ``run`` a sub-command."""


@app.command(
    epilog="Examples: `medrag eval run cases --out runs/a` · "
    "`medrag eval run cases=mine.jsonl --engine http://127.0.0.1:8000 --out runs/b` · "
    "`medrag eval run healthbench=hb.jsonl --judge-url http://gpu:8001/v1 --judge-model NAME --out runs/hb` · "
    "`medrag eval run cases=many.jsonl --engine offline --ray auto --workers 4 --gpus 1 --out runs/many`"
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
    judge_url: JudgeUrl = None,
    judge_model: JudgeModel = None,
    training: Annotated[
        list[Path] | None,
        typer.Option(help="Training data (`medrag sft data`'s folder, JSON lines or text) to look for the samples in."),
    ] = None,
    ray: Annotated[
        str | None, typer.Option(help="Spread over a Ray cluster: its address, `auto`, or `local` for one here.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Engines on the Ray cluster.")] = 1,
    gpus: Annotated[float, typer.Option(min=0, help="GPUs for each of these engines.")] = 0,
) -> None:
    """Run tasks, and print and write their scores.

    Each sample is logged as it ends, so that Ctrl-C loses nothing: the same command goes on, and tries failed
    samples again. Exit status: 0, or 1 when samples failed, 2 on an error, 130 when interrupted.
    """
    from eval.running.batch import Batch
    from eval.running.distributed import Cluster
    from eval.running.solver import Target

    batch = Batch(out, seed=seed, concurrency=concurrency, limit=limit, training=training or ())
    settings = _settings(index=index, model=model, model_url=model_url, grounding=grounding)
    target = Target(engine, settings, system, api_key, _judge(settings, judge_url, judge_model))
    cluster = Cluster(ray, workers, gpus) if ray else None
    failed = _interruptible(_run_on_ray(batch, tasks, target, cluster) if cluster else _run(batch, tasks, target), out)
    raise typer.Exit(1 if failed else 0)


@app.command(
    epilog="Examples: `medrag eval ab safety cases --first unfiltered@local --second medrag@local --out runs/filter` · "
    "`medrag eval ab cases=mine.jsonl --first http://old:8000 --second http://new:8000 --out runs/ab "
    "--fail-if 'high cases.must_withhold < 0'`"
)
def ab(
    tasks: Annotated[list[str], typer.Argument(metavar="TASK...", help="NAME or NAME=DATA; see `medrag eval tasks`.")],
    first: Annotated[str, typer.Option(help="[SYSTEM@]ENGINE to compare with: `local`, `offline` or a URL.")],
    second: Annotated[str, typer.Option(help="[SYSTEM@]ENGINE to judge.")],
    out: Annotated[Path, typer.Option(help="Directory of both runs; the same again resumes.")],
    fail_if: FailIf = None,
    api_key: Annotated[str | None, typer.Option(envvar="MEDRAG_API_KEY", help="Bearer token of the servers.")] = None,
    concurrency: Annotated[int, typer.Option(min=1, help="Samples at a time, a side.")] = 8,
    limit: Annotated[int | None, typer.Option(min=1, help="Run a random subset of each task (see --seed).")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the subset and of the intervals.")] = 0,
    index: Annotated[Path | None, typer.Option(help="Index directory (local).")] = None,
    model_url: Annotated[str | None, typer.Option(help="Use this OpenAI-compatible server (local).")] = None,
) -> None:
    """Run two systems side by side over the same samples, and compare them with a paired test.

    Exit status: 0, or 1 when samples failed or a --fail-if holds, 2 on an error, 130 when interrupted.
    """
    from eval.results import ab as side_by_side
    from eval.results import compare as comparing
    from eval.running.batch import Batch
    from eval.running.solver import Target

    conditions = [comparing.condition(text) for text in fail_if or ()]
    target = Target("", _settings(index=index, model_url=model_url), api_key=api_key)
    targets = [side_by_side.side(text, target) for text in (first, second)]
    batch = Batch(out, seed=seed, concurrency=concurrency, limit=limit)
    failed = _interruptible(side_by_side.run(batch, tasks, targets, _say), out)
    held = _compared(out / side_by_side.SIDES[0], out / side_by_side.SIDES[1], conditions)
    raise typer.Exit(1 if failed or held else 0)


@app.command(name="tasks")
def list_tasks() -> None:
    """List the tasks with the data each needs, and the systems that can be measured."""
    from eval.running.registry import SYSTEMS, TASKS

    print("TASK")
    for name, (_, needs) in TASKS.items():
        print(f"  {name:14} {needs}")
    print("\nSYSTEM")
    for name, what in SYSTEMS.items():
        print(f"  {name:14} {what}")


@app.command(epilog="Example: `medrag eval report runs/a`, then open runs/a/report.html")
def report(out: Annotated[Path, typer.Argument(help="The --out directory of a run.")]) -> None:
    """Make a run's report: one self-contained HTML page, and report.json."""
    from eval.results.report import write

    print(f"report: {write(out)}")


@app.command(
    epilog="Example: `medrag eval compare runs/base runs/new --fail-if 'safety.no_severe_commission < 1' "
    "--fail-if 'high safety.no_omission < 0'`"
)
def compare(
    first: Annotated[Path, typer.Argument(help="The --out directory of the run to compare with.")],
    second: Annotated[Path, typer.Argument(help="The --out directory of the run to judge.")],
    fail_if: FailIf = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare two runs on the samples both answered, with a paired test; a gate for releases.

    delta is second minus first, low and high its 95 % interval, p the paired randomisation test's. Exit status: 0, or 1
    when a --fail-if holds, 2 on an error.
    """
    from eval.results import compare as comparing

    conditions = [comparing.condition(text) for text in fail_if or ()]
    raise typer.Exit(1 if _compared(first, second, conditions, as_json=as_json) else 0)


@app.command(
    epilog="Example: `medrag eval judge runs/a --judge-url http://127.0.0.1:8001/v1 --judge-model NAME`, then "
    "`medrag eval report runs/a`"
)
def judge(
    out: Annotated[Path, typer.Argument(help="The --out directory of a run whose statements cite evidence.")],
    judge_url: JudgeUrl = None,
    judge_model: JudgeModel = None,
    limit: Annotated[int, typer.Option(min=2, help="Statement-quote pairs, half of them controls.")] = 200,
    seed: Annotated[int, typer.Option(help="Seed of the draw and of the intervals.")] = 0,
) -> None:
    """Measure how far a judge model agrees with the deterministic scorer of support; the report shows it."""
    from eval.results.table import cell
    from medrag.errors import ConfigurationError

    asked = _judge(_settings(), judge_url, judge_model)
    if asked is None:
        raise ConfigurationError("name the judge with --judge-url and --judge-model")
    found = _interruptible(_agreement(out, asked, limit, seed), out)
    kappa = f"kappa {cell(found.kappa)}" if found.kappa else "kappa not defined"
    print(f"{found.agreed.n} pairs, {found.unjudged} without a verdict: agreement {cell(found.agreed)}, {kappa}")
    print(", ".join(f"scorer and judge {name}: {count}" for name, count in found.table.items()))


@app.command(epilog="Example: `medrag eval table runs/medrag runs/retriever runs/naive-rag > results.md`")
def table(outs: Annotated[list[Path], typer.Argument(help="The --out directories of runs, a column each.")]) -> None:
    """Print several runs' scores as one Markdown table."""
    from eval.results.table import table as tabulate

    print(tabulate(outs))


@app.command(epilog="Example: `medrag eval groups runs/medrag questions --by kind --by job`")
def groups(
    out: Annotated[Path, typer.Argument(help="The --out directory of a run.")],
    task: Annotated[str, typer.Argument(help="A task of the run.")],
    by: Annotated[list[str] | None, typer.Option(help="A slice of its samples; again for more. Default: all.")] = None,
) -> None:
    """Print one run's scores by groups of samples as a Markdown table."""
    from eval.results.groups import by_group

    print(by_group(out, task, by or ()))


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
    from eval.cases.from_index import write
    from medrag.retrieval.store.index import Index

    opened = Index.open(_settings(index=index).index_dir)
    print(f"{write(opened, out, count=count, seed=seed, held_out=held_out)} cases: {out}")


async def _run(batch: Batch, tasks: Sequence[str], target: Target) -> int:
    """How many samples failed."""
    from eval.running.registry import load
    from eval.running.solver import opened
    from eval.systems.baselines import system

    loaded = [load(task) for task in tasks]
    async with opened(target, _say) as solver:
        return _done(batch, await batch.run(loaded, system(target.system, solver)))


async def _run_on_ray(batch: Batch, tasks: Sequence[str], target: Target, cluster: Cluster) -> int:
    """How many samples failed."""
    from eval.running.distributed import run as run_distributed

    return _done(batch, await run_distributed(batch, tasks, target, cluster))


def _interruptible(work: Coroutine[Any, Any, T], out: Path) -> T:
    """The coroutine's result; Ctrl-C ends the command with what was done on disk."""
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        print(f"stopped; what was answered is in {out}: run the same command again to go on", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None


async def _agreement(out: Path, asked: JudgeAt, limit: int, seed: int) -> Agreement:
    from eval.running.batch import bars
    from eval.running.solver import judge_for
    from eval.scoring.agreement import measure
    from medrag.settings import load as load_settings

    async with judge_for(asked, load_settings()) as judge:
        with bars() as progress:
            bar = progress.add_task("judged", total=None, failed=0)
            return await measure(out, judge, limit=limit, seed=seed, ended=lambda: progress.advance(bar))


def _compared(first: Path, second: Path, conditions: Sequence[Condition], *, as_json: bool = False) -> int:
    """Prints the comparison, and returns how many conditions hold."""
    from eval.results import compare as comparing

    differences = comparing.compare(first, second)
    failed = comparing.failures(conditions, differences)
    print(json.dumps([each.model_dump() for each in differences], indent=2)) if as_json else _show(
        differences, first, second
    )
    for condition, difference in failed:
        print(f"failed: {condition.text} (it is {getattr(difference, condition.quantity):g})", file=sys.stderr)
    return len(failed)


def _done(batch: Batch, summary: Scores) -> int:
    from rich.console import Console

    from eval.running.batch import show

    show(summary, Console())
    print(f"scores: {batch.out / 'scores.json'}; `medrag eval report {batch.out}` makes a page of them")
    return sum(task.failed for task in summary.tasks.values())


def _settings(**flags: object) -> Settings:
    from medrag.settings import load

    return load(**flags)


def _judge(settings: Settings, url: str | None, model: str | None) -> JudgeAt | None:
    from eval.scoring.judge import JudgeAt
    from medrag.errors import ConfigurationError

    if url is None and model is None:
        return None
    if url is None or model is None:
        raise ConfigurationError("a judge is pinned by both --judge-url and --judge-model")
    return JudgeAt(url, model, settings.home / "judge.sqlite", os.environ.get("MEDRAG_JUDGE_KEY", "none"))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _show(differences: Sequence[Difference], first: Path, second: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    from eval.results.compare import names

    table = Table("metric", "n", *names(first, second), "delta", "95 % interval", "p")
    for each in differences:
        interval = f"{each.low:+.3f} to {each.high:+.3f}"
        name = f"{each.task}.{each.metric}"
        means = (f"{each.first:.3f}", f"{each.second:.3f}", f"{each.delta:+.3f}")
        table.add_row(name, str(each.n), *means, interval, f"{each.p:.4f}")
    Console(width=max(Console().width, WIDTH)).print(table)
