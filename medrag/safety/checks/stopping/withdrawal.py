"""Drugs that the patient takes and that the advice stops at once, where that does harm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from medrag.knowledge.schema import Withdrawal
from medrag.reading import Polarity, Prescription
from medrag.reading.languages import pattern
from medrag.safety.check_context import Context, fail, ingredients_of, worst
from medrag.types import Finding

_said = partial(pattern, "stops")


def withdrawal(context: Context) -> Iterable[Finding]:
    """Fails for a stop without a taper, a substitute of the same kind or a reason that leaves no time."""
    stopped = [each for each in context.read if each.mention.polarity is Polarity.STOPPED and each.mention.resolved]
    if stopped and context.patient and _at_once(" ".join((*context.before, context.statement.text))):
        yield from worst(finding for each in stopped for finding in _found(context, each))


def _at_once(text: str) -> bool:
    """Whether it says so, or tells neither of a taper nor of what forces a stop or makes it one of a dose or two."""
    return _said("at_once").search(text) is not None or not _said("slowly_or_forced").search(text)


def _found(context: Context, each: Prescription) -> Iterator[Finding]:
    patient, knowledge = context.patient, context.knowledge
    names = ingredients_of(each, knowledge)
    drugs = patient.drugs if patient else ()
    taken = [drug.fact.display for drug in drugs if names & ingredients_of(drug.prescription, knowledge)]
    if patient is None or not taken:
        return
    for place in sorted(context.rules("withdrawals", each.mention)):
        rule = knowledge.rules.withdrawals[place]
        held = [patient.concepts[name] for name in rule.conditions if name in patient.concepts]
        if (held or not rule.conditions) and not _replaced(context, rule):
            values = {"drug": each.mention.label, "reason": rule.reason}
            source, facts = knowledge.cite(rule), (taken[0], *held)
            yield fail("withdrawal.rule", rule.severity, source, (each.mention.label,), facts, **values)


def _replaced(context: Context, rule: Withdrawal) -> bool:
    """Whether another drug of the same kind is given instead."""
    group = context.knowledge.expand(rule.drugs)
    return any(group & ingredients_of(other, context.knowledge) for other in (*context.recommended, *context.advised))
