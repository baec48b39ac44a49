"""The patient's genotypes against CPIC's recommendations for the advised drugs."""

from __future__ import annotations

from collections.abc import Iterable

from medrag.safety.checks.context import Context, fail, not_assessed, passed
from medrag.safety.checks.pgx_match import match
from medrag.types import Finding, Severity

NAME = "pharmacogenomics"
TEST_FIRST = frozenset({"abacavir", "rasburicase", "pegloticase", "primaquine", "tafenoquine", "siponimod"})
"""Drugs whose US labels ask for the genetic test before the first dose; others may be given untested."""


def pharmacogenomics(context: Context) -> Iterable[Finding]:
    """Fails where CPIC says to avoid or adjust; not assessed where CPIC has guidance and the gene is unknown."""
    for each in context.recommended:
        if not each.local:
            for ingredient in each.mention.ingredients:
                yield from _drug(context, ingredient)


def _drug(context: Context, ingredient: str) -> Iterable[Finding]:
    entries = context.knowledge.pgx.entries.get(ingredient, ())
    if not entries:
        return
    genes = tuple(sorted({gene for entry in entries for gene in entry.keys}))
    genotypes = context.patient.patient.genotypes if context.patient else ()
    matched = match(entries, genotypes)
    if not matched:
        known = {genotype.gene for genotype in genotypes}
        state = "not recorded" if known.isdisjoint(genes) else "indeterminate or not covered by CPIC"
        reason = f"{ingredient}: {', '.join(genes)} {state}"
        severity = Severity.WARNING if ingredient in TEST_FIRST else Severity.INFORMATION
        yield not_assessed(NAME, (ingredient,), reason, entries[0].source, severity)
        return
    for entry in matched:
        facts = tuple(f"{gene} {key}" for gene, key in entry.keys.items())
        reason = (
            f"{ingredient} with {', '.join(facts)} ({entry.population}): CPIC says {entry.action} ({entry.strength})"
        )
        if entry.action in ("avoid", "adjust"):
            strong = entry.action == "avoid" and entry.strength == "Strong"
            severity = Severity.CONTRAINDICATED if strong else Severity.WARNING
            yield fail(NAME, severity, reason, entry.source, (ingredient,), facts)
        else:
            yield passed(NAME, (ingredient,), reason, entry.source)
