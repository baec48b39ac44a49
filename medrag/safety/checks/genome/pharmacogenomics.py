"""The patient's genotypes against CPIC's recommendations for the advised drugs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from medrag.knowledge.pgx import PgxEntry
from medrag.knowledge.schema import GenotypeRule
from medrag.messages import Value
from medrag.patient.pharmacogenes import gene_of, has, usable
from medrag.reading import Prescription
from medrag.reading.dosing.daily import amounts_of, daily_dose
from medrag.safety.check_context import Context, fail, not_assessed, passed
from medrag.safety.checks.genome.match import match
from medrag.types import Finding, Genotype, Severity

TEST_FIRST = "pgx_test_first"
"""The class of drugs whose labels ask for the genetic test before the first dose; others may be given untested."""


def pharmacogenomics(context: Context) -> Iterable[Finding]:
    """Fails where CPIC says to avoid or adjust; not assessed where CPIC has guidance and the gene is unknown."""
    for each in context.recommended:
        if context.acts(each, "pgx"):
            for ingredient in each.mention.ingredients:
                yield from _drug(context, ingredient, each)


def _drug(context: Context, ingredient: str, each: Prescription) -> Iterable[Finding]:
    genotypes = tuple(usable(context.patient.genotypes)) if context.patient else ()
    yield from _labelled(context, ingredient, genotypes, amounts_of(each, ingredient))
    entries = context.knowledge.pgx.entries(ingredient)
    if not entries:
        return
    genes = tuple(sorted({gene for entry in entries for gene in entry.keys}))
    found = match(entries, genotypes, context.knowledge)
    matched = [entry for entry in found if _concerns(entry.population, ingredient, context)]
    if not matched:
        known = {gene_of(genotype, context.knowledge) for genotype in genotypes}
        code = "pharmacogenomics.unknown" if known.isdisjoint(genes) else "pharmacogenomics.indeterminate"
        severity = Severity.WARNING if _must_know(ingredient, genes, known, context) else Severity.INFORMATION
        yield not_assessed(code, (ingredient,), entries[0].source, severity, drug=ingredient, genes=genes)
        return
    yield from (_recommended(entry, ingredient) for entry in matched)


def _must_know(ingredient: str, genes: tuple[str, ...], known: set[str], context: Context) -> bool:
    """Whether the label asks for the test first, or a result is recorded that could not be read."""
    return ingredient in context.knowledge.members[TEST_FIRST] or not known.isdisjoint(genes)


def _labelled(
    context: Context, ingredient: str, genotypes: Iterable[Genotype], advised: Prescription
) -> Iterator[Finding]:
    """What the labels say of a recorded result; that a gene bears on the drug where what it means is not computed."""
    by_gene: dict[str, list[Genotype]] = {}
    knowledge = context.knowledge
    for each in genotypes:
        by_gene.setdefault(gene_of(each, knowledge), []).append(each)
    rules = [
        knowledge.rules.genotypes[place]
        for place in sorted(knowledge.concerning("genotypes", "drugs", (ingredient,), None))
    ]
    found: set[str] = set()
    for rule in rules:
        results = by_gene.get(rule.gene, [])
        gene, source = knowledge.genes.get(rule.gene), knowledge.cite(rule)
        if any(has(result, each, gene) for result in rule.results for each in results) and _above(rule, advised):
            found.add(rule.gene)
            values: dict[str, Value] = {"drug": ingredient, "gene": rule.gene, "reason": rule.reason}
            yield fail("pharmacogenomics.label", rule.severity, source, (ingredient,), (rule.gene,), **values)
        elif not rule.results and rule.gene not in found:
            severity = Severity.WARNING if results else Severity.INFORMATION
            values = {"drug": ingredient, "gene": rule.gene, "reason": rule.reason}
            yield not_assessed("pharmacogenomics.not_computed", (ingredient,), source, severity, **values)


def _above(rule: GenotypeRule, advised: Prescription) -> bool:
    """Whether the dose is above the rule's, or there is one that cannot be told in mg a day; True without a limit."""
    if rule.max_daily is None:
        return True
    amount = daily_dose(advised)
    return bool(advised.doses) and (amount is None or amount > rule.max_daily)


def _recommended(entry: PgxEntry, ingredient: str) -> Finding:
    code = "pharmacogenomics.cpic"
    results = tuple(f"{gene} {key}" for gene, key in entry.keys.items())
    words = {"population": entry.population, "action": entry.action, "strength": entry.strength}
    values: dict[str, Value] = {"drug": ingredient, "results": results, **words}
    if entry.action in ("avoid", "adjust"):
        strong = entry.action == "avoid" and entry.strength == "Strong"
        severity = Severity.CONTRAINDICATED if strong else Severity.WARNING
        return fail(code, severity, entry.source, (ingredient,), results, **values)
    if entry.action == "none":
        return not_assessed(code, (ingredient,), entry.source, Severity.INFORMATION, **values)
    return passed(code, (ingredient,), entry.source, **values)


def _concerns(population: str, ingredient: str, context: Context) -> bool:
    """Whether CPIC's population can be this patient: by age, and by whether the drug is taken already."""
    patient = context.patient
    age = patient.age if patient and patient.age is not None else None
    if population in ("pediatrics", "adults"):
        return age is None or (age >= context.knowledge.age_limits["adult"].from_age) == (population == "adults")
    taken = any(ingredient in drug.prescription.mention.ingredients for drug in (patient.drugs if patient else ()))
    if "naive" in population or "no alternatives" in population:
        return not taken
    return taken or "use >3" not in population
