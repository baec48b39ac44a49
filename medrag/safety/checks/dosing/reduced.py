"""Reduced doses that nothing in the patient calls for, where too little does harm."""

from __future__ import annotations

from collections.abc import Iterator

from medrag.knowledge.schema import FullDose
from medrag.patient.view import PatientView
from medrag.reading import Prescription
from medrag.reading.dosing.daily import amounts_of, daily_dose
from medrag.reading.languages import pattern
from medrag.safety.check_context import Context, fail, not_assessed
from medrag.safety.checks.dosing.measured import answer, taken
from medrag.types import Finding


def reduced(context: Context, patient: PatientView) -> Iterator[Finding]:
    """Fails for less than the full dose without a criterion for it; not assessed where one is not recorded."""
    for each, rule in context.about("full_doses"):
        if not context.indicated(rule.conditions) or _for_another(context) or not _below(context, each, rule):
            continue
        if taken(context, rule.with_drugs) or not patient.concepts.keys().isdisjoint(rule.unless):
            continue
        counted = [answer(patient, criterion) for criterion in rule.when]
        alone = [answer(patient, criterion) for criterion in rule.alone]
        if any(holds for holds, _ in alone) or sum(bool(holds) for holds, _ in counted) >= rule.least:
            continue
        label = each.mention.label
        open_ = [fact for holds, fact in alone if holds is None]
        if rule.when and sum(holds is not False for holds, _ in counted) >= rule.least:
            open_ += [fact for holds, fact in counted if holds is None]
        if open_:
            yield not_assessed("criteria.unknown", (label,), drug=label, missing=tuple(dict.fromkeys(open_)))
        else:
            source = context.knowledge.cite(rule)
            yield fail("criteria.reduced", rule.severity, source, (label,), (), drug=label, reason=rule.reason)


def _for_another(context: Context) -> bool:
    """Whether the statement or the question names another use, or itself says in which case the dose is lower."""
    text = context.statement.text
    named = pattern("manners", "another_use").search(f"{text} {context.question}")
    return named is not None or pattern("manners", "lower_if").search(text) is not None


def _below(context: Context, each: Prescription, rule: FullDose) -> bool:
    """Whether the most that is given at once, or in a day where the text says, is less than the full dose."""
    group = context.knowledge.expand(rule.drugs)
    for name in (name for name in each.mention.ingredients if name in group):
        amounts = amounts_of(each, name)
        given = [one for one in amounts.doses if one.per == "dose" and not one.threshold]
        told = any(one.daily is not None for one in amounts.doses)
        day = daily_dose(amounts) if told else None
        if given and max(one.high for one in given) < rule.single:
            return True
        if day is not None and 0 < day < rule.daily:
            return True
    return False
