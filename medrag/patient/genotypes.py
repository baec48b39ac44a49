"""A gene's result as tables, notes and records give it: diplotype, phenotype, activity score and CPIC's lookup key."""

from __future__ import annotations

import re
from typing import Any

from medrag.knowledge import Knowledge
from medrag.knowledge.vocabulary import Gene
from medrag.patient.formats.phenotypes import Meaning, interpret
from medrag.types import FactStatus, Genotype

_NOTHING = {
    "",
    "n/a",
    "na",
    "none",
    "no result",
    "no call",
    "not called",
    "unknown",
    "unknown/unknown",
    "-",
    "null",
    "./.",
}
_OPEN = {"indeterminate", "uncertain", "possible", "ambiguous"}
GENE = re.compile(r"(?:HLA-[A-Z]{1,4}\d?|MT-[A-Z0-9]+|[A-Z][A-Z0-9]{1,9}(?:-[A-Z0-9]+)?)")


def absent(gene: str, source: str) -> Genotype:
    """A gene without a result."""
    return Genotype(gene=gene, lookup_key="No Result", status=FactStatus.UNCERTAIN, source=source)


def genotypes(  # noqa: PLR0913 (a row of a table, and what it is read with)
    gene: str, result: str | None, phenotype: str | None, score: str | None, source: str, knowledge: Knowledge
) -> list[Genotype]:
    """A gene's result as a table gives it; a ``result`` without an allele in it is taken for the phenotype.

    Where only a diplotype is given its meaning is looked up (HLA genes give one result an allele); a diplotype
    whose meaning is not known keeps its gene undetermined.
    """
    known = knowledge.genes.get(gene)
    diplotype, phenotype, score = said(result), said(phenotype), _score(said(score))
    if diplotype and phenotype is None and not re.search(r"[*/>:\d]", diplotype):
        diplotype, phenotype = None, diplotype
    meanings = interpret(known, diplotype) if diplotype else []
    if phenotype or score:
        agreeing = [each for each in meanings if not phenotype or _same(each.phenotype, phenotype)]
        score = score or next((each.activity_score for each in agreeing), None)
        meanings = [Meaning(phenotype or "", score, score or _key(known, phenotype or "") or "")]
    return [
        Genotype(
            gene=gene,
            diplotype=diplotype,
            phenotype=each.phenotype or None,
            activity_score=each.activity_score,
            lookup_key=each.lookup_key or None,
            status=FactStatus.UNCERTAIN if is_open(each.phenotype) else FactStatus.ACTIVE,
            source=source,
        )
        for each in meanings
    ] or [absent(gene, source).model_copy(update={"diplotype": diplotype})]


def said(value: Any) -> str | None:
    """A result's text, or ``None`` when it says that there is none."""
    words = str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    return None if words.casefold() in _NOTHING else words


def is_open(phenotype: str | None) -> bool:
    """Whether a phenotype leaves the question open."""
    return phenotype is not None and phenotype.casefold().split(" ")[0] in _OPEN - {"uncertain", "possible"}


def _score(score: str | None) -> str | None:
    """An activity score as CPIC writes it ("1" is "1.0")."""
    return f"{score}.0" if score and re.fullmatch(r"\u2265?\d+", score) else score


def _key(known: Gene | None, phenotype: str) -> str | None:
    """CPIC's lookup key of a phenotype alone; None where recommendations go by a score that it leaves open."""
    bands = [band for band in known.scores if _same(band.phenotype, phenotype)] if known else []
    if known is None or not known.scores or is_open(phenotype):
        return phenotype
    values = {value for band in bands for value in (band.low, band.high)}
    return f"{values.pop():.1f}" if len(values) == 1 else None


def _same(one: str, other: str) -> bool:
    return one.casefold().split()[0] == other.casefold().replace("metaboliser", "metabolizer").split()[0]
