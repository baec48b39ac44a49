"""The same ingredient, or two drugs of a class, at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from medrag.safety.checks.context import Context, fail, ingredients_of, worst
from medrag.safety.checks.interaction import alternatives
from medrag.safety.reading import Prescription
from medrag.types import Finding, Severity

NAME = "duplication"
SOURCE = "medrag: an ingredient hidden in two products is a common cause of overdose"


def duplication(context: Context) -> Iterable[Finding]:
    """Fails for two drugs of a duplication group, or one ingredient in two different products."""
    yield from worst(_failures(context))


def _failures(context: Context) -> Iterator[Finding]:
    advised = context.systemic
    for each in advised:
        for drug in context.current:
            if not drug.prescription.local:
                yield from _pair(context, each, drug.prescription, (drug.fact.display,))
        for other in context.advised:
            if not other.local:
                yield from _pair(context, each, other, ())
    for one, other in combinations(advised, 2):
        if not alternatives(context.statement.text, one, other):
            yield from _pair(context, one, other, ())


def _pair(context: Context, one: Prescription, other: Prescription, facts: tuple[str, ...]) -> Iterator[Finding]:
    first, second = ingredients_of(one, context.knowledge), ingredients_of(other, context.knowledge)
    if one.mention.drug_class or other.mention.drug_class or first == second:
        return
    labels = (one.mention.label, other.mention.label)
    for name in sorted(first & second):
        yield fail(NAME, Severity.WARNING, f"{name} is in both {labels[0]} and {labels[1]}", SOURCE, labels, facts)
    for rule in context.knowledge.rules.duplications:
        group = context.knowledge.members[rule.group]
        if len((first | second) & group) > 1 and first & group and second & group:
            yield fail(NAME, rule.severity, rule.reason, context.knowledge.cite(rule.source), labels, facts)
