"""Advised drugs and doses against the patient's own numbers: age, weight, kidney function, drug levels, INR,
glucose...
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from medrag.knowledge.schema import CriterionRule
from medrag.knowledge.scoring import read_test
from medrag.patient.view import PatientView
from medrag.reading import Prescription
from medrag.reading.dosing.daily import amounts_of, daily_dose
from medrag.safety.check_context import RANK, Context, fail, not_assessed, worst
from medrag.safety.checks.dosing.measured import answer, taken
from medrag.safety.checks.dosing.reduced import reduced
from medrag.safety.waiting import waits_beyond, waits_for_value
from medrag.types import Finding, Severity


def criteria(context: Context) -> Iterable[Finding]:
    """Fails where enough of a rule's criteria hold; not assessed where a dose depends on numbers not recorded."""
    patient = context.patient
    if patient is None:
        return
    yield from worst(_found(context, patient))
    yield from reduced(context, patient)


def _found(context: Context, patient: PatientView) -> Iterator[Finding]:
    for each, rule in context.about("criteria"):
        if rule.conditions and patient.concepts.keys().isdisjoint(rule.conditions):
            continue
        if not _exceeds(context, each, rule) or taken(context, rule.without, each):
            continue
        if rule.naive and not context.starts(rule.naive):
            continue
        answers = [answer(patient, criterion) for criterion in rule.when]
        facts = [fact for holds, fact in answers if holds]
        facts += taken(context, rule.with_drugs)
        present = [patient.concepts[name] for name in rule.conditions if name in patient.concepts]
        label = each.mention.label
        if len(facts) >= rule.least:
            said = tuple(dict.fromkeys((*facts, *present)))
            source = context.knowledge.cite(rule)
            waits = context.indicated(rule.indications)
            waits = waits or any(_waited_for(context, each, criterion) for criterion in rule.when)
            severity = max(rule.severity, Severity.WARNING, key=RANK.__getitem__) if waits else rule.severity
            yield fail("criteria.rule", severity, source, (label,), said, drug=label, facts=said, reason=rule.reason)
        elif rule.max_daily is not None and len(facts) + sum(holds is None for holds, _ in answers) >= rule.least:
            missing = tuple(fact for holds, fact in answers if holds is None)
            yield not_assessed("criteria.unknown", (label,), drug=label, missing=missing)


def _waited_for(context: Context, each: Prescription, criterion: str) -> bool:
    """Whether the drug is for when the value has changed ("once ALT is below twice normal")."""
    test = read_test(criterion)
    measurement = context.knowledge.measurements.get(test.key)
    if measurement is not None and waits_for_value(context, each, measurement):
        return True
    return waits_beyond(context, each, test.key, test.holds)


def _exceeds(context: Context, each: Prescription, rule: CriterionRule) -> bool:
    """Whether the dose, for the naive the first that is named, is above the rule's, or the rule names none."""
    if rule.max_daily is None:
        return True
    group = context.knowledge.expand(rule.drugs)
    begun = replace(each, doses=each.doses[:1]) if rule.naive else each
    amounts = (daily_dose(amounts_of(begun, name)) for name in each.mention.ingredients if name in group)
    return any(amount is not None and amount > rule.max_daily for amount in amounts)
