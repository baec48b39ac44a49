"""What a report says, worked out from a run's logs; also its JSON file."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from eval.results.scores import Score, TaskScores, means, summarise
from eval.running.log import Entry, Log, Start, answered
from eval.scoring.agreement import Agreement
from medrag.types import Record


class Group(Record):
    """One group of patients (or of questions) and its scores. ``apart`` names the metrics whose interval does not
    hold the mean over all samples: a hint to look, not a test."""

    kind: str
    value: str
    n: int
    metrics: Mapping[str, Score]
    apart: tuple[str, ...]


class Latency(Record):
    """Seconds a sample took, with as many others running as the run allowed."""

    p50: float
    p95: float
    longest: float


class Confidence(Record):
    """How good the best passage of a case was, whether the corpus holds an answer, and whether one was given."""

    score: float
    answerable: bool
    answered: bool


class TaskReport(Record):
    """One task's part of the report."""

    start: Start
    scores: TaskScores
    groups: tuple[Group, ...]
    latency: Latency | None
    seconds: tuple[float, ...]
    outcomes: Mapping[str, int]
    withheld_by: Mapping[str, int]
    withheld_because: Mapping[str, int]
    confidences: tuple[Confidence, ...]


class Report(Record):
    """``report.json``; ``agreement`` is there when a judge was measured on the run."""

    tasks: tuple[TaskReport, ...]
    agreement: Agreement | None = None


def report(found: Sequence[Log], agreement: Agreement | None = None) -> Report:
    """The report on these logs."""
    return Report(tasks=tuple(_task(log) for log in found), agreement=agreement)


def _task(log: Log) -> TaskReport:
    entries = answered(log)
    advices = [entry.output["advice"] for entry in entries if "advice" in entry.output]
    return TaskReport(
        start=log.starts[0],
        scores=summarise(log),
        groups=tuple(_groups(entries, log.starts[0].seed)),
        latency=_latency([entry.seconds for entry in entries]),
        seconds=tuple(entry.seconds for entry in entries),
        outcomes=Counter(advice["outcome"] for advice in advices),
        withheld_by=Counter(check for advice in advices for check in _withholding(advice, "check")),
        withheld_because=Counter(reason for advice in advices for reason in _withholding(advice, "reason")),
        confidences=tuple(_confidences(entries)),
    )


def _groups(entries: Sequence[Entry], seed: int) -> Iterator[Group]:
    overall = means(entries, seed)
    members: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        for kind, value in entry.slices.items():
            members[kind, value].append(entry)
    for (kind, value), group in sorted(members.items()):
        found = means(group, seed)
        apart = [name for name, score in found.items() if not score.low <= overall[name].mean <= score.high]
        yield Group(kind=kind, value=value, n=len(group), metrics=found, apart=tuple(apart))


def _latency(seconds: Sequence[float]) -> Latency | None:
    if not seconds:
        return None
    ranked = sorted(seconds)
    return Latency(p50=_quantile(ranked, 0.5), p95=_quantile(ranked, 0.95), longest=ranked[-1])


def _quantile(ranked: Sequence[float], share: float) -> float:
    """The nearest-rank quantile."""
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def _withholding(advice: Mapping[str, Any], field: str) -> Iterator[str]:
    """The checks that withheld a statement, or their reasons, once a statement."""
    for statement in advice["withheld"]:
        yield from {
            finding[field]
            for finding in statement["findings"]
            if finding["verdict"] == "fail" and finding["severity"] == "contraindicated"
        }


def _confidences(entries: Sequence[Entry]) -> Iterator[Confidence]:
    for entry in entries:
        gold, advice = entry.output.get("gold"), entry.output.get("advice")
        if advice and isinstance(gold, Mapping) and "abstain" in gold:
            yield Confidence(
                score=max((item["score"] for item in advice["evidence"]), default=0.0),
                answerable=not gold["abstain"],
                answered=advice["outcome"] == "answered",
            )
