"""The patient's genotypes against CPIC's recommendations for the advised drugs."""

from __future__ import annotations

from collections.abc import Iterable

from medrag.safety.checks.context import Context, fail, not_assessed, passed
from medrag.safety.checks.pgx_match import match
from medrag.safety.reading import Prescription
from medrag.types import Finding, Severity

NAME = "pharmacogenomics"


def pharmacogenomics(context: Context) -> Iterable[Finding]:
    """Fails where CPIC says to avoid or adjust; not assessed where CPIC has guidance and the gene is unknown."""
    for each in context.recommended:
        if not each.local:
            for ingredient in each.mention.ingredients:
                yield from _drug(context, each, ingredient)


def _drug(context: Context, each: Prescription, ingredient: str) -> Iterable[Finding]:
    entries = context.knowledge.pgx.entries.get(ingredient, ())
    if not entries:
        return
    genes = tuple(sorted({gene for entry in entries for gene in entry.keys}))
    genotypes = context.patient.patient.genotypes if context.patient else ()
    matched = match(entries, genotypes)
    if not matched:
        known = {genotype.gene for genotype in genotypes}
        state = "not recorded" if known.isdisjoint(genes) else "indeterminate or not covered by CPIC"
        yield not_assessed(NAME, (ingredient,), f"{ingredient}: {', '.join(genes)} {state}", entries[0].source)
        return
    for entry in matched:
        facts = tuple(f"{gene} {key}" for gene, key in entry.keys.items())
        reason = f"{ingredient} with {', '.join(facts)} ({entry.population}): CPIC says {entry.action} ({entry.strength})"
        if entry.action in ("avoid", "adjust"):
            strong = entry.action == "avoid" and entry.strength == "Strong"
            severity = Severity.CONTRAINDICATED if strong else Severity.WARNING
            yield fail(NAME, severity, reason, entry.source, (ingredient,), facts)
        else:
            yield passed(NAME, (ingredient,), reason, entry.source)

