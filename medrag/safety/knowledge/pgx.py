"""CPIC's prescribing recommendations, joined on a gene's lookup key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PgxEntry:
    """One recommendation: for ``drug`` in ``population`` when every gene of ``keys`` has that lookup key.

    ``action`` is standard, adjust, avoid or none (no guidance); ``strength`` is CPIC's word.
    """

    drug: str
    keys: Mapping[str, str]
    population: str
    action: str
    strength: str
    source: str


@dataclass(frozen=True)
class PgxTable:
    """Recommendations by drug."""

    entries: Mapping[str, tuple[PgxEntry, ...]]

    @classmethod
    def from_entries(cls, rows: Iterable[Mapping[str, Any]]) -> PgxTable:
        """From the rows of ``pgx.json``."""
        entries: dict[str, list[PgxEntry]] = {}
        for row in rows:
            entries.setdefault(row["drug"], []).append(PgxEntry(**row))
        return cls({drug: tuple(group) for drug, group in entries.items()})
