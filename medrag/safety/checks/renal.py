"""Advised drugs and doses against kidney function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from medrag.safety.checks.context import Context, fail, not_assessed, passed, worst
from medrag.safety.checks.daily import amounts_of, daily_dose
from medrag.safety.knowledge.schema import RenalRule
from medrag.safety.patient_view import PatientView
from medrag.safety.reading import Prescription
from medrag.types import Finding, Severity

NAME = "renal"


def renal(context: Context) -> Iterable[Finding]:
    """Fails below a rule's limit (where the rule names a dose: when the advised dose exceeds it).

    Not assessed where a rule about the drug exists and kidney function is unknown.
    """
    rules = [
        (each, rule)
        for each in context.recommended
        if not each.local
        for rule in (context.knowledge.rules.renal[place] for place in sorted(context.rules("renal", each.mention)))
    ]
    if not rules:
        return
    labels = tuple(dict.fromkeys(each.mention.label for each, _ in rules))
    patient = context.patient
    if patient is None or patient.kidney("egfr") is None:
        hard = any(rule.severity is Severity.CONTRAINDICATED for _, rule in rules)
        severity = Severity.WARNING if hard else Severity.INFORMATION
        yield not_assessed(NAME, labels, "kidney function is not recorded", severity=severity)
        return
    failed = list(worst(_failures(context, rules, patient)))
    yield from failed
    if not failed:
        yield passed(NAME, labels, "kidney function allows the drugs advised")


def _failures(context: Context, rules: list[tuple[Prescription, RenalRule]], patient: PatientView) -> Iterator[Finding]:
    for each, rule in rules:
        value, fact = patient.kidney(rule.metric) or (float("inf"), "")
        if value >= rule.below:
            continue
        severity, dose = rule.severity, daily_dose(_ruled(context, rule, each))
        if rule.max_daily is not None:
            if dose is not None and dose <= rule.max_daily:
                continue
            if dose is None and severity is Severity.CONTRAINDICATED:
                severity = Severity.WARNING
        reason = f"{each.mention.label} with {fact}: {rule.reason}"
        yield fail(NAME, severity, reason, context.knowledge.cite(rule.source), (each.mention.label,), (fact,))


def _ruled(context: Context, rule: RenalRule, each: Prescription) -> Prescription:
    """The doses of the ingredient that the rule is about."""
    group = context.knowledge.expand(rule.drugs)
    ingredient = next((name for name in each.mention.ingredients if name in group), "")
    return amounts_of(each, ingredient)
