"""Drugs that the patient takes and that the advice stops, pauses or tapers too fast, where that does harm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from medrag.knowledge.schema import Withdrawal
from medrag.patient.view import CurrentDrug
from medrag.reading import DrugMention, Polarity, Prescription
from medrag.reading.languages import pattern
from medrag.reading.polarity.cues import SENTENCE_END
from medrag.reading.polarity.learned import may_stop
from medrag.safety.check_context import RANK, Context, fail, ingredients_of, worst
from medrag.safety.checks.stopping.spans import taper
from medrag.types import Finding, Severity

_said = partial(pattern, "stops")
NEAR = 30
"""Characters before a name in which a verb right before it stands."""
_advised = partial(pattern, "advice")


def withdrawal(context: Context) -> Iterable[Finding]:
    """Fails for a stop without a slow taper, a substitute of the same kind or a reason that leaves no time.

    Words that are only like those of a stop warn, where none tells to keep the drug.
    """
    ended = [(each, facts) for each in context.read if (facts := _facts(context, each)) and _stops(context, each)]
    if ended:
        labels = {each.mention.label for each, _ in ended}
        others = (*context.recommended, *context.advised, *(each for each in context.around if each.recommended))
        first = min(each.mention.start for each, _ in ended)
        given = [
            each
            for each in others
            if each.doses or (each.mention.label not in labels and not _spoken_of(context, each, first, ended))
        ]
        yield from worst(finding for each, facts in ended for finding in _found(context, each, facts, given))


def _facts(context: Context, each: Prescription) -> list[tuple[CurrentDrug, Withdrawal]]:
    """The drugs taken that the mention means, with the rules about ending them."""
    if context.patient is None or not each.mention.resolved:
        return []
    names, knowledge = ingredients_of(each, context.knowledge), context.knowledge
    return [
        (drug, knowledge.rules.withdrawals[place])
        for drug in context.patient.drugs
        if any(_means(name, taken) for name in names for taken in ingredients_of(drug.prescription, knowledge))
        for place in sorted(context.rules("withdrawals", drug.prescription.mention))
    ]


def _stops(context: Context, each: Prescription) -> bool:
    """Whether the statement ends the drug: by its cues, by a taper to nothing, or in words like those of a stop."""
    mention, text = each.mention, context.statement.text
    if _insisted(context, mention) or _said("as_case").search(text, 0, mention.start):
        return False
    if mention.polarity is Polarity.STOPPED:
        return True
    if each.doses or _kept(text, mention):
        return False
    spans = [(other.mention.start, other.mention.end) for other in context.read]
    return taper(text) is not None or may_stop(text, mention.start, mention.end, spans, mention.polarity)


def _insisted(context: Context, mention: DrugMention) -> bool:
    """Whether its clause forbids to end it, or asks that it be given without a gap."""
    return any(each.insists and each.start <= mention.start < each.end for each in context.clauses)


def _kept(text: str, mention: DrugMention) -> bool:
    """Whether words before the name forbid to end it ("never skip ..."), or let it go on."""
    if _said("goes_on").search(text, max(0, mention.start - NEAR), mention.start):
        return True
    kept = [found.end() for found in _advised("keep").finditer(text, 0, mention.start)]
    return bool(kept) and not SENTENCE_END.search(text, kept[-1], mention.start)


def _found(
    context: Context,
    each: Prescription,
    facts: Iterable[tuple[CurrentDrug, Withdrawal]],
    given: Sequence[Prescription],
) -> Iterator[Finding]:
    concepts = context.patient.concepts if context.patient else {}
    for drug, rule in facts:
        held = [concepts[name] for name in rule.conditions if name in concepts]
        concerned = bool(held) if rule.conditions else not each.local
        if concerned and _too_fast(context, rule) and not _replaced(context, rule, given):
            values = {"drug": each.mention.label, "reason": rule.reason}
            source, said = context.knowledge.cite(rule), (drug.fact.display, *held)
            severity = _severity(context, each, rule)
            yield fail("withdrawal.rule", severity, source, (each.mention.label,), said, **values)


def _severity(context: Context, each: Prescription, rule: Withdrawal) -> Severity:
    """The rule's; a warning withholds where the statement itself rules out a taper, and what is doubtful only warns."""
    if each.mention.polarity is not Polarity.STOPPED:
        return max(rule.severity, Severity.WARNING, key=RANK.__getitem__)
    outright = rule.severity is Severity.WARNING and _said("at_once").search(context.statement.text)
    return Severity.CONTRAINDICATED if outright else rule.severity


def _too_fast(context: Context, rule: Withdrawal) -> bool:
    """Whether it is at once by its words, in less time than the rule allows, or without a word that excuses it."""
    text = " ".join((*context.before, context.statement.text))
    if _said("at_once").search(text) or ((in_all := taper(text)) is not None and in_all < rule.taper_days):
        return True
    excuses = ("slowly", "forced", "bridged") if rule.pause else ("slowly", "forced", "brief")
    return not any(_said(excuse).search(text) for excuse in excuses)


def _spoken_of(context: Context, each: Prescription, first: int, ended: Iterable[tuple[Prescription, object]]) -> bool:
    """Whether a class named before the first drug ended is its own, and so no substitute ("Steroids for 3 months")."""
    members = context.knowledge.members[each.mention.drug_class] if each.mention.drug_class else frozenset[str]()
    stopped = (ingredients_of(other, context.knowledge) for other, _ in ended)
    return each.mention.start < first and any(members >= names for names in stopped)


def _replaced(context: Context, rule: Withdrawal, given: Sequence[Prescription]) -> bool:
    """Whether another drug of the same kind is given instead."""
    group = context.knowledge.expand(rule.drugs)
    return any(group & ingredients_of(other, context.knowledge) for other in given)


def _means(name: str, taken: str) -> bool:
    """Whether the drug named is the one taken: itself, or by the first word alone ("insulin" for insulin glargine)."""
    return name == taken or taken.startswith(f"{name} ")
