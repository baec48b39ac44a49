"""How well a model chooses: models, and the nearest sentences without one, on the same evidence through one engine.

    medrag sft cases --index runs/ngc --suffix .xml --source ngc runs/held.jsonl
    medrag sft cases --index runs/ngc --suffix .xml --source ngc --training runs/tune.jsonl
    python -m benchmarks.model runs/model --cases runs/held.jsonl --tune runs/tune.jsonl \\
        --model smollm2=$(medrag model prepare) --model start=.medrag/sft/pretrained

Prints Markdown: each metric by source and system with its 95 % interval, then the first model less each other system
with the paired bootstrap's interval. The gold of such cases is made by rule (:mod:`sft.examples.judged`). Resumable.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from eval.results.scores import column, metric_names
from eval.results.stats import bootstrap, interval
from eval.running import log as logs
from eval.running.batch import Batch, log_path
from eval.running.log import Entry
from eval.running.solver import LOCAL, Solver, Target, opened
from eval.systems.fixed_evidence import chosen_on
from eval.tasks import judged
from medrag.errors import InputError
from medrag.settings import load as settings

TASKS = ("choice", "patient")
NEAREST, FLOORED = "nearest", "nearest-with-floor"


@dataclass(frozen=True)
class Plan:
    """What is measured, and where the logs go."""

    out: Path
    cases: Sequence[Path]
    tune: Path
    models: Mapping[str, Path]
    index: Path | None


app = typer.Typer(add_completion=False)


@app.command(help=__doc__)
def main(
    out: Annotated[Path, typer.Argument(help="Directory of the runs, one a system.")],
    cases: Annotated[list[Path], typer.Option(help="Held-out cases (`medrag sft cases`); again for more files.")],
    tune: Annotated[Path, typer.Option(help="Cases of the training side, to choose k and the floor on.")],
    model: Annotated[list[str], typer.Option(help="NAME=FOLDER; the first is compared with every other system.")],
    index: Annotated[Path | None, typer.Option(help="Any index: its encoder ranks; its passages are not used.")] = None,
) -> None:
    """Run every system over the cases and print the Markdown tables."""
    models = dict(_named(each) for each in model)
    plan = Plan(out, cases, tune, models, index)
    asyncio.run(_run(plan))
    print(tables(out, [*models, NEAREST, FLOORED]))


def _named(option: str) -> tuple[str, Path]:
    name, _, folder = option.partition("=")
    if not folder or name in (NEAREST, FLOORED):
        raise InputError(f"--model {option!r} is not NAME=FOLDER")
    return name, Path(folder)


async def _run(plan: Plan) -> None:
    for number, (name, folder) in enumerate(plan.models.items()):
        target = Target(LOCAL, settings(index=plan.index, model=str(folder)))
        async with opened(target, print) as solver:
            await Batch(plan.out / name).run(judged.load(plan.cases), replace(solver, system=name))
            if number == 0:
                await _without_model(plan, solver)


async def _without_model(plan: Plan, solver: Solver) -> None:
    encoder = solver.parts("benchmarks.model").retriever.encoder
    found = await asyncio.to_thread(chosen_on, encoder, [each for each in judged.read(plan.tune) if not each.pair])
    for name, nearest in zip((NEAREST, FLOORED), found, strict=True):
        print(f"{name}: {nearest}, chosen on {plan.tune}")
        await Batch(plan.out / name).run(judged.load(plan.cases, nearest), replace(solver, system=name))


def tables(out: Path, systems: Sequence[str]) -> str:
    """Both tables of every task and source, as Markdown."""
    logged = {task: {name: logs.answered(logs.read(log_path(out / name, task))) for name in systems} for task in TASKS}
    groups = [
        *((f"{task}, {source}", found) for task in TASKS for source, found in _by("source", logged[task])),
        *((f"patient, {fact} swapped", found) for fact, found in _by("swapped", logged["patient"])),
    ]
    return "\n\n".join(f"### {title}\n\n{_means(found)}{_differences(found)}" for title, found in groups)


Found = Mapping[str, Sequence[Entry]]


def _by(group: str, found: Found) -> Iterator[tuple[str, Found]]:
    """The systems' entries by the value they have in a group."""
    for value in sorted({each.slices[group] for entries in found.values() for each in entries}):
        yield value, {name: [e for e in entries if e.slices[group] == value] for name, entries in found.items()}


def _columns(found: Found) -> Iterator[tuple[str, list[dict[str, float]]]]:
    for metric in metric_names([each for entries in found.values() for each in entries]):
        columns = [column(entries, metric) for entries in found.values()]
        if all(columns):
            yield metric, columns


def _means(found: Found) -> str:
    rows = []
    for metric, columns in _columns(found):
        counts = "/".join(map(str, sorted({len(each) for each in columns})))
        rows.append([metric, counts, *(_cell(list(each.values())) for each in columns)])
    return _markdown(["metric", "n", *found], rows)


def _cell(values: list[float]) -> str:
    low, high = interval(values)
    return f"{sum(values) / len(values):.3f} ({low:.3f} to {high:.3f})"


def _differences(found: Found) -> str:
    first, *others = found
    if not others:
        return ""
    rows = [[metric, *(_less(ours, theirs) for theirs in rest)] for metric, (ours, *rest) in _columns(found)]
    return "\n\n" + _markdown([f"{first} less ...", *others], rows)


def _less(ours: Mapping[str, float], theirs: Mapping[str, float]) -> str:
    """The mean difference over the samples both have, with the paired bootstrap's interval."""
    deltas = [value - theirs[sample] for sample, value in sorted(ours.items()) if sample in theirs]
    if not deltas:
        return ""
    low, high = bootstrap(deltas)
    return f"{sum(deltas) / len(deltas):+.3f} ({low:+.3f} to {high:+.3f})"


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


if __name__ == "__main__":
    app()
