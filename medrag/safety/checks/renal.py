"""Advised drugs and doses against kidney function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from operator import gt

from medrag.knowledge.schema import UNSAID, RenalRule
from medrag.patient.view import PatientView
from medrag.reading import Prescription
from medrag.safety.check_context import MISSING_SOURCE, RANK, Context, fail, not_assessed, passed, worst
from medrag.safety.daily_dose import exceeding
from medrag.safety.waiting import waits_beyond
from medrag.types import Finding, Severity


def renal(context: Context) -> Iterable[Finding]:
    """Fails below a rule's limit (where the rule names a dose: when the advised dose exceeds it).

    Not assessed where a rule about the drug exists and kidney function is unknown.
    """
    rules = [(each, rule) for each, rule in context.about("renal") if _by_route(each, rule)]
    if not rules:
        return
    labels = tuple(dict.fromkeys(each.mention.label for each, _ in rules))
    patient = context.patient
    if patient is None or patient.kidney("egfr") is None:
        hard = any(rule.first or rule.severity is Severity.CONTRAINDICATED for _, rule in rules)
        severity = Severity.WARNING if hard else Severity.INFORMATION
        yield not_assessed("renal.unknown", labels, MISSING_SOURCE, severity)
        return
    failed = list(worst(_failures(context, rules, patient)))
    yield from failed
    if not failed:
        yield passed("renal.none", labels)


def _by_route(each: Prescription, rule: RenalRule) -> bool:
    return not rule.routes or (each.mention.route or UNSAID) in rule.routes


def _failures(context: Context, rules: list[tuple[Prescription, RenalRule]], patient: PatientView) -> Iterator[Finding]:
    for each, rule in rules:
        value, fact = patient.kidney(rule.metric) or (float("inf"), "")
        if value >= rule.below:
            continue
        if severity := exceeding(context, rule, each):
            waits = waits_beyond(context, each, rule.metric, partial(gt, rule.below))
            severity = max(severity, Severity.WARNING, key=RANK.__getitem__) if waits else severity
            label, source = each.mention.label, context.knowledge.cite(rule)
            values = {"drug": label, "fact": fact, "reason": rule.reason}
            yield fail("renal.rule", severity, source, (label,), (fact,), **values)
