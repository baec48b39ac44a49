"""Whether a drug may be given by the route advised, and whether local use of it is known to stay local."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from medrag.reading import Prescription
from medrag.safety.check_context import Context, fail, not_assessed
from medrag.types import Finding


def route(context: Context) -> Iterable[Finding]:
    """Fails for a route that does harm; not assessed where nobody reviewed how much of a local drug is absorbed."""
    for each in context.recommended:
        yield from _wrong(context, each)
    unknown = [each.mention for each in context.recommended if _unreviewed(context, each)]
    for mention in {each.label: each for each in unknown}.values():
        yield not_assessed("route.unreviewed", (mention.label,), drug=mention.label, route=str(mention.route))


def _wrong(context: Context, each: Prescription) -> Iterator[Finding]:
    mention = each.mention
    for place in sorted(context.rules("routes", mention)):
        rule = context.knowledge.rules.routes[place]
        if mention.route in rule.routes or (mention.route == "bolus" and "iv" in rule.routes):
            source = context.knowledge.cite(rule)
            values = {"drug": mention.label, "route": str(mention.route), "reason": rule.reason}
            yield fail("route.wrong", rule.severity, source, (mention.label,), (), **values)


def _unreviewed(context: Context, each: Prescription) -> bool:
    mention = each.mention
    return each.local and context.knowledge.absorbed(mention.ingredients, mention.drug_class, mention.route) is None
