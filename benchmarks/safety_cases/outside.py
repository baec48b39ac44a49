"""The filter against data that others made, where a copy of them is at hand."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from medrag.curation.loaders import cpic
from medrag.curation.loaders.names import ingredient
from medrag.knowledge import Knowledge, load
from medrag.patient.load import load as load_patient
from medrag.safety.checks.genome.match import match
from medrag.types import Severity

LEVELS = ("Major", "Moderate", "Minor")


def outside(folder: Path) -> list[str]:
    """Markdown lines: CPIC's recommendations in a PharmCAT report, and DDInter's levels beside medrag's."""
    knowledge = load()
    return ["## Beside other people's data", "", *_pharmcat(folder, knowledge), *_ddinter(folder, knowledge)]


def _pharmcat(folder: Path, knowledge: Knowledge) -> list[str]:
    report = folder / "pharmcat" / "pharmcat.example.report.json"
    if not report.is_file():
        return []
    genotypes = load_patient([report]).genotypes or ()
    same = 0
    theirs = cpic.read(report)
    for drug in theirs:
        found = match(knowledge.pgx.entries(drug["drug"]), genotypes, knowledge)
        ours = {(each.population, each.action, each.strength) for each in found}
        same += ours == {tuple(said[:3]) for said in drug["says"]}
    return [f"PharmCAT sample report: population, action and strength as CPIC's for {same} of {len(theirs)} drugs.", ""]


def _ddinter(folder: Path, knowledge: Knowledge) -> list[str]:
    """Pairs of drugs that the bundled knowledge has both of, by DDInter's level and by what medrag says."""
    counts: dict[str, Counter[str]] = {level: Counter() for level in LEVELS}
    seen: set[frozenset[str]] = set()
    for file in sorted((folder / "ddinter").glob("*.csv")):
        with file.open(newline="", encoding="utf-8-sig") as opened:
            for row in csv.DictReader(opened):
                pair = frozenset(ingredient(row[column], knowledge) for column in ("Drug_A", "Drug_B"))
                if row["Level"] in counts and len(pair) == 2 and pair <= knowledge.drugs.keys() and pair not in seen:
                    seen.add(pair)
                    counts[row["Level"]][_severity(pair, knowledge)] += 1
    if not seen:
        return []
    columns = [*(severity.value for severity in Severity), "no rule"]
    head = [f"| DDInter | pairs | {' | '.join(columns)} |", f"|---|{'--:|' * (len(columns) + 1)}"]
    rows = [
        f"| {level} | {count.total()} | {' | '.join(str(count[column]) for column in columns)} |"
        for level, count in counts.items()
    ]
    return [
        "DDInter (ATC groups B, H and V), pairs of ingredients that medrag knows, by medrag's severity:",
        "",
        *head,
        *rows,
    ]


def _severity(pair: frozenset[str], knowledge: Knowledge) -> str:
    one, other = sorted(pair)

    def side(name: str, of: str) -> frozenset[int]:
        return knowledge.concerning("interactions", of, (name,), None)

    places = (side(one, "a") & side(other, "b")) | (side(one, "b") & side(other, "a"))
    found = [knowledge.rules.interactions[place].severity for place in places]
    return min(found, key=list(Severity).index).value if found else "no rule"
