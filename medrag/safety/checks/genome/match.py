"""Joins genotypes with CPIC recommendations on the lookup key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from medrag.knowledge import Knowledge
from medrag.knowledge.pgx import PgxEntry
from medrag.knowledge.vocabulary import Gene
from medrag.patient.pharmacogenes import gene_of, holds, usable
from medrag.types import Genotype

NO_RESULT = "No Result"
CAUTION = {"avoid": 0, "adjust": 1, "none": 2, "standard": 3}


def match(entries: Iterable[PgxEntry], genotypes: Sequence[Genotype], knowledge: Knowledge) -> list[PgxEntry]:
    """The entries that hold for the genotypes; of several scores that a phenotype leaves open, the most cautious.

    A gene without a result matches only CPIC's "No Result", and at least one gene must have a result.
    """
    keys = _keys(genotypes, knowledge)
    found: dict[str, PgxEntry] = {}
    for entry in entries:
        if any(gene in keys for gene in entry.keys) and all(
            _holds(key, keys.get(gene), knowledge.genes.get(gene)) for gene, key in entry.keys.items()
        ):
            best = found.get(entry.population)
            if best is None or CAUTION[entry.action] < CAUTION[best.action]:
                found[entry.population] = entry
    return list(found.values())


def _keys(genotypes: Sequence[Genotype], knowledge: Knowledge) -> dict[str, list[Genotype]]:
    keys: dict[str, list[Genotype]] = {}
    for genotype in usable(genotypes):
        keys.setdefault(gene_of(genotype, knowledge), []).append(genotype)
    return keys


def _holds(key: str, results: Sequence[Genotype] | None, gene: Gene | None) -> bool:
    return key == NO_RESULT if results is None else any(holds(key, each, gene) for each in results)
