"""Drugs that the patient takes and that the advice stops, pauses or tapers too fast, where that does harm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from medrag.knowledge.schema import Withdrawal
from medrag.reading import Polarity, Prescription
from medrag.reading.languages import pattern
from medrag.reading.polarity.learned import may_stop
from medrag.safety.check_context import Context, fail, ingredients_of, worst
from medrag.safety.checks.stopping.spans import taper
from medrag.types import Finding

_said = partial(pattern, "stops")


def withdrawal(context: Context) -> Iterable[Finding]:
    """Fails for a stop without a slow taper, a substitute of the same kind or a reason that leaves no time.

    Words that are only like those of a stop count where nothing in the statement surely gives the drug.
    """
    if context.patient and (stopped := list(_stopped(context))):
        given = [each for each in (*context.recommended, *context.advised) if each not in stopped]
        yield from worst(finding for each in stopped for finding in _found(context, each, given))


def _stopped(context: Context) -> Iterator[Prescription]:
    text = context.statement.text
    spans = [(each.mention.start, each.mention.end) for each in context.read]
    tapered = taper(text) is not None
    for each in context.read:
        mention = each.mention
        open_ = mention.resolved and not each.doses
        if mention.polarity is Polarity.STOPPED or (
            open_ and (tapered or may_stop(text, mention.start, mention.end, spans, mention.polarity))
        ):
            yield each


def _found(context: Context, each: Prescription, given: Sequence[Prescription]) -> Iterator[Finding]:
    patient, knowledge = context.patient, context.knowledge
    if patient is None:
        return
    names = ingredients_of(each, knowledge)
    for drug in patient.drugs:
        if not any(_means(name, taken) for name in names for taken in ingredients_of(drug.prescription, knowledge)):
            continue
        for place in sorted(context.rules("withdrawals", drug.prescription.mention)):
            rule = knowledge.rules.withdrawals[place]
            held = [patient.concepts[name] for name in rule.conditions if name in patient.concepts]
            concerned = bool(held) if rule.conditions else not each.local
            if concerned and _too_fast(context, rule) and not _replaced(context, rule, given):
                values = {"drug": each.mention.label, "reason": rule.reason}
                source, facts = knowledge.cite(rule), (drug.fact.display, *held)
                yield fail("withdrawal.rule", rule.severity, source, (each.mention.label,), facts, **values)


def _too_fast(context: Context, rule: Withdrawal) -> bool:
    """Whether it is at once by its words, in less time than the rule allows, or without a word that excuses it."""
    text = " ".join((*context.before, context.statement.text))
    if _said("at_once").search(text) or ((in_all := taper(text)) is not None and in_all < rule.taper_days):
        return True
    excuses = ("slowly", "forced", "bridged") if rule.pause else ("slowly", "forced", "brief")
    return not any(_said(excuse).search(text) for excuse in excuses)


def _replaced(context: Context, rule: Withdrawal, given: Sequence[Prescription]) -> bool:
    """Whether another drug of the same kind is given instead."""
    group = context.knowledge.expand(rule.drugs)
    return any(group & ingredients_of(other, context.knowledge) for other in given)


def _means(name: str, taken: str) -> bool:
    """Whether the drug named is the one taken: itself, or by the first word alone ("insulin" for insulin glargine)."""
    return name == taken or taken.startswith(f"{name} ")
