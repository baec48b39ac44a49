"""The same drug given twice: added to what is taken, or named by a brand beside another name of its ingredients."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from medrag.knowledge.names import normalise
from medrag.knowledge.vocabulary import Terms
from medrag.reading import Prescription
from medrag.reading.languages import pattern
from medrag.reading.prescriptions import statement_around
from medrag.safety.check_context import Context, ingredients_of, offered_as_choice

_said = partial(pattern, "twice")


def given_twice(context: Context, each: Prescription) -> Iterator[tuple[Prescription, Terms]]:
    """What of the very ingredients of the advised drug goes on, or was advised, beside it; and the record's words.

    Where the words change or continue what is taken, it is one drug. Opioids are given by the clock and as needed, and
    have a sum of their own.
    """
    if each.mention.drug_class or not context.acts(each, "interactions") or _is_opioid(context, each):
        return
    if _said("adjusted").search(_sentence(context, each)):
        return
    for drug in context.current:
        taken = drug.prescription
        if _alike(context, each, taken) and (_added(context, each) or (each.doses and _by_brand(context, each, taken))):
            yield taken, (drug.fact.display,)
    for other in (*context.advised, *_before(context, each)):
        dosed = each.doses and other.doses and not context.is_option(other)
        named = _by_brand(context, each, other) or _by_brand(context, other, each)
        if dosed and named and _alike(context, each, other):
            yield other, ()


def _before(context: Context, each: Prescription) -> Iterator[Prescription]:
    """The drugs that the statement gives before this one and together with it."""
    for other in context.recommended:
        if other.mention.start < each.mention.start and not offered_as_choice(context.statement.text, other, each):
            yield other


def _alike(context: Context, each: Prescription, other: Prescription) -> bool:
    """Whether both are of the same ingredients, reach the circulation, and are not told to be by two routes."""
    if other.mention.drug_class or ingredients_of(each, context.knowledge) != ingredients_of(other, context.knowledge):
        return False
    routes = {one.mention.route for one in (each, other) if one.mention.route}
    return len(routes) < 2 and context.acts(other, "interactions") and not context.plan.apart(each, other)


def _added(context: Context, each: Prescription) -> bool:
    """Whether words right before the name put the drug on top of what is taken."""
    return _said("added").search(context.statement.text, 0, each.mention.start) is not None


def _by_brand(context: Context, each: Prescription, other: Prescription) -> bool:
    """Whether the drug is named by a brand, and the other one by another name."""
    written, beside = normalise(each.mention.text), normalise(other.mention.text)
    name = context.knowledge.names.get(written)
    return name is not None and name.brand and written != beside


def _is_opioid(context: Context, each: Prescription) -> bool:
    return any(rule.drug in each.mention.ingredients for rule in context.knowledge.rules.opioid_equivalents)


def _sentence(context: Context, each: Prescription) -> str:
    start, end = statement_around(context.statement.text, each.mention.start)
    return context.statement.text[start:end]
