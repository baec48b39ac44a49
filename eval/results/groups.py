"""One run's scores by group, as Markdown: a row a group of samples, a column a metric."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.results.scores import column, metric_names
from eval.results.table import markdown
from eval.running import log as logs
from eval.running.batch import log_path
from eval.running.log import Entry
from medrag.errors import InputError


def by_group(out: Path, task: str, names: Sequence[str] = ()) -> str:
    """The means over all samples, then over each group of the slices ``names`` (all of the task's where none is given).

    Raises:
        InputError: the run has no log of the task, or its samples have no such slice.
    """
    path = log_path(out, task)
    if not path.is_file():
        raise InputError(f"{out} holds no run of the task {task}; run it with: medrag eval run {task} --out {out}")
    entries = [each for each in logs.answered(logs.read(path)) if each.scores]
    known = sorted({name for each in entries for name in each.slices})
    if unknown := [name for name in names if name not in known]:
        raise InputError(f"the samples of {task} have no {unknown[0]}; they have {', '.join(known) or 'no slices'}")
    metrics = metric_names(entries)
    rows = [_row("all", entries, metrics)]
    for name in names or known:
        for value in sorted({each.slices[name] for each in entries if name in each.slices}):
            rows.append(_row(f"{name}: {value}", [e for e in entries if e.slices.get(name) == value], metrics))
    return markdown(["group", "n", *metrics], rows)


def _row(title: str, entries: Sequence[Entry], metrics: Sequence[str]) -> list[str]:
    columns = [list(column(entries, metric).values()) for metric in metrics]
    return [title, str(len(entries)), *(f"{sum(each) / len(each):.2f}" if each else "" for each in columns)]
