"""medrag beside its baselines on every task that fits, on one engine: the numbers of docs/results.md.

    medrag index build --out runs/index
    medrag eval from-index --index runs/index --held-out .md --out runs/held-out.jsonl
    python -m benchmarks.baselines runs/runs --index runs/index grounded=runs/held-out.jsonl cases safety \\
        --model-task mirage-choice=../public-data/mirage/benchmark.json.gz

A task over advice is run with every system; a model task (multiple choice, which no part of medrag but retrieval takes
part in) with medrag alone, since it holds its own arm without retrieval. The same command resumes.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from eval.results.table import table
from eval.running.batch import Batch
from eval.running.registry import SYSTEMS, load
from eval.running.solver import LOCAL, Target, opened
from eval.systems.baselines import system
from medrag.settings import load as settings

app = typer.Typer(add_completion=False)


@app.command(help=__doc__)
def main(
    out: Annotated[Path, typer.Argument(help="Directory of the runs, one a system.")],
    tasks: Annotated[list[str], typer.Argument(metavar="TASK...", help="NAME or NAME=DATA, run with every system.")],
    model_task: Annotated[list[str] | None, typer.Option(help="NAME=DATA of a multiple-choice task; again.")] = None,
    index: Annotated[Path | None, typer.Option(help="Index directory.")] = None,
    limit: Annotated[int, typer.Option(help="Questions of a model task.")] = 200,
) -> None:
    """Run every system over the tasks and print the Markdown tables."""
    target = Target(LOCAL, settings(index=index))
    questions = Batch(out / "questions", limit=limit)
    asyncio.run(_run(target, out, tasks, questions, model_task or []))
    print(table([out / name for name in SYSTEMS]))
    if model_task:
        print("\n" + table([questions.out]))


async def _run(target: Target, out: Path, tasks: list[str], questions: Batch, model_tasks: list[str]) -> None:
    async with opened(target, print) as solver:
        for name in SYSTEMS:
            await Batch(out / name).run([load(task) for task in tasks], system(name, solver))
        if model_tasks:
            await questions.run([load(task) for task in model_tasks], solver)


if __name__ == "__main__":
    app()
