"""Pharmacogenes in FHIR Observations: HL7's Genomics Reporting and the results that LOINC has codes for.

https://hl7.org/fhir/uv/genomics-reporting/: a genotype (LOINC 84413-4) or an effect on drug metabolism (53040-2), with
the gene studied (48018-6) as a component; LOINC's "CYP2D6 gene product metabolic activity interpretation" (79715-9)
and "CYP2D6 gene allele..." name the gene themselves. A variant (69548-6) that is present in one or two copies is the
diplotype of a gene of which it is the only one.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache

from medrag.knowledge import Knowledge
from medrag.patient.fhir import status
from medrag.patient.fhir.bundle import Entry
from medrag.patient.fhir.observations import DATES
from medrag.patient.fhir.values import Json, codes, concept, objects, text, when
from medrag.patient.genotypes import genotypes
from medrag.types import FactStatus, Genotype, Problem

_GENE_STUDIED = "48018-6"
_HAPLOTYPES = {"84413-4", "84414-2"}
_EFFECT = {"53040-2", "51964-5"}
_VARIANT = "69548-6"
_PRESENT = "LA9633-4"
_ABSENT = "LA9634-2"
_CHANGES = {"48004-6", "81255-2", "47998-0", "81252-9"}
"""The variant's change by HGVS, its number in dbSNP, its name, its number in ClinVar."""
_ALLELIC_STATE = "53034-5"
_COPIES = {"LA6706-1": 1, "LA6705-3": 2}
_RESULT = re.compile(
    r"metabolic activity|metaboli[sz]er|phenotype|genotype|diplotype|haplotype|star allele|gene allele", re.I
)


def genotypes_of(entry: Entry, origin: str, knowledge: Knowledge) -> Iterator[Genotype]:
    """The results of one pharmacogene that an Observation gives; none for any other Observation."""
    resource = entry.resource
    parts = objects(resource.get("component"))
    stands = status.observation(resource)
    gene = _gene(resource, parts, knowledge)
    if gene is None or stands in {FactStatus.REFUTED, FactStatus.NEGATED}:
        return
    diplotype = _said([each for each in (resource, *parts) if _is(each, _HAPLOTYPES)])
    phenotype = _said([each for each in (resource, *parts) if _is(each, _EFFECT)])
    if diplotype is None and phenotype is None and _RESULT.search(_name(resource)):
        diplotype = _said([resource])
    if diplotype is None and phenotype is None:
        return
    for each in genotypes(gene, _plain(diplotype, gene), phenotype, None, f"{origin}#{entry.name}", knowledge):
        kept = each.status if stands is FactStatus.ACTIVE else FactStatus.UNCERTAIN
        yield each.model_copy(update={"status": kept, "date": when(resource, *DATES)})


def variants_of(
    entries: Iterable[Entry], told: Container[str], origin: str, knowledge: Knowledge
) -> Iterator[Genotype | Problem]:
    """The diplotype of each pharmacogene of which one known variant is present; a problem for one that stays open.

    Genes whose result is ``told`` elsewhere are left out.
    """
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        gene = _gene_of_variant(entry.resource, knowledge) if entry.type == "Observation" else None
        if gene and gene not in told:
            found.setdefault(gene, []).append(entry)
    for gene, held in found.items():
        diplotype = _with_variant(held[0].resource, gene, knowledge) if len(held) == 1 else None
        source = f"{origin}#{held[0].name}"
        if diplotype is None:
            reason = f"{gene}: {len(held)} variant(s) whose alleles are not told; PharmCAT can call them"
            yield Problem(source=source, reason=reason, lost=("genotypes",))
            continue
        stands = status.observation(held[0].resource)
        for each in genotypes(gene, diplotype, None, None, source, knowledge):
            kept = each.status if stands is FactStatus.ACTIVE else FactStatus.UNCERTAIN
            yield each.model_copy(update={"status": kept, "date": when(held[0].resource, *DATES)})


def _gene_of_variant(resource: Json, knowledge: Knowledge) -> str | None:
    """The pharmacogene of a variant that is not said to be absent."""
    stated = {code for _, code in codes(resource.get("valueCodeableConcept"))}
    refuted = status.observation(resource) in {FactStatus.REFUTED, FactStatus.NEGATED}
    if not _is(resource, {_VARIANT}) or _ABSENT in stated or refuted:
        return None
    studied = [_said([each]) for each in objects(resource.get("component")) if _is(each, {_GENE_STUDIED})]
    return next(iter(_named([each for each in studied if each], knowledge)), None)


def _with_variant(resource: Json, gene: str, knowledge: Knowledge) -> str | None:
    """Both alleles of a gene with one variant; None where the variant, its presence or its copies are not known."""
    known, parts = knowledge.genes[gene], objects(resource.get("component"))
    names = [name for each in parts if _is(each, _CHANGES) for name in _names(each)]
    allele = next((name for name in names if known.function(name)), None)
    states = {code for each in parts if _is(each, {_ALLELIC_STATE}) for code in _value_codes(each)}
    copies = next((_COPIES[code] for code in states if code in _COPIES), None)
    if allele is None or copies is None or _PRESENT not in _value_codes(resource):
        return None
    return f"{allele}/{allele if copies > 1 else 'Reference'}"


def _value_codes(holder: Json) -> set[str]:
    return {code for _, code in codes(holder.get("valueCodeableConcept"))}


def _names(holder: Json) -> Iterator[str]:
    """What a component calls a variant, without its transcript ("NM_000110.4:")."""
    for each in (*_value_codes(holder), _said([holder]) or ""):
        yield from (each.rpartition(":")[2].strip(), *each.rpartition(":")[2].split())


def _gene(resource: Json, parts: list[Json], knowledge: Knowledge) -> str | None:
    named = _is(resource, _HAPLOTYPES | _EFFECT) or _RESULT.search(_name(resource)) is not None
    if not parts and not named:
        return None
    studied = [_said([each]) for each in parts if _is(each, {_GENE_STUDIED})]
    words = [each for each in (*studied, _name(resource), _said([resource])) if each]
    found = _named(words[:1], knowledge) if studied else []
    if not studied and named:
        found = _named(words, knowledge)
    return found[0] if found else None


def _named(words: list[str], knowledge: Knowledge) -> list[str]:
    """The first pharmacogene that each of the texts names by its symbol."""
    return [match[1] for each in words if (match := _symbol(knowledge).search(each))]


@lru_cache(maxsize=4)
def _symbol(knowledge: Knowledge) -> re.Pattern[str]:
    symbols = "|".join(sorted(map(re.escape, knowledge.genes), key=len, reverse=True))
    return re.compile(rf"(?<![A-Za-z0-9-])({symbols})(?![A-Za-z0-9])")


def _name(resource: Json) -> str:
    code = concept(resource.get("code"))
    return code.display if code else ""


def _is(holder: Json, wanted: set[str]) -> bool:
    return any(code in wanted for _, code in codes(holder.get("code")))


def _said(holders: list[Json]) -> str | None:
    """The first value in words."""
    for holder in holders:
        found = concept(holder.get("valueCodeableConcept"))
        if words := found.display if found else text(holder.get("valueString")):
            return words
    return None


def _plain(diplotype: str | None, gene: str) -> str | None:
    """The diplotype without the gene's name before it or before each allele."""
    return (
        re.sub(rf"\b{re.escape(gene)}\s*(?=\*|c\.|:)|\b{re.escape(gene)}\s+", "", diplotype).strip()
        if diplotype
        else None
    )
