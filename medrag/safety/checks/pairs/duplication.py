"""The same ingredient, or two drugs of a class, at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from medrag.safety.check_context import Context, Pair, fail, ingredients_of, worst
from medrag.safety.checks.pairs.twice import given_twice
from medrag.types import Finding, Severity

SOURCE = "medrag: an ingredient hidden in two products is a common cause of overdose"


def duplication(context: Context) -> Iterable[Finding]:
    """Fails for two drugs of a duplication group, one ingredient in two different products, or one drug given twice."""
    yield from worst(finding for pair in context.pairs for finding in _pair(context, pair))
    yield from worst(_twice(context))


def _twice(context: Context) -> Iterator[Finding]:
    for each in context.recommended:
        for other, facts in given_twice(context, each):
            names = (each.mention.text, other.mention.text)
            drugs, ingredient = (each.mention.label,), each.mention.label
            values = {"drug": names[0], "other": names[1], "ingredient": ingredient}
            yield fail("duplication.twice", Severity.WARNING, SOURCE, drugs, facts, **values)


def _pair(context: Context, pair: Pair) -> Iterator[Finding]:
    one, other, facts = pair.one, pair.other, pair.facts
    first, second = ingredients_of(one, context.knowledge), ingredients_of(other, context.knowledge)
    if one.mention.drug_class or other.mention.drug_class or first == second:
        return
    labels = (one.mention.label, other.mention.label)
    for name in sorted(first & second):
        both = {"drug": labels[0], "other": labels[1]}
        yield fail("duplication.ingredient", Severity.WARNING, SOURCE, labels, facts, ingredient=name, **both)
    for rule in () if pair.optional else context.knowledge.rules.duplications:
        group = context.knowledge.members[rule.group]
        if len((first | second) & group) > 1 and first & group and second & group:
            source = context.knowledge.cite(rule)
            yield fail("duplication.group", rule.severity, source, labels, facts, reason=rule.reason)
