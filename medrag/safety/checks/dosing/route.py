"""Whether a drug may be given by the route, device and manner advised, and whether local use of it stays local."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial

from medrag.reading import Prescription
from medrag.reading.languages import pattern
from medrag.safety.check_context import Context, fail, not_assessed
from medrag.safety.checks.dosing.licensed import licensed
from medrag.types import Finding

_said = partial(pattern, "routes")
_taken = partial(pattern, "manners")
NEAR = 45
"""Characters around the words of a manner in which a denial is looked for."""
_CLAUSE = re.compile(r"[.;,:]\s")
WIDESPREAD = "widespread"
"""A drug put on much of the skin, or under a dressing, where more of it is absorbed."""
SYRINGE = "U-100 syringe"


def route(context: Context) -> Iterable[Finding]:
    """Fails for a way that does harm, of what is named or, where nothing is, of what is taken.

    Not assessed where nothing is known of the route, or nobody reviewed how much of a local drug is absorbed.
    """
    for each in context.recommended:
        wrong = list(_wrong(context, each, tuple(_ways(context, each))))
        yield from wrong or licensed(context, each)
    if not context.read:
        for drug in context.current:
            told = f"{drug.fact.display} {drug.fact.dosage or ''}"
            yield from _wrong(context, drug.prescription, tuple(_manners(context.statement.text, told)))
    unknown = {each.mention.label: way for each in context.recommended if (way := _unreviewed(context, each))}
    for label, way in unknown.items():
        yield not_assessed("route.unreviewed", (label,), drug=label, route=way)


def _ways(context: Context, each: Prescription) -> Iterator[str]:
    """The route, and what else the statement says of how it is given that rules speak of."""
    if each.mention.route:
        yield each.mention.route
    if each.mention.route == "bolus":
        yield "iv"
        if _said("undiluted").search(context.statement.text):
            yield "undiluted bolus"
    neat = each.mention.route == "iv" and _said("neat").search(context.statement.text)
    if neat and not _said("carrier").search(context.whole):
        yield "undiluted"
    if _said("u100_syringe").search(context.statement.text):
        yield SYRINGE
    yield from _manners(context.statement.text, "")


def _manners(text: str, entry: str) -> Iterator[str]:
    """How the text says that a drug is taken: "food", "lying_down", "crushed"; what it warns of is left out.

    ``entry`` is what the record says of the drug, such as its release.
    """
    for found in _taken("manner").finditer(text):
        clause = _CLAUSE.split(text[max(0, found.start() - NEAR) : found.start()])[-1]
        manner = found.lastgroup or ""
        kept_off = _taken("kept_off").match(text, found.end())
        if manner == "empty_stomach" or not (kept_off or _taken("denied").search(clause)):
            yield manner.replace("_", " ")
            if manner == "crushed" and _taken("modified_release").search(f"{text} {entry}"):
                yield "crushed modified release"


def _wrong(context: Context, each: Prescription, ways: tuple[str, ...]) -> Iterator[Finding]:
    for place in sorted(context.rules("routes", each.mention)) if ways else ():
        rule = context.knowledge.rules.routes[place]
        patient = context.patient
        if rule.conditions and (patient is None or patient.concepts.keys().isdisjoint(rule.conditions)):
            continue
        if way := next((way for way in ways if way in rule.routes), None):
            values = {"drug": each.mention.label, "route": way, "reason": rule.reason}
            yield fail("route.wrong", rule.severity, context.knowledge.cite(rule), (each.mention.label,), (), **values)


def _unreviewed(context: Context, each: Prescription) -> str | None:
    """The local use of which nobody has reviewed how much is absorbed."""
    mention = each.mention
    widely = mention.route == "topical" and _said("widely").search(context.statement.text)
    way = WIDESPREAD if widely else mention.route
    reviewed = context.knowledge.absorbed(mention.ingredients, mention.drug_class, way) is not None
    return way if each.local and not reviewed else None
