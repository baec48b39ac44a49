"""Several runs' scores in one Markdown table, for documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from eval.results.scores import Score, TaskScores, load
from medrag.errors import InputError


def table(directories: Sequence[Path]) -> str:
    """A row a metric, a column a run (named after its directory), each cell a mean with its 95 % interval.

    Raises:
        InputError: a directory holds no scores, or runs of one task were made on different data.
    """
    runs = {directory.name: load(directory).tasks for directory in directories}
    tasks = list(dict.fromkeys(name for run in runs.values() for name in run))
    heads = ["metric", "n", *runs]
    rows = [row for task in tasks for row in _rows(task, list(runs.values()))]
    return markdown(heads, rows)


def _rows(task: str, runs: Sequence[Mapping[str, TaskScores]]) -> Iterator[list[str]]:
    if len({run[task].data for run in runs if task in run}) > 1:
        raise InputError(f"task {task} was run on different data; run it on the same to put it in one table")
    columns = [run[task].metrics if task in run else {} for run in runs]
    for metric in dict.fromkeys(name for column in columns for name in column):
        scores = [column.get(metric) for column in columns]
        counts = sorted({score.n for score in scores if score})
        yield [f"{task}.{metric}", "/".join(map(str, counts)), *(cell(score) if score else "" for score in scores)]


def cell(score: Score) -> str:
    """The mean with its interval."""
    return f"{score.mean:.3f} ({score.low:.3f} to {score.high:.3f})"


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *rows])
