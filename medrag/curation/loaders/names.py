"""Foreign drug names in medrag's terms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from medrag.knowledge.base import Knowledge
from medrag.knowledge.names import normalise


def ingredient(name: str, knowledge: Knowledge) -> str:
    """The ingredient that ``name`` means, or the name itself in lower case where it is not known."""
    known = knowledge.names.get(normalise(name))
    return known.ingredients[0] if known and len(known.ingredients) == 1 else name.strip().lower()


def new_drugs(names: Iterable[str], knowledge: Knowledge) -> list[dict[str, Any]]:
    """Rows of ``drugs.csv`` for the names that are not known yet."""
    return [{"name": name} for name in sorted(set(names)) if name not in knowledge.drugs]
