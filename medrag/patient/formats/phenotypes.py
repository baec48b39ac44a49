"""What a diplotype means: phenotype and CPIC lookup key of common alleles, for results that give a diplotype only.

After CPIC's diplotype-to-phenotype tables (cpicpgx.org). A diplotype with an allele that is not in
the vocabulary's ``genes`` is not interpreted, and its gene stays undetermined.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from medrag.knowledge.vocabulary import Gene

_REFERENCE = re.compile(r"(?:wt|wild[\s-]?type|ref(?:erence)?|normal)", re.IGNORECASE)
_ZYGOSITY = re.compile(
    r"\b(?:(?P<both>homo\w*)|(?P<one>hetero?\w*|het|carrier))\b|\((?P<aside>[^()]{0,120})\)", re.IGNORECASE
)


class Meaning(NamedTuple):
    """A phenotype, its activity score where the gene has one, and the key CPIC looks recommendations up by."""

    phenotype: str
    activity_score: str | None
    lookup_key: str


def interpret(gene: Gene | None, diplotype: str) -> list[Meaning]:
    """The meanings of a diplotype such as ``*1/*2``: one (HLA genes: one an allele), or none where it is not known."""
    alleles = _alleles(gene, diplotype) if gene else []
    if gene is None or len(alleles) != 2:
        return _present(gene, diplotype)
    if gene.asked:
        return _hla(gene, alleles)
    if gene.phenotypes:
        return _by_function(gene, alleles)
    return _scored(gene, alleles)


def _alleles(gene: Gene, diplotype: str) -> list[str]:
    """Both alleles; a variant with its zygosity in words ("c.2846A>T heterozygous") stands for two."""
    standard = gene.written.get(re.sub(r"[\s.]|^c\.", "", diplotype.replace(gene.key, "")), diplotype)
    written = (
        re.sub(r"(?<=[\dA-Z])\*", "/*", standard.replace(gene.key, "").replace("|", "/"))
        if "/" not in standard
        else standard
    )
    alleles = [_allele(part, gene) for part in re.split(r"[/|]|\s\+\s", written)]
    if len(alleles) == 1 and (zygosity := _ZYGOSITY.search(diplotype)) and not zygosity["aside"]:
        return alleles * 2 if zygosity["both"] else [*alleles, _reference(gene)]
    return alleles


def _allele(written: str, gene: Gene) -> str:
    """The allele's name, of several ("c.1905+1G>A (*2A)") the first that is known."""
    asides = [m["aside"] for m in _ZYGOSITY.finditer(written) if m["aside"]]
    names = [name.strip().removeprefix(gene.key).strip(" ,:") for name in (_ZYGOSITY.sub(" ", written), *asides)]
    if _REFERENCE.fullmatch(names[0]):
        return _reference(gene)
    return next((name for name in names if gene.function(re.sub(r"[x×]\d+$", "", name))), names[0])


def _reference(gene: Gene) -> str:
    return "*1" if gene.function("*1") else "Reference"


def _present(gene: Gene | None, variant: str) -> list[Meaning]:
    """The meaning of one variant whose presence alone decides (a mitochondrial or a dominant one)."""
    found = gene.present if gene else {}
    named = [phenotype for phenotype, variants in found.items() if any(each in variant for each in variants)]
    return [Meaning(phenotype, None, phenotype) for phenotype in named[:1]]


def _by_function(gene: Gene, alleles: list[str]) -> list[Meaning]:
    functions = sorted(gene.function(allele) or "?" for allele in alleles)
    found = [each.phenotype for each in gene.phenotypes if sorted(each.functions) == functions]
    return [Meaning(phenotype, None, phenotype) for phenotype in found]


def _hla(gene: Gene, alleles: list[str]) -> list[Meaning]:
    """Positive or negative for each allele asked for; a typing without its second field says nothing."""
    if not all(re.match(r"\*\d+:\d+", allele) for allele in alleles):
        return []
    typed = {":".join(allele.split(":")[:2]) for allele in alleles}
    said = [f"{allele} {'positive' if allele in typed else 'negative'}" for allele in gene.asked]
    return [Meaning(each, None, each) for each in said]


def _scored(gene: Gene, alleles: list[str]) -> list[Meaning]:
    values = [_activity(gene, allele) for allele in alleles]
    if None in values:
        return []
    score = sum(value for value in values if value is not None)
    shown = f"{score:g}" if "." in f"{score:g}" else f"{score:g}.0"
    phenotype = next((band for band in gene.scores if score <= band.high), gene.scores[-1]).phenotype
    return [Meaning(phenotype, shown, f"≥{shown}" if gene.key == "CYP2D6" and score > 3 else shown)]


def _activity(gene: Gene, allele: str) -> float | None:
    """An allele's activity value; ``*1x2`` counts twice, an unknown number of copies (``xN``) is not interpreted."""
    match = re.fullmatch(r"(.+?)(?:[x×](\d+))?", allele)
    value = gene.function(match[1]) if match else None
    return None if value is None or match is None else float(value) * int(match[2] or 1)
