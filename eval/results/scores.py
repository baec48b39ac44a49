"""From a log to summary scores: means over the samples that were answered, with intervals, and what failed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import Field, ValidationError

from eval.results.stats import interval
from eval.running.log import Entry, Log
from medrag.errors import InputError
from medrag.files import write_whole
from medrag.types import Provenance, Record

SCORES = "scores.json"


class Score(Record):
    """A metric's mean over ``n`` samples, with its 95 % interval."""

    mean: float
    low: float
    high: float
    n: int


class TaskScores(Record):
    """One task's scores. ``failed`` samples gave no answer and are in no mean; ``missing`` ones were not run."""

    task: str
    data: str
    system: str
    seed: int
    samples: int
    done: int
    failed: int
    missing: int
    metrics: Mapping[str, Score]
    errors: Mapping[str, int] = Field(default_factory=dict)
    provenance: Provenance | None = None


class Scores(Record):
    """``scores.json``: holds nothing that differs between two identical runs."""

    tasks: Mapping[str, TaskScores]


def summarise(log: Log) -> TaskScores:
    """The scores of a log. Entries are taken in the order of their ids, so that the order of arrival has no effect."""
    start = log.starts[0]
    entries = sorted(log.entries.values(), key=lambda entry: entry.id)
    good = [entry for entry in entries if entry.error is None]
    return TaskScores(
        task=start.task,
        data=start.data,
        system=start.system,
        seed=start.seed,
        samples=start.samples,
        done=len(good),
        failed=len(entries) - len(good),
        missing=start.samples - len(entries),
        metrics=means(good, start.seed),
        errors=Counter(entry.error for entry in entries if entry.error is not None),
        provenance=log.provenance,
    )


def means(entries: Sequence[Entry], seed: int = 0) -> dict[str, Score]:
    """Every metric's mean over the entries it applies to."""
    columns = {name: column(entries, name) for name in metric_names(entries)}
    return {name: _score(list(values.values()), seed) for name, values in columns.items() if values}


def metric_names(entries: Iterable[Entry]) -> list[str]:
    """The metrics of the entries, in the order the task gives them."""
    return list(dict.fromkeys(name for entry in entries for name in entry.scores))


def column(entries: Iterable[Entry], metric: str) -> dict[str, float]:
    """``id -> score`` of the entries that have the metric."""
    pairs = ((entry.id, entry.scores.get(metric)) for entry in entries)
    return {sample: value for sample, value in pairs if value is not None}


def _score(values: Sequence[float], seed: int) -> Score:
    low, high = interval(values, seed=seed)
    mean = sum(values) / len(values)
    return Score(mean=round(mean, 6), low=round(low, 6), high=round(high, 6), n=len(values))


def write(directory: Path, scores: Scores) -> Path:
    """``scores.json`` in ``directory``, whole or not at all."""
    path = directory / SCORES
    text = json.dumps(scores.model_dump(mode="json"), indent=2, sort_keys=True)
    write_whole(path, text + "\n", private=True)
    return path


def load(directory: Path) -> Scores:
    """The scores in ``directory``.

    Raises:
        InputError: there are none, or they do not parse.
    """
    path = directory / SCORES
    try:
        return Scores.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"no {SCORES} in {directory}; run `medrag eval run ... --out {directory}` first") from None
    except (ValidationError, ValueError):
        raise InputError(f"{path} does not parse; run `medrag eval run` with the same --out again") from None
