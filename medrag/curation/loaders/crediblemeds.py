"""A CredibleMeds QTdrugs list (CSV with a generic name and a risk category), under the user's own registration."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from medrag.curation.loaders.names import ingredient, new_drugs
from medrag.errors import KnowledgeError
from medrag.knowledge.base import Knowledge

SOURCE = "CredibleMeds QTdrugs list, as added by the user"
GROUPS = {"known": "qt_known", "possible": "qt_possible", "conditional": "qt_possible"}


def read(path: Path, knowledge: Knowledge) -> dict[str, Any]:
    """Groups of ``classes.yaml`` and rows of ``drugs.csv``; the drugs are added to medrag's own groups.

    Raises :class:`~medrag.errors.KnowledgeError` when the columns cannot be told or no risk is named.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as opened:
            rows = list(csv.DictReader(opened))
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(f"{path} cannot be read: {error}") from error
    columns = list(rows[0]) if rows else []
    name = next((each for each in columns if "generic" in each.lower() or each.lower() in ("drug", "name")), None)
    risk = next((each for each in columns if "risk" in each.lower() or "category" in each.lower()), None)
    groups: dict[str, set[str]] = {}
    for row in rows if name and risk else ():
        word = next((word for word in GROUPS if word in (row[risk or ""] or "").lower()), None)
        if word:
            groups.setdefault(GROUPS[word], set()).add(ingredient(row[name or ""], knowledge))
    if not groups:
        raise KnowledgeError(
            f"{path} holds no list of drugs with their risk (columns for generic name and risk category)"
        )
    members = {group: {"members": sorted(drugs), "source": SOURCE} for group, drugs in groups.items()}
    return {"classes.yaml": members, "drugs.csv": new_drugs(set().union(*groups.values()), knowledge)}
