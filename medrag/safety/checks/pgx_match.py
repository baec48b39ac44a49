"""Joins genotypes with CPIC recommendations on the lookup key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from medrag.knowledge.pgx import PgxEntry
from medrag.knowledge.vocabulary import Gene
from medrag.types import FactStatus, Genotype

NO_RESULT = "No Result"
CAUTION = {"avoid": 0, "adjust": 1, "none": 2, "standard": 3}


def match(entries: Iterable[PgxEntry], genotypes: Sequence[Genotype], genes: Mapping[str, Gene]) -> list[PgxEntry]:
    """The entries that hold for the genotypes; of several scores that a phenotype leaves open, the most cautious.

    A gene without a result matches only CPIC's "No Result", and at least one gene must have a result.
    """
    keys = _keys(genotypes)
    found: dict[str, PgxEntry] = {}
    for entry in entries:
        if any(gene in keys for gene in entry.keys) and all(
            _holds(key, keys.get(gene), genes.get(gene)) for gene, key in entry.keys.items()
        ):
            best = found.get(entry.population)
            if best is None or CAUTION[entry.action] < CAUTION[best.action]:
                found[entry.population] = entry
    return list(found.values())


def _keys(genotypes: Sequence[Genotype]) -> dict[str, list[Genotype]]:
    keys: dict[str, list[Genotype]] = {}
    for genotype in genotypes:
        usable = genotype.status is FactStatus.ACTIVE and genotype.lookup_key != NO_RESULT
        if usable and (genotype.lookup_key or genotype.phenotype or genotype.activity_score or genotype.diplotype):
            keys.setdefault(genotype.gene, []).append(genotype)
    return keys


def _holds(key: str, results: Sequence[Genotype] | None, gene: Gene | None) -> bool:
    return key == NO_RESULT if results is None else any(_same(key, each, gene) for each in results)


def _same(key: str, genotype: Genotype, gene: Gene | None) -> bool:
    if genotype.lookup_key:
        return key == genotype.lookup_key
    if genotype.activity_score:
        return key == genotype.activity_score or _number(key) == _number(genotype.activity_score) is not None
    phenotype = _phenotype(genotype.phenotype)
    if phenotype and key.lower() == phenotype:
        return True
    bands = [band for band in (gene.scores if gene else ()) if band.phenotype.lower() == phenotype]
    value = _number(key)
    if bands and value is not None:
        return bands[0].low <= value <= bands[0].high
    allele = key.removesuffix(" positive")
    return key.endswith(" positive") and allele in (genotype.diplotype or "").split("/")


def _phenotype(text: str | None) -> str:
    plain = (text or "").lower().replace("metaboliser", "metabolizer").replace("ultra-rapid", "ultrarapid")
    plain = re.sub(r"^(?:cyp|tpmt|nudt|slco)\w+\s+", "", plain).strip()
    short = {
        "pm": "poor",
        "im": "intermediate",
        "nm": "normal",
        "em": "normal metabolizer",
        "rm": "rapid",
        "um": "ultrarapid",
    }
    word = short.get(plain, plain)
    return f"{word} metabolizer" if word in ("poor", "intermediate", "normal", "rapid", "ultrarapid") else word


def _number(text: str) -> float | None:
    match = re.fullmatch(r"≥?(\d+(?:\.\d+)?)", text)
    return float(match[1]) if match else None
