"""Computes the labelled cases of openEHR's GDL2 models with medrag's calculators and writes the table of agreement.

python -m benchmarks.calculator_cases.agreement --data DATA --out docs/results-calculators.md
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
import yaml

from benchmarks.calculator_cases.gdl import MODELS, Labelled, labelled
from benchmarks.shared_data import SHARED_DATA, files
from medrag.knowledge import load
from medrag.patient.measures.calculators import calculators
from medrag.patient.measures.derived import Refusal, calculate

NOTES = MODELS.with_name("disagreements.yaml")
HEAD = """# Scores and equations, measured

Made by `python -m benchmarks.calculator_cases.agreement --out docs/results-calculators.md` over the test cases of
openEHR's GDL2 models (`gdl-lang/common-clinical-models`, Apache 2.0). Each case becomes a patient of medrag's schema,
and the calculator reads it from there like any other record. *Agree*: the value rounds to the label. *Least*: medrag
refuses since inputs are missing, and the least that the score can be is the label, which counts what is missing as
none. *Refused*: an input is missing, impossible or outside the formula's range. Every model with anything but
agreement is explained below.

"""


@dataclass(frozen=True)
class Result:
    """What came of one label."""

    case: Labelled
    kind: str
    said: str


def run(cases: Iterable[Labelled]) -> list[Result]:
    """Each label beside what the calculator says."""
    return [Result(case, *_outcome(case)) for case in cases]


def _outcome(case: Labelled) -> tuple[str, str]:
    try:
        value = calculate(case.calculator, case.patient, case.today, load()).value
    except Refusal as refusal:
        least = refusal.between[0] if refusal.between else None
        return ("least" if least == case.label else "refused", str(refusal))
    return ("agree" if case.agrees(value) else "differ", f"{value:g}")


def table(results: Sequence[Result]) -> str:
    """A row a model and calculator, and the explanations."""
    groups: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for each in results:
        groups[each.case.model, each.case.calculator].append(each)
    lines = ["| model | calculator | labels | agree | least | refused | differ |", "|---|---|--:|--:|--:|--:|--:|"]
    lines += [_row(model, name, held) for (model, name), held in groups.items()]
    lines.append(_row("all", "", results))
    return "\n".join(lines) + "\n"


def _row(model: str, calculator: str, held: Sequence[Result]) -> str:
    counts = [sum(each.kind == kind for each in held) for kind in ("agree", "least", "refused", "differ")]
    cells = [model.replace("_", " "), f"`{calculator}`" if calculator else "", str(len(held)), *map(str, counts)]
    return f"| {' | '.join(cells)} |"


def disagreements(results: Sequence[Result]) -> str:
    """Every case that does not agree, under the explanation of its model."""
    notes: dict[str, str] = yaml.safe_load(NOTES.read_text("utf-8"))
    held: dict[str, list[Result]] = defaultdict(list)
    for each in results:
        if each.kind in ("refused", "differ"):
            held[each.case.model].append(each)
    blocks = []
    for model, wrong in held.items():
        lines = [f"### {model.replace('_', ' ')}", "", notes.get(model, "Not explained yet."), ""]
        lines += [
            f"- {each.case.case.strip()}: `{each.case.calculator}` label {each.case.label:g}, medrag {each.said}"
            for each in wrong
        ]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def main(
    data: Annotated[Path, SHARED_DATA],
    out: Annotated[Path | None, typer.Option(help="Where the page goes; printed where none is given.")] = None,
) -> None:
    """Writes the table."""
    folder = files(data, "gdl/*.test.yml")[0].parent
    results = run(labelled(folder))
    notes: dict[str, str] = yaml.safe_load(NOTES.read_text("utf-8"))
    page = (
        f"{HEAD}{table(results)}\n{len(calculators(load()))} calculators are declared.\n\n"
        f"## Published checks\n\n{notes['published']}\n\n## Left out\n\n{notes['left_out']}\n\n"
        f"## Disagreements\n\n{disagreements(results)}"
    )
    if out is None:
        print(page)
    else:
        out.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
