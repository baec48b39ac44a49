"""The genome from PharmCAT's JSON (phenotype or report) and from plain tables of diplotypes or phenotypes.

A result that is absent, indeterminate or was not called is kept as such and marked uncertain: it is never normal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from medrag.errors import PatientError
from medrag.knowledge import Knowledge
from medrag.patient.fhir.values import moment_of, objects
from medrag.patient.formats.rows import split_rows
from medrag.patient.genotypes import GENE, absent, genotypes, is_open, said
from medrag.patient.record.facts import assemble
from medrag.types import FactStatus, Genotype, Patient, Problem

_LIMIT = 4

# --- PharmCAT --------------------------------------------------------------------------------------


def is_pharmcat(content: dict[str, Any]) -> bool:
    """Whether a JSON object is PharmCAT's phenotype or report (of its versions 2 and 3)."""
    return "geneReports" in content or ("genes" in content and ("pharmcatVersion" in content or "drugs" in content))


def read_pharmcat(content: dict[str, Any], origin: str) -> Patient:
    """The genotypes of a PharmCAT phenotype or report JSON. Raises ``PatientError`` when it holds no genes."""
    reports = list(_gene_reports(content.get("geneReports", content.get("genes"))))
    if not reports:
        raise PatientError(f"{origin}: is PharmCAT JSON without gene reports")
    metadata = content.get("matcherMetadata")
    stamp = content.get("timestamp") or (metadata.get("timestamp") if isinstance(metadata, dict) else None)
    found: list[Genotype] = []
    problems: list[Problem] = []
    for gene, report in reports:
        calls = _diplotypes(report)
        source = f"{origin}#{gene}"
        made = [each for call in calls[:_LIMIT] for each in _calls(gene, report, call, source)]
        made = made or [absent(gene, source)]
        found += [each.model_copy(update={"date": moment_of(stamp)}) for each in made]
        problems += [Problem(source=f"{origin}#{gene}", reason=reason) for reason in _remarks(gene, report, calls)]
    return assemble(found, problems)


def _gene_reports(genes: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """By gene; PharmCAT 2 nests them by source (CPIC, DPWG): the first source that has a gene gives its call."""
    seen: set[str] = set()
    if not isinstance(genes, dict):
        return
    groups = (
        [genes]
        if not {"CPIC", "DPWG"} & genes.keys()
        else [group for group in genes.values() if isinstance(group, dict)]
    )
    for group in groups:
        for gene, report in group.items():
            if isinstance(report, dict) and GENE.fullmatch(gene) and gene not in seen:
                seen.add(gene)
                yield gene, report


def _diplotypes(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The diplotypes called, or, where those have no lookup key, the ones that recommendations go by.

    DPYD's are found by the two variants of the lowest activity, whatever else was called (PharmCAT).
    """
    called = objects(report.get("sourceDiplotypes"))
    used = objects(report.get("recommendationDiplotypes"))
    named = [said(call.get("label")) for call in called]
    if not used or any(_texts(call.get("lookupKey")) for call in called):
        return called
    label = named[0] if len(named) == 1 else None
    return [{**call, "label": label or call.get("label")} for call in used]


def _calls(gene: str, report: dict[str, Any], call: dict[str, Any], source: str) -> Iterator[Genotype]:
    """One result for each lookup key: HLA genes have one an allele ("*15:02 positive"), other genes a single one."""
    diplotype = said(call.get("label"))
    phenotypes = _texts(call.get("phenotypes"))
    keys = _texts(call.get("lookupKey")) or phenotypes
    called = report.get("callSource") != "NONE" and diplotype is not None
    for key in keys if called and len(keys) > 1 else [keys[0] if keys else None]:
        phenotype = key if key in phenotypes else "; ".join(phenotypes) or None
        yield Genotype(
            gene=gene,
            diplotype=diplotype,
            phenotype=phenotype,
            activity_score=said(call.get("activityScore")),
            lookup_key=key if called else "No Result",
            status=FactStatus.ACTIVE if called and not is_open(phenotype or key) else FactStatus.UNCERTAIN,
            source=source,
        )


def _remarks(gene: str, report: dict[str, Any], calls: list[dict[str, Any]]) -> Iterator[str]:
    if len(calls) > 1:
        yield f"{gene}: {len(calls)} possible diplotypes; the genotype is ambiguous"
    if report.get("hasUndocumentedVariations") is True:
        yield f"{gene}: variation at a position of the gene that its allele definitions do not know"
    missing = [each for each in objects(report.get("variants")) if each.get("call") is None]
    if missing and calls and report.get("callSource") == "MATCHER":
        yield f"{gene}: {len(missing)} of its positions were not in the VCF; alleles they define cannot be ruled out"


# --- tables ----------------------------------------------------------------------------------------

_COLUMNS = {
    "gene": ("gene", "gene symbol", "symbol"),
    "diplotype": ("diplotype", "genotype", "alleles", "allele", "star alleles", "result"),
    "phenotype": ("phenotype", "metabolizer status", "metaboliser status", "phenotypes", "interpretation"),
    "activity_score": ("activity score", "activity_score", "activityscore", "score"),
    "date": ("date", "test date", "reported"),
}


_GENE_AND_ALLELE = re.compile(r"(HLA-[A-Z]{1,4}\d?)\s*(\*\s?\d{2,3}:\d{2,3})")


def read_gene_table(text: str, origin: str, knowledge: Knowledge) -> Patient:
    """Genotypes from tab- or comma-separated rows: with a header naming its columns, or in PharmCAT's outside-call
    order (gene, diplotype, phenotype, activity score). Raises ``PatientError`` when no row names a gene.
    """
    delimiter = "\t" if "\t" in text else ";" if ";" in text and "," not in text else ","
    rows = [row for row in split_rows(text, delimiter, origin) if any(row) and not row[0].startswith("#")]
    names = header(rows[0]) if rows else None
    found: list[Genotype] = []
    problems: list[Problem] = []
    for number, row in enumerate(rows[1:] if names else rows, start=2 if names else 1):
        cells = dict(zip(names or _COLUMNS, row, strict=False))
        if allele := _GENE_AND_ALLELE.fullmatch(cells.get("gene", "").upper()):
            cells = {**cells, "gene": allele[1], "diplotype": f"{allele[2]} {cells.get('diplotype', '')}".strip()}
        if GENE.fullmatch(gene := cells.get("gene", "").upper()):
            found += _row(gene, cells, f"{origin}:row {number}", knowledge)
        else:
            reason = "names no gene; not read"
            problems.append(Problem(source=f"{origin}:row {number}", reason=reason, lost=("genotypes",)))
    if not found:
        raise PatientError(f"{origin}: no row of the table names a gene")
    return assemble(found, problems)


def header(row: list[str]) -> list[str] | None:
    """The columns a header row names, in our terms; ``None`` when the row is not a header of a gene table."""
    folded = [cell.casefold().lstrip("\ufeff") for cell in row]
    names = [next((ours for ours, theirs in _COLUMNS.items() if cell in theirs), cell) for cell in folded]
    return names if "gene" in names else None


def _row(gene: str, cells: dict[str, str], source: str, knowledge: Knowledge) -> list[Genotype]:
    made = genotypes(
        gene, cells.get("diplotype"), cells.get("phenotype"), cells.get("activity_score"), source, knowledge
    )
    return [each.model_copy(update={"date": moment_of(cells.get("date"))}) for each in made]


def _texts(values: Any) -> list[str]:
    items = values if isinstance(values, list) else [values]
    return [found for each in items if (found := said(each))]
