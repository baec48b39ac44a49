"""Joins genotypes with CPIC recommendations on the lookup key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from medrag.safety.knowledge.pgx import PgxEntry
from medrag.types import FactStatus, Genotype


def match(entries: Iterable[PgxEntry], genotypes: Sequence[Genotype]) -> list[PgxEntry]:
    """The entries every gene of which the patient has with the entry's key; no result is never "normal"."""
    keys: dict[str, set[str]] = {}
    for genotype in genotypes:
        if genotype.status is FactStatus.ACTIVE:
            values = (genotype.lookup_key, genotype.phenotype, genotype.activity_score)
            keys.setdefault(genotype.gene, set()).update(value for value in values if value)
    return [entry for entry in entries if all(key in keys.get(gene, ()) for gene, key in entry.keys.items())]
