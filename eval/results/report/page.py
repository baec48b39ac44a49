"""The report as one self-contained HTML page: no script, style, font or picture comes from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from eval.results.report import plots
from eval.results.report.data import Group, Report, TaskReport
from eval.results.scores import Score, metric_names
from eval.running.log import Entry, Log
from eval.scoring.agreement import Agreement

LOWER = ("commission_harm", "unparsed")
"""Beginnings of the names of metrics of which less is better."""

FEW = 10
"""Groups of fewer samples are shown, and said to be few."""


def page(report: Report, logs: Sequence[Log], title: str) -> str:
    """The whole page."""
    names = [task.scores.task for task in report.tasks]
    judged = ["judge"] if report.agreement else []
    links = "".join(f'<a href="#{escape(name)}">{escape(name)}</a>' for name in [*names, *judged, "samples"])
    return Template(_asset("page.html")).substitute(
        title=escape(title),
        style=_asset("page.css"),
        script=_asset("page.js"),
        subtitle=escape(_subtitle(report)),
        contents=links,
        sections="\n".join([_overview(report), *map(_section, report.tasks), _agreement(report.agreement)]),
        data=_embedded(_samples(logs)),
    )


def _asset(name: str) -> str:
    return files("eval.results.report").joinpath(name).read_text(encoding="utf-8")


def _subtitle(report: Report) -> str:
    starts = [task.start for task in report.tasks]
    systems = sorted({f"{start.system} ({start.engine})" for start in starts})
    versions = starts[0].versions
    return (
        f"{', '.join(systems)}; begun {min(start.at for start in starts):%Y-%m-%d %H:%M} UTC; seed {starts[0].seed}; "
        + ", ".join(f"{name} {version}" for name, version in versions.items())
    )


def _overview(report: Report) -> str:
    """A row a task: what ran, how long it took, and the groups that stand apart."""
    rows = [
        [
            f'<a href="#{escape(task.scores.task)}">{escape(task.scores.task)}</a>',
            f"{task.scores.done} of {task.scores.samples}",
            str(task.scores.failed),
            f"{task.latency.p50:.2f} / {task.latency.p95:.2f}" if task.latency else "",
            str(sum(task.withheld_because.values())),
            escape(
                ", ".join(f"{group.kind}: {group.value}" for group in task.groups if group.apart and group.n >= FEW)
            ),
        ]
        for task in report.tasks
    ]
    heads = ["task", "done", "failed", "seconds, p50 / p95", "reasons to withhold", f"groups apart (of {FEW} or more)"]
    note = (
        "Every score is a mean over samples with its 95 % interval; higher is better unless it says otherwise. "
        "Groups apart: an interval does not hold the mean over all samples, with no correction for looking at many."
    )
    return f'<section id="overview"><h2>Overview</h2>{_table("Tasks", heads, rows)}<p class="note">{note}</p></section>'


def _agreement(found: Agreement | None) -> str:
    if found is None:
        return ""
    rows = [[f"scorer: {escape(pair.split(', ')[0])}; judge: {escape(pair.split(', ')[1])}", str(count)]
            for pair, count in found.table.items()]  # fmt: skip
    kappa = _interval(found.kappa) if found.kappa else "not defined (both always said the same)"
    text = (
        f"Judge {found.judge.model}, temperature {found.judge.temperature:g}, seed {found.judge.seed}, prompts "
        f"{found.judge.prompts[:12]}. {found.agreed.n} pairs of statement and quote, about half of them controls with "
        f"another statement's quote; {found.unjudged} answers without a verdict. Agreed {_interval(found.agreed)}; "
        f"Cohen's kappa {kappa}. A judge with a kappa near 0 must not be used in place of the scorer."
    )
    table = _table("Does the quote support the statement?", ["both said", "pairs"], rows)
    return f'<section id="judge"><h2>Judge against scorer</h2><p>{escape(text)}</p>{table}</section>'


def _interval(score: Score) -> str:
    return f"{score.mean:.3f} (95 % interval {score.low:.3f} to {score.high:.3f})"


def _section(task: TaskReport) -> str:
    found = task.scores
    counts = f"{found.done} of {found.samples} done, {found.failed} failed, {found.missing} not run"
    parts = [f'<section id="{escape(found.task)}">', f"<h2>{escape(found.task)}</h2>", f"<p>{counts}.</p>"]
    if found.metrics:
        parts += [_figure(plots.scores(task), "Scores with 95 % intervals."), _score_table(found.metrics)]
    parts += _more_figures(task)
    parts += [_errors(found.errors), _groups(task.groups), _made_by(task), "</section>"]
    return "\n".join(part for part in parts if part)


def _more_figures(task: TaskReport) -> Iterator[str]:
    if task.outcomes:
        yield _figure(plots.counts(task.outcomes, "cases"), "How the requests ended.")
    if task.withheld_by:
        yield _figure(plots.counts(task.withheld_by, "statements"), "What the safety filter withheld, by check.")
        why = sorted(task.withheld_because.items(), key=lambda pair: (-pair[1], pair[0]))
        yield _table("Why it withheld", ["reason", "statements"], [[escape(each), str(count)] for each, count in why])
    if len({each.answerable for each in task.confidences}) == 2:
        yield _figure(
            plots.abstention(task.confidences),
            "The best passage's score where the corpus holds an answer and where it does not: the better the two "
            "part, the better a threshold can tell them apart.",
        )
        yield _figure(
            plots.calibration(task.confidences),
            "Calibration of abstention: of the cases whose best passage scores so, how many have an answer in the "
            "corpus, and how many were answered. The two should lie together.",
        )
    if task.latency:
        text = f"Time a sample: p50 {task.latency.p50:.2f} s, p95 {task.latency.p95:.2f} s, at the run's concurrency."
        yield _figure(plots.latency(task.seconds), text)


def _figure(svg: str, caption: str) -> str:
    labelled = svg.replace("<svg", f'<svg role="img" aria-label="{escape(caption)}"', 1)
    return f"<figure>{labelled}<figcaption>{escape(caption)}</figcaption></figure>"


def _score_table(metrics: Mapping[str, Score]) -> str:
    rows = [
        [
            _named(name),
            _number(score.mean),
            f"{score.low:.3f} to {score.high:.3f}",
            str(score.n),
        ]
        for name, score in metrics.items()
    ]
    return _table("Scores", ["metric", "mean", "95 % interval", "n"], rows)


def _named(metric: str) -> str:
    return escape(f"{metric} (lower is better)" if metric.startswith(LOWER) else metric)


def _errors(errors: Mapping[str, int]) -> str:
    rows = [[escape(error), str(count)] for error, count in errors.items()]
    return _table("Failed samples", ["error", "samples"], rows) if rows else ""


def _groups(groups: Sequence[Group]) -> str:
    if not groups:
        return ""
    names = list(dict.fromkeys(name for group in groups for name in group.metrics))
    rows = [
        [f"{escape(group.kind)}: {escape(group.value)}", f"{group.n}{' (few)' if group.n < FEW else ''}"]
        + [_cell(group, name) for name in names]
        for group in groups
    ]
    note = "Outlined: the group's interval does not hold the mean over all samples."
    return _table("By group", ["group", "n", *map(escape, names)], rows) + f'<p class="note">{note}</p>'


def _cell(group: Group, name: str) -> str:
    score = group.metrics.get(name)
    if score is None:
        return ""
    text = f"{score.mean:.2f} <small>({score.low:.2f} to {score.high:.2f})</small>"
    return f'<td class="apart">{text}</td>' if name in group.apart else text


def _made_by(task: TaskReport) -> str:
    known = task.scores.provenance
    rows = [["task data (sha256)", escape(task.scores.data)]]
    if judge := task.start.judge:
        rows += [[f"judge {name}", escape(str(value))] for name, value in judge.model_dump().items()]
    if training := task.start.training:
        rows += [[f"looked for in {escape(name)} (sha256)", digest] for name, digest in training.files.items()]
    if known:
        rows += [[name, escape(str(value))] for name, value in known.model_dump().items() if value is not None]
    return _table("Made by", ["what", "which"], rows)


def _table(caption: str, heads: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{each}</th>' for each in heads)
    body = "".join("<tr>" + "".join(map(_td, row)) + "</tr>" for row in rows)
    return (
        f'<div class="scroll"><table><caption>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _td(cell: str) -> str:
    return cell if cell.startswith("<td") else f"<td>{cell}</td>"


def _number(value: float) -> str:
    return f"{value:.3f}"


def _samples(logs: Sequence[Log]) -> dict[str, Any]:
    """What the page's script shows; passages are kept once each."""
    passages: dict[str, Any] = {}
    tasks = [_task_samples(log, passages) for log in logs]
    return {"tasks": tasks, "passages": passages}


def _task_samples(log: Log, passages: dict[str, Any]) -> dict[str, Any]:
    entries = sorted(log.entries.values(), key=lambda entry: entry.id)
    groups = sorted({pair for entry in entries for pair in entry.slices.items()})
    return {
        "name": log.starts[0].task,
        "metrics": metric_names(entries),
        "groups": groups,
        "samples": [_sample(entry, passages) for entry in entries],
    }


def _sample(entry: Entry, passages: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": entry.id,
        "scores": dict(entry.scores),
        "slices": dict(entry.slices),
        "error": entry.error,
        "output": _slim(entry.output, passages),
    }


def _slim(output: Mapping[str, Any], passages: dict[str, Any]) -> dict[str, Any]:
    """The output with its passages moved to ``passages``."""
    slim = dict(output)
    if "variant" in slim:
        slim["variant"] = _slim(slim["variant"], passages)
    if "evidence" in slim:
        slim["evidence"] = _moved(slim["evidence"], passages)
    if "advice" in slim:
        slim["advice"] = {**slim["advice"], "evidence": _moved(slim["advice"]["evidence"], passages)}
    return slim


def _moved(evidence: Sequence[Mapping[str, Any]], passages: dict[str, Any]) -> list[dict[str, Any]]:
    for item in evidence:
        passage = item["passage"]
        passages[passage["id"]] = {"title": passage["title"], "text": passage["text"]}
    return [{**item, "passage": item["passage"]["id"]} for item in evidence]


def _embedded(value: object) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c").replace("\u2028", "\\u2028")
