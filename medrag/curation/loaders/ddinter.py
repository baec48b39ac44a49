"""DDInter's interaction lists (CSV: DDInterID_A, Drug_A, DDInterID_B, Drug_B, Level).

DDInter is CC BY-NC-SA 4.0: nothing of it ships with medrag; a user adds their own copy. A level is no
contraindication, so "Major" warns and the others stay quiet.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import Any

from medrag.curation.loaders.names import ingredient, new_drugs
from medrag.errors import KnowledgeError
from medrag.knowledge.base import Knowledge

SOURCE = "DDInter (Xiong et al., Nucleic Acids Res 2022;50:D1200-D1207)"
LEVELS = {"major": "warning", "moderate": "information", "minor": "information"}


def read(path: Path, knowledge: Knowledge) -> dict[str, list[dict[str, Any]]]:
    """Rows of ``interactions.yaml`` (grouped by first drug and level) and of ``drugs.csv`` for names not known yet.

    ``path`` is one CSV or a folder of them. Raises :class:`~medrag.errors.KnowledgeError` when none has the columns.
    """
    pairs: dict[tuple[str, str], set[str]] = defaultdict(set)
    names: set[str] = set()
    for file in sorted(path.glob("*.csv")) if path.is_dir() else [path]:
        for row in _rows(file):
            level = LEVELS.get(row["Level"].strip().lower())
            if level:
                one, other = (ingredient(row[column], knowledge) for column in ("Drug_A", "Drug_B"))
                names |= {one, other}
                pairs[one, level].add(other)
    if not pairs:
        raise KnowledgeError(f"{path} holds no DDInter interaction (columns Drug_A, Drug_B, Level)")
    interactions = [
        {
            "a": [one],
            "b": sorted(others),
            "severity": level,
            "reason": "interaction listed by DDInter",
            "source": SOURCE,
        }
        for (one, level), others in sorted(pairs.items())
    ]
    return {"interactions.yaml": interactions, "drugs.csv": new_drugs(names, knowledge)}


def _rows(file: Path) -> list[dict[str, str]]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as opened:
            rows = list(csv.DictReader(opened))
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(f"{file} cannot be read: {error}") from error
    return rows if rows and {"Drug_A", "Drug_B", "Level"} <= rows[0].keys() else []
