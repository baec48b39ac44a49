"""What a diplotype means: phenotype and CPIC lookup key of common alleles, for tables that give diplotypes only.

After CPIC's diplotype-to-phenotype tables (cpicpgx.org). A diplotype with an allele that is not in
``lexicon/alleles.txt`` is not interpreted, and its gene stays undetermined.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from medrag.knowledge import lexicon

# Alleles whose presence or absence CPIC's recommendations ask for.
_HLA = {"HLA-B": ("*15:02", "*57:01", "*58:01"), "HLA-A": ("*31:01",)}
_ENZYME = {
    ("normal", "normal"): "Normal Metabolizer",
    ("none", "normal"): "Intermediate Metabolizer",
    ("none", "none"): "Poor Metabolizer",
}
_CYP2C19 = _ENZYME | {
    ("increased", "increased"): "Ultrarapid Metabolizer",
    ("increased", "normal"): "Rapid Metabolizer",
    ("increased", "none"): "Intermediate Metabolizer",
    ("decreased", "normal"): "Likely Intermediate Metabolizer",
    ("decreased", "increased"): "Likely Intermediate Metabolizer",
    ("decreased", "decreased"): "Likely Intermediate Metabolizer",
    ("decreased", "none"): "Likely Poor Metabolizer",
}
_UGT1A1 = {
    ("normal", "normal"): "Normal Metabolizer",
    ("decreased", "normal"): "Intermediate Metabolizer",
    ("decreased", "decreased"): "Poor Metabolizer",
}
_SLCO1B1 = {
    ("normal", "normal"): "Normal Function",
    ("none", "normal"): "Decreased Function",
    ("none", "none"): "Poor Function",
}
_BY_FUNCTION = {
    "CYP2C19": _CYP2C19,
    "TPMT": _ENZYME,
    "NUDT15": _ENZYME,
    "CYP3A5": _ENZYME,
    "UGT1A1": _UGT1A1,
    "SLCO1B1": _SLCO1B1,
}


class Meaning(NamedTuple):
    """A phenotype, its activity score where the gene has one, and the key CPIC looks recommendations up by."""

    phenotype: str
    activity_score: str | None
    lookup_key: str


def interpret(gene: str, diplotype: str) -> list[Meaning]:
    """The meanings of a diplotype such as ``*1/*2``: one (HLA genes: one an allele), or none where it is not known."""
    alleles = [allele.strip().removeprefix(gene).strip() for allele in re.split(r"[/|]", diplotype)]
    if gene in _HLA:
        return _hla(gene, alleles)
    if len(alleles) != 2:
        return []
    if gene in _BY_FUNCTION:
        first, second = sorted(lexicon.alleles().get((gene, allele), "?") for allele in alleles)
        phenotype = _BY_FUNCTION[gene].get((first, second))
        return [Meaning(phenotype, None, phenotype)] if phenotype else []
    return _scored(gene, alleles)


def _hla(gene: str, alleles: list[str]) -> list[Meaning]:
    """Positive or negative for each allele asked for; a typing without its second field says nothing."""
    if len(alleles) != 2 or not all(re.match(r"\*\d+:\d+", allele) for allele in alleles):
        return []
    typed = {":".join(allele.split(":")[:2]) for allele in alleles}
    said = [f"{allele} {'positive' if allele in typed else 'negative'}" for allele in _HLA[gene]]
    return [Meaning(each, None, each) for each in said]


def _scored(gene: str, alleles: list[str]) -> list[Meaning]:
    values = [_activity(gene, allele) for allele in alleles]
    if None in values:
        return []
    score = sum(value for value in values if value is not None)
    shown = f"{score:g}" if "." in f"{score:g}" else f"{score:g}.0"
    phenotype = _metabolizer(gene, score)
    return [Meaning(phenotype, shown, f"≥{shown}" if gene == "CYP2D6" and score > 3 else shown)]


def _activity(gene: str, allele: str) -> float | None:
    """An allele's activity value; ``*1x2`` counts twice, an unknown number of copies (``xN``) is not interpreted."""
    match = re.fullmatch(r"(.+?)(?:[x×](\d+))?", allele)
    value = lexicon.alleles().get((gene, match[1])) if match else None
    return None if value is None or match is None else float(value) * int(match[2] or 1)


def _metabolizer(gene: str, score: float) -> str:
    if gene == "CYP2D6":
        bands = ((0, "Poor"), (1.24, "Intermediate"), (2.25, "Normal"))
        return next((f"{name} Metabolizer" for limit, name in bands if score <= limit), "Ultrarapid Metabolizer")
    return "Normal Metabolizer" if score >= 2 else "Intermediate Metabolizer" if score >= 1 else "Poor Metabolizer"
