"""CPIC's prescribing recommendations, joined on a gene's lookup key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from medrag.types import Record

Says = tuple[str, str, str, tuple[tuple[str, ...], ...]]
"""Population, action, strength, and the lookup keys (one a gene) for which CPIC says so."""


class PgxDrug(Record):
    """One drug's recommendations as stored: compact, without CPIC's texts."""

    drug: str
    source: str
    genes: tuple[str, ...]
    says: tuple[Says, ...]


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


class PgxTable:
    """Recommendations by drug; the entries of a drug are made when they are first asked for."""

    def __init__(self, drugs: Iterable[PgxDrug]) -> None:
        self._drugs = {each.drug: each for each in drugs}
        self._entries: dict[str, tuple[PgxEntry, ...]] = {}

    def __len__(self) -> int:
        return len(self._drugs)

    def entries(self, drug: str) -> tuple[PgxEntry, ...]:
        """Every recommendation on ``drug``."""
        if drug not in self._drugs:
            return ()
        if drug not in self._entries:
            self._entries[drug] = tuple(_entries(self._drugs[drug]))
        return self._entries[drug]


def _entries(drug: PgxDrug) -> Iterable[PgxEntry]:
    for population, action, strength, rows in drug.says:
        for row in rows:
            keys = dict(zip(drug.genes, row, strict=True))
            yield PgxEntry(drug.drug, keys, population, action, strength, drug.source)
