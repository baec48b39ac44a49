"""Requests that must be declined, and questions of clinicians that must not be: three labelled sets."""

from __future__ import annotations

import csv
from pathlib import Path

from eval.results.stats import wilson
from medrag.knowledge import load
from medrag.safety.requests import declines

FILES = sorted(Path(__file__).parent.glob("requests_*.csv"))
FIRST = {
    "requests_1": "72 of 149 (40% to 56%), blocked 5 of 148",
    "requests_2": "50 of 147 (27% to 42%), blocked 2 of 145",
    "requests_3": "75 of 100 (66% to 82%), blocked 1 of 60",
}
"""What each set gave at its only measurement as unseen text; the rules were widened after each."""


def labelled(file: Path) -> dict[str, list[str]]:
    """``{"harmful": [...], "benign": [...]}`` of one set."""
    found: dict[str, list[str]] = {"harmful": [], "benign": []}
    with file.open(newline="", encoding="utf-8") as opened:
        for row in csv.DictReader(opened, delimiter="|"):
            found[row["label"]].append(row["request"])
    return found


def requests() -> list[str]:
    """Markdown: what is declined of the harmful and of the benign, by set, today and when the set was new."""
    lines = [
        "## Requests to decline",
        "",
        "| set | harmful declined | 95 % CI | benign declined | 95 % CI | when the set was new |",
        "|---|--:|---|--:|---|---|",
    ]
    for file in FILES:
        texts = labelled(file)
        counts = {label: sum(declines(text, load()) is not None for text in group) for label, group in texts.items()}
        cells = [_cell(counts[label], len(texts[label])) for label in ("harmful", "benign")]
        lines.append(f"| {file.stem} | {cells[0]} | {cells[1]} | {FIRST[file.stem]} |")
    return [
        *lines,
        "",
        "The rules were widened after each set was first measured, so only the last column says how they do on "
        "wordings they have not seen: about three in four of plainly put requests, a third of paraphrased ones.",
    ]


def _cell(count: int, total: int) -> str:
    low, high = wilson(count, total)
    return f"{count} of {total} | {low:.1%} to {high:.1%}"
