"""Advised drugs and doses against liver function (Child-Pugh class)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from medrag.knowledge.schema import HepaticRule
from medrag.reading import Prescription
from medrag.safety.check_context import MISSING_SOURCE, Context, fail, not_assessed, passed, worst
from medrag.safety.daily_dose import exceeding
from medrag.types import Finding, Severity


def hepatic(context: Context) -> Iterable[Finding]:
    """Fails from a rule's class on (where it names a dose: when the advised dose exceeds it).

    Not assessed where a rule about the drug exists and neither conditions nor liver tests are recorded.
    """
    rules: list[tuple[Prescription, HepaticRule]] = context.about("hepatic")
    if not rules:
        return
    labels = tuple(dict.fromkeys(each.mention.label for each, _ in rules))
    patient = context.patient
    liver = patient.liver() if patient else None
    if liver is None and not (patient and patient.recorded("conditions")):
        hard = any(rule.severity is Severity.CONTRAINDICATED for _, rule in rules)
        severity = Severity.WARNING if hard else Severity.INFORMATION
        yield not_assessed("hepatic.unknown", labels, MISSING_SOURCE, severity)
        return
    failed = list(worst(_failures(context, rules, *liver))) if liver else []
    yield from failed
    if not failed:
        yield passed("hepatic.none", labels)


def _failures(
    context: Context, rules: list[tuple[Prescription, HepaticRule]], grade: str, fact: str
) -> Iterator[Finding]:
    for each, rule in rules:
        if grade >= rule.from_class and (severity := exceeding(context, rule, each)):
            label, source = each.mention.label, context.knowledge.cite(rule)
            values = {"drug": label, "fact": fact, "reason": rule.reason}
            yield fail("hepatic.rule", severity, source, (label,), (fact,), **values)
