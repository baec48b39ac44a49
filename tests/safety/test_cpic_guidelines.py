"""The bundled recommendations against CPIC's guideline files, read here without the loader."""

import io
import json
import tarfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from medrag.knowledge import load
from medrag.safety.checks.genome.match import match
from medrag.types import Genotype
from tests.paths import SHARED

ARCHIVE = SHARED / "cpic" / "guidelines.tar.xz"
KNOWLEDGE = load()
NOT_A_RESULT = "xN combinations"
"""CPIC's placeholder for what is no valid copy number; it carries no recommendation."""
WITHOUT_TABLE = {"warfarin", "ribavirin", "peginterferon alfa-2a", "peginterferon alfa-2b"}
"""Level A drugs whose guideline is an algorithm or a likelihood of response, with no recommendation by lookup key."""

pytestmark = pytest.mark.skipif(not ARCHIVE.exists(), reason=f"CPIC's guideline files are not at {ARCHIVE}")


@cache
def guidelines() -> tuple[dict[str, Any], ...]:
    with tarfile.open(ARCHIVE) as archive:
        members = [each for each in archive if Path(each.name).name.startswith("CPIC_")]
        files = [archive.extractfile(each) for each in members]
        return tuple(json.load(io.TextIOWrapper(file, "utf-8")) for file in files if file)


def recommendations() -> Iterator[tuple[str, dict[str, str], str, str]]:
    """Drug, lookup keys by gene, population and strength of every recommendation."""
    for guideline in guidelines():
        for item in guideline["recommendations"]:
            keys = item.get("lookupKey") or {}
            if keys and NOT_A_RESULT not in keys.values():
                for chemical in item["relatedChemicals"]:
                    strength = (item.get("classification") or {}).get("term") or ""
                    yield chemical["name"], keys, item.get("population") or "general", strength


def test_every_guideline_drug_is_known_to_the_filter() -> None:
    named = {drug["name"] for guideline in guidelines() for drug in guideline["guideline"]["relatedChemicals"]}
    assert {name for name in named if not KNOWLEDGE.pgx.entries(name)} == WITHOUT_TABLE & named
    assert named - WITHOUT_TABLE <= KNOWLEDGE.drugs.keys()


def test_every_lookup_key_gives_its_population_and_strength() -> None:
    checked = 0
    for drug, keys, population, strength in recommendations():
        genotypes = [Genotype(gene=gene, lookup_key=key) for gene, key in keys.items()]
        said = {(each.population, each.strength) for each in match(KNOWLEDGE.pgx.entries(drug), genotypes, KNOWLEDGE)}
        assert not strength or (population, strength) in said, (drug, keys, population)
        checked += 1
    assert checked > 1900


def test_a_population_of_one_recommendation_is_not_given_for_another() -> None:
    theirs: dict[tuple[str, tuple[tuple[str, str], ...]], set[tuple[str, str]]] = {}
    for drug, keys, population, strength in recommendations():
        theirs.setdefault((drug, tuple(sorted(keys.items()))), set()).add((population, strength))
    for (drug, keys), expected in theirs.items():
        genotypes = [Genotype(gene=gene, lookup_key=key) for gene, key in keys]
        said = {(each.population, each.strength) for each in match(KNOWLEDGE.pgx.entries(drug), genotypes, KNOWLEDGE)}
        assert said <= expected, (drug, keys)
