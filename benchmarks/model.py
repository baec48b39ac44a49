"""How well a model answers questions as clinicians type them, beside search's best sentences without a model.

    medrag index build --out runs/index
    python -m benchmarks.model runs/model --index runs/index --tune sft/questions/written.jsonl \\
        --model tuned=$(medrag model prepare) --model base=$(medrag model prepare --base)

Every system goes through the same engine and safety filter. ``ranked`` chooses the sentences that search ranks first;
how many, and the score below which none, are chosen on --tune, which may be trained on. Prints Markdown: each metric by
system with its 95 % interval, over all questions and by job and style, then the first model less each other system with
the paired bootstrap's interval. Resumable.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path
from typing import Annotated

import typer

from eval.results.scores import column, metric_names
from eval.results.stats import bootstrap, interval
from eval.results.table import markdown
from eval.running import log as logs
from eval.running.batch import Batch, log_path
from eval.running.log import Entry
from eval.running.solver import LOCAL, Solver, Target, opened
from eval.systems.ranked import Ranked
from eval.tasks import questions
from medrag.datasets.questions import Question, read_questions
from medrag.engine import Engine
from medrag.errors import InputError
from medrag.generation.modes.quote import MAX_STATEMENTS
from medrag.settings import load as settings
from medrag.types import Evidence, sentence_hash

RANKED = "ranked"
GROUPS = ("job", "style")
FLOORS = [step / 50 for step in range(10, 46)]


@dataclass(frozen=True)
class Plan:
    """What is measured, and where the logs go."""

    out: Path
    questions: Path
    tune: Path
    most: int
    models: Mapping[str, Path]
    index: Path | None


app = typer.Typer(add_completion=False)


@app.command(help=__doc__)
def main(  # noqa: PLR0913
    out: Annotated[Path, typer.Argument(help="Directory of the runs, one a system.")],
    tune: Annotated[Path, typer.Option(help="Questions of the training side, to choose k and the floor on.")],
    model: Annotated[list[str], typer.Option(help="NAME=FOLDER; the first is compared with every other system.")],
    index: Annotated[Path | None, typer.Option(help="The index that is asked.")] = None,
    asked: Annotated[Path, typer.Option("--questions", help="What is asked.")] = questions.HELD,
    most: Annotated[int, typer.Option(help="Choose k and the floor on at most so many questions.")] = 300,
) -> None:
    """Run every system over the questions and print the Markdown tables."""
    plan = Plan(out, asked, tune, most, dict(_named(each) for each in model), index)
    asyncio.run(_run(plan))
    print(tables(out, [*plan.models, RANKED]))


def _named(option: str) -> tuple[str, Path]:
    name, _, folder = option.partition("=")
    if not folder or name == RANKED:
        raise InputError(f"--model {option!r} is not NAME=FOLDER")
    return name, Path(folder)


async def _run(plan: Plan) -> None:
    task = questions.load(plan.questions)
    for number, (name, folder) in enumerate(plan.models.items()):
        target = Target(LOCAL, settings(index=plan.index, model=str(folder)))
        async with opened(target, print) as solver:
            await Batch(plan.out / name).run([task], replace(solver, system=name))
            if number == 0:
                await _without_model(plan, task, solver)


async def _without_model(plan: Plan, task: questions.Questions, solver: Solver) -> None:
    engine = solver.parts("benchmarks.model")
    known = [each for each in read_questions(plan.tune) if task.holds(each.doc, engine)]
    drawn = random.Random(0).sample(known, min(plan.most, len(known)))  # noqa: S311
    best = await chosen_on(engine, drawn)
    print(f"{RANKED}: {best}, chosen on {len(drawn)} questions of {plan.tune}")
    without = replace(solver, system=RANKED, recommend=partial(best.recommend, engine))
    await Batch(plan.out / RANKED).run([task], without)


async def chosen_on(engine: Engine, asked: Sequence[Question]) -> Ranked:
    """The ``k`` and floor with the best mean F1, where abstaining from what cannot be answered counts 1."""
    found = [await engine.retrieve(each.case) for each in asked]
    choices = [Ranked(k, floor) for k, floor in product(range(1, MAX_STATEMENTS + 1), (-1.0, *FLOORS))]

    def worth(ranked: Ranked) -> float:
        return sum(_f1(each, _hashes(evidence, ranked)) for each, evidence in zip(asked, found, strict=True))

    return max(choices, key=worth)


def _hashes(evidence: Sequence[Evidence], ranked: Ranked) -> set[str]:
    by_number = {each.number: each.passage for each in evidence}
    passages = [(by_number[number], position) for number, position in ranked.of(evidence)]
    return {sentence_hash(passage.quote(passage.sentences[position - 1])) for passage, position in passages}


def _f1(question: Question, chosen: set[str]) -> float:
    if not question.must:
        return float(not chosen)
    precision = len(chosen & {*question.must, *question.may}) / max(1, len(chosen))
    recall = len(chosen & {*question.must}) / len(question.must)
    return 2 * precision * recall / (precision + recall) if precision and recall else 0.0


Found = Mapping[str, Sequence[Entry]]


def tables(out: Path, systems: Sequence[str]) -> str:
    """Both tables over all questions, then of every group, as Markdown."""
    logged = {name: _entries(out / name) for name in systems}
    groups = [("all", logged), *((f"{name}: {value}", each) for name in GROUPS for value, each in _by(name, logged))]
    return "\n\n".join(f"### {title}\n\n{_means(found)}{_differences(found)}" for title, found in groups)


def _entries(run: Path) -> list[Entry]:
    return [each for each in logs.answered(logs.read(log_path(run, questions.NAME))) if each.scores]


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
    return markdown(["metric", "n", *found], rows)


def _cell(values: list[float]) -> str:
    low, high = interval(values)
    return f"{sum(values) / len(values):.3f} ({low:.3f} to {high:.3f})"


def _differences(found: Found) -> str:
    first, *others = found
    if not others:
        return ""
    rows = [[metric, *(_less(ours, theirs) for theirs in rest)] for metric, (ours, *rest) in _columns(found)]
    return "\n\n" + markdown([f"{first} less ...", *others], rows)


def _less(ours: Mapping[str, float], theirs: Mapping[str, float]) -> str:
    """The mean difference over the samples both have, with the paired bootstrap's interval."""
    deltas = [value - theirs[sample] for sample, value in sorted(ours.items()) if sample in theirs]
    if not deltas:
        return ""
    low, high = bootstrap(deltas)
    return f"{sum(deltas) / len(deltas):+.3f} ({low:+.3f} to {high:+.3f})"


if __name__ == "__main__":
    app()
