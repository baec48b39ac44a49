"""A gene's result as tables, notes and records give it: diplotype, phenotype, activity score and CPIC's lookup key."""

from __future__ import annotations

import re
from typing import Any

from medrag.knowledge import Knowledge
from medrag.knowledge.vocabulary import Gene
from medrag.patient.formats.phenotypes import Meaning, interpret
from medrag.patient.pharmacogenes import degree
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
_HLA_ALLELE = re.compile(r"\*\s?\d{2,3}:\d{2}")
GENE = re.compile(r"(?:HLA-[A-Z]{1,4}\d?|MT-[A-Z0-9]+|[A-Z][A-Z0-9]{1,9}(?:-[A-Z0-9]+)?)")


def absent(gene: str, source: str) -> Genotype:
    """A gene without a result."""
    return Genotype(gene=gene, lookup_key="No Result", status=FactStatus.UNCERTAIN, source=source)


def genotypes(  # noqa: PLR0913 (a row of a table, and what it is read with)
    gene: str, result: str | None, phenotype: str | None, score: str | None, source: str, knowledge: Knowledge
) -> list[Genotype]:
    """A gene's result as a table gives it; a ``result`` without an allele in it is taken for the phenotype.

    Where only a diplotype is given its meaning is looked up (HLA genes give one result an allele); a diplotype
    whose meaning is not known keeps its gene undetermined. A phenotype or score that contradicts its diplotype is a
    result of its own, so that the record is seen to say two things.
    """
    known = knowledge.genes.get(gene)
    diplotype, phenotype, score = said(result), said(phenotype), _score(said(score))
    if diplotype and phenotype is None and not re.search(r"[*/>:\d]", diplotype):
        diplotype, phenotype = None, diplotype
    if known and known.asked and (typed := _typed(known, diplotype, phenotype, source)):
        return [typed]
    meanings = interpret(known, diplotype) if diplotype else []
    apart: list[Genotype] = []
    if phenotype or score:
        agreeing = [each for each in meanings if not phenotype or _same(each.phenotype, phenotype)]
        if any(_conflict(each, phenotype, score) for each in meanings):
            apart = genotypes(gene, None, phenotype, score, source, knowledge)
        else:
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
    ] + apart or [absent(gene, source).model_copy(update={"diplotype": diplotype})]


def _typed(known: Gene, diplotype: str | None, phenotype: str | None, source: str) -> Genotype | None:
    """An HLA result that is no typing of both alleles: one allele, called positive or negative or only named."""
    words = f"{diplotype or ''} {phenotype or ''}"
    if (diplotype and interpret(known, diplotype)) or not _HLA_ALLELE.search(words):
        return None
    return Genotype(gene=known.key, diplotype=diplotype, phenotype=phenotype, source=source)


def _conflict(meant: Meaning, phenotype: str | None, score: str | None) -> bool:
    """Whether what a diplotype means is another thing than the phenotype or the score beside it."""
    told, means = degree(phenotype), degree(meant.phenotype)
    if told and means and told.removeprefix("likely ") != means.removeprefix("likely "):
        return True
    return bool(score and meant.activity_score and _bare(score) != _bare(meant.activity_score))


def _bare(score: str) -> str:
    return score.lstrip("\u2265>= ")


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
