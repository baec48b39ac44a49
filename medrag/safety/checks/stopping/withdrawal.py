"""Drugs that the patient takes and that the advice stops, pauses or tapers too fast, where that does harm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from medrag.knowledge.schema import Withdrawal
from medrag.reading import DrugMention, Polarity, Prescription
from medrag.reading.languages import pattern
from medrag.reading.polarity.cues import SENTENCE_END
from medrag.reading.polarity.learned import may_stop
from medrag.safety.check_context import RANK, Context, fail, ingredients_of, worst
from medrag.safety.checks.stopping.spans import taper
from medrag.types import Finding, Severity

_said = partial(pattern, "stops")
_advised = partial(pattern, "advice")


def withdrawal(context: Context) -> Iterable[Finding]:
    """Fails for a stop without a slow taper, a substitute of the same kind or a reason that leaves no time.

    Words that are only like those of a stop warn, where none tells to keep the drug.
    """
    if context.patient and (stopped := list(_stopped(context))):
        ended = {each.mention.label for each in stopped}
        others = (*context.recommended, *context.advised)
        given = [each for each in others if each.doses or each.mention.label not in ended]
        yield from worst(finding for each in stopped for finding in _found(context, each, given))


def _stopped(context: Context) -> Iterator[Prescription]:
    text = context.statement.text
    spans = [(each.mention.start, each.mention.end) for each in context.read]
    tapered = taper(text) is not None
    for each in context.read:
        mention = each.mention
        open_ = mention.resolved and not each.doses and not _kept(text, mention)
        if mention.polarity is Polarity.STOPPED or (
            open_ and (tapered or may_stop(text, mention.start, mention.end, spans, mention.polarity))
        ):
            yield each


def _kept(text: str, mention: DrugMention) -> bool:
    """Whether words before the name forbid to end it ("never skip ...")."""
    kept = [found.end() for found in _advised("keep").finditer(text, 0, mention.start)]
    return bool(kept) and not SENTENCE_END.search(text, kept[-1], mention.start)


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
                sure = each.mention.polarity is Polarity.STOPPED
                severity = _severity(context, rule) if sure else max(rule.severity, Severity.WARNING, key=RANK.__getitem__)
                yield fail("withdrawal.rule", severity, source, (each.mention.label,), facts, **values)


def _severity(context: Context, rule: Withdrawal) -> Severity:
    """The rule's; a warning withholds where the statement itself rules out a taper."""
    outright = rule.severity is Severity.WARNING and _said("at_once").search(context.statement.text)
    return Severity.CONTRAINDICATED if outright else rule.severity


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
