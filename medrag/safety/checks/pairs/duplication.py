"""The same ingredient, or two drugs of a class, at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from medrag.safety.check_context import Context, Pair, fail, ingredients_of, worst
from medrag.types import Finding, Severity

SOURCE = "medrag: an ingredient hidden in two products is a common cause of overdose"


def duplication(context: Context) -> Iterable[Finding]:
    """Fails for two drugs of a duplication group, or one ingredient in two different products."""
    yield from worst(finding for pair in context.pairs for finding in _pair(context, pair))


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
