"""Whether anything is known of giving a drug by the route and in the form advised."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from medrag.knowledge.schema import ClosedRoute, FormRule
from medrag.reading import Prescription
from medrag.reading.languages import pattern
from medrag.reading.mentions import routes
from medrag.reading.polarity.cues import SENTENCE_END
from medrag.safety.check_context import Context, fail, ingredients_of, not_assessed
from medrag.types import Finding

_said = partial(pattern, "routes")
INJECTED = frozenset({"iv", "bolus", "im", "sc"})
"""Routes by which what is made for one of them is given by the others too, unless a rule forbids it."""
INJECTION = "injection"
ASKED = INJECTED | {"intrathecal", "epidural", "joint", "artery", "rectal", "sublingual", "transdermal"}
"""Routes of which something must be known. For local ones it is how much is absorbed (:mod:`.route`)."""


def licensed(context: Context, each: Prescription) -> Iterator[Finding]:
    """Fails for a form, or by a route, that is never right; not assessed where nothing is known of the route."""
    label, route, rules = each.mention.label, each.mention.route, context.knowledge.rules
    for form in rules.forms:
        if given := sorted(_given(context, each, form.form) & {*form.routes}):
            yield _wrong(context, label, given[0], form)
            return
    if route not in ASKED or _known(context, each, route):
        return
    closed = next((one for one in rules.closed_routes if route in one.routes), None)
    if closed:
        yield _wrong(context, label, route, closed)
    else:
        yield not_assessed("route.unknown", (label,), drug=label, route=route)


def _wrong(context: Context, label: str, route: str, rule: FormRule | ClosedRoute) -> Finding:
    source = context.knowledge.cite(rule)
    return fail("route.wrong", rule.severity, source, (label,), (), drug=label, route=route, reason=rule.reason)


def _known(context: Context, each: Prescription, route: str) -> bool:
    """Whether a limit, a rule or a list speaks of any drug meant by the route, or by another kind of injection."""
    wanted = {*INJECTED, INJECTION} if route in INJECTED else {route}
    knowledge = context.knowledge
    for ingredient in ingredients_of(each, knowledge):
        limits = {limit.route for limit in knowledge.limits(ingredient)}
        lists = (knowledge.rules.licensed_routes[place].routes for place in _places(context, ingredient))
        if not wanted.isdisjoint(limits.union(*lists)):
            return True
    ruled = (knowledge.rules.routes[place].routes for place in context.rules("routes", each.mention))
    return any(route in said for said in ruled)


def _places(context: Context, ingredient: str) -> frozenset[int]:
    return context.knowledge.concerning("licensed_routes", "drugs", (ingredient,), None)


def _given(context: Context, each: Prescription, form: str) -> frozenset[str]:
    """The routes by which the words around the name, in its sentence and up to the next name, give that form."""
    text, mention = context.statement.text, each.mention
    others = [other.mention for other in context.read if other.mention.resolved]
    before = max((other.end for other in others if other.end <= mention.start), default=0)
    after = min((other.start for other in others if other.start >= mention.end), default=len(text))
    left = SENTENCE_END.split(text[before : mention.start])[-1]
    right = SENTENCE_END.split(text[mention.end : after])[0]
    found = _said(f"{form} given").search(f"{left}{mention.text}{right}")
    return routes(found[0]) if found else frozenset()
