"""Runs the safety filter over the labelled benchmark and writes the table of results.

    python -m benchmarks.safety --out docs/results-safety.md

With ``--data`` (the folder of public data sets) the filter also stands beside PharmCAT's and DDInter's.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.safety_cases.cases import Case, cases
from benchmarks.safety_cases.outside import outside
from benchmarks.safety_cases.requests import requests
from benchmarks.shared_data import SHARED_DATA
from eval.results.stats import wilson
from medrag.knowledge import load
from medrag.safety.check_cases import check_advice
from medrag.safety.consultation import Consultation
from medrag.types import Passage, Patient, Statement

HEAD = """# The safety filter, measured

Made by `python -m benchmarks.safety --out docs/results-safety.md`. The cases come from hand-written seeds
(`seeds.yaml` in `benchmarks/safety_cases`) and ordinary prescriptions (`prescriptions.csv` there): each unsafe piece of
advice has a look-alike that is safe (warned against, stopped first, refuted, in the family, an intolerance,
another drug). Seeds and knowledge were written by the same hands, so these numbers show that the filter does what it
means to do; how much medicine it knows is for an independent set to show.

"""


@dataclass(frozen=True)
class Result:
    """What the filter said of a case."""

    case: Case
    verdict: str
    warned: bool
    """Whether the check that the case is about warned or withheld."""

    @property
    def wrong(self) -> bool:
        """Unsafe and let out, or safe and withheld; for a soft case, unsafe without a warning, or safe with one."""
        caught = self.warned if self.case.soft else self.verdict == "withhold"
        return caught is not self.case.unsafe


def run(items: Iterable[Case]) -> list[Result]:
    """Every case through the same function as ``medrag check``."""
    results = []
    for number, case in enumerate(items):
        patient = Patient.model_validate(case.patient)
        passages = [Passage(id=text, doc_id="bench", title="", text=text) for text in case.evidence]
        said = check_advice(str(number), patient, case.advice, evidence=passages)
        results.append(Result(case, str(said["verdict"]), any(_warns(each, case.check) for each in said["findings"])))
    return results


def _warns(finding: dict[str, Any], check: str) -> bool:
    return bool(finding["check"] == check and finding["verdict"] == "fail" and finding["severity"] != "information")


def report(results: Sequence[Result], seconds: float) -> str:
    """Markdown: rates with Wilson's 95 % interval, by check and by kind of case, and every error."""
    hard = [each for each in results if not each.case.soft]
    soft = [each for each in results if each.case.soft]
    lines = ["## By check", "", *_table(hard, "let out", "withheld")]
    lines += ["", "Checks that warn:", "", *_table(soft, "no warning", "warned")]
    lines += ["", "## By kind of case", "", "| kind | cases | right |", "|---|--:|--:|"]
    totals = Counter(each.case.kind for each in results)
    wrong = Counter(each.case.kind for each in results if each.wrong)
    lines += [f"| {kind} | {total} | {total - wrong[kind]} |" for kind, total in sorted(totals.items())]
    lines += ["", "## Errors", ""]
    lines += [
        f"- {each.case.check}, {each.case.kind}: {each.case.advice} → {each.verdict}" for each in results if each.wrong
    ] or ["none"]
    lines += [
        "",
        *_coverage(),
        "",
        f"{len(results)} cases in {seconds:.1f} s. {speed([each.case for each in results])}",
    ]
    lines += ["", *requests()]
    return "\n".join(lines) + "\n"


def _table(results: Sequence[Result], missed: str, blocked: str) -> list[str]:
    names = [*dict.fromkeys(each.case.check for each in results), "all"]
    return [
        f"| check | unsafe | {missed} | 95 % CI | safe | {blocked} | 95 % CI |",
        "|---|--:|--:|---|--:|--:|---|",
        *(_row(name, [each for each in results if name in (each.case.check, "all")]) for name in names),
    ]


def _row(name: str, results: Sequence[Result]) -> str:
    unsafe = [each for each in results if each.case.unsafe]
    safe = [each for each in results if not each.case.unsafe]
    return f"| {name} | {_rate(unsafe)} | {_rate(safe)} |"


def _rate(results: Sequence[Result]) -> str:
    wrong = sum(each.wrong for each in results)
    if not results:
        return "0 | – | –"
    low, high = wilson(wrong, len(results))
    return f"{len(results)} | {wrong} | {low:.1%} to {high:.1%}"


def speed(items: Sequence[Case]) -> str:
    """Processor time of one check of one statement, in milliseconds."""
    knowledge = load()
    times = []
    for case in items:
        patient = Patient.model_validate(case.patient)
        start = time.process_time()
        Consultation(patient, "", knowledge).review(Statement(text=case.advice))
        times.append((time.process_time() - start) * 1000)
    ordered = sorted(times)
    median, p95 = ordered[len(ordered) // 2], ordered[len(ordered) * 95 // 100]
    return f"A statement takes {median:.2f} ms (median), {p95:.2f} ms (p95)."


def _coverage() -> list[str]:
    """What the knowledge holds, counted."""
    knowledge = load()
    rules = {kind.replace("_", " "): len(group) for kind, group in vars(knowledge.rules).items()}
    coded = sum(drug.rxcui is not None for drug in knowledge.drugs.values())
    limited = {name for limit in knowledge.rules.doses for name in knowledge.expand((limit.drug,))}
    return [
        "## The knowledge",
        "",
        f"{len(knowledge.drugs)} ingredients ({coded} with RxNorm, "
        f"{sum(bool(drug.atc) for drug in knowledge.drugs.values())} with ATC codes, "
        f"{len(limited)} with a dose limit, {len(knowledge.pgx)} with CPIC recommendations), "
        f"{len(knowledge.names)} written names, {len(knowledge.members)} classes and groups, "
        f"{len(knowledge.conditions)} conditions.",
        "",
        "Rules: " + ", ".join(f"{kind} {count}" for kind, count in rules.items()) + ".",
    ]


app = typer.Typer(add_completion=False)


@app.command(help=__doc__)
def main(
    out: Annotated[Path | None, typer.Option(help="Also write the report to this file.")] = None,
    data: Annotated[Path | None, SHARED_DATA] = None,
) -> None:
    """The command."""
    items = cases()
    start = time.monotonic()
    results = run(items)
    text = report(results, time.monotonic() - start)
    if data:
        text += "\n".join(["", *outside(data)]) + "\n"
    print(text)
    if out:
        out.write_text(HEAD + text, encoding="utf-8")


if __name__ == "__main__":
    app()
