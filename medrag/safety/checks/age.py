"""Advised drugs against the patient's age: Beers and STOPP for the old, labels for the young."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from medrag.safety.check_context import Context, fail, not_assessed, passed, worst
from medrag.types import Finding, Severity


def age(context: Context) -> Iterable[Finding]:
    """Fails for a drug that an age rule speaks against; not assessed where the age is unknown and a rule exists."""
    rules = context.about("ages")
    if not rules:
        return
    labels = tuple(dict.fromkeys(each.mention.label for each, _ in rules))
    patient = context.patient
    if patient is None or patient.age is None:
        if any(rule.severity is not Severity.INFORMATION for _, rule in rules):
            yield not_assessed("age.unknown", labels)
        return

    def failures() -> Iterator[Finding]:
        for each, rule in rules:
            in_range = rule.from_age <= (patient.age or 0.0) < rule.to_age
            present = tuple(patient.concepts[name] for name in rule.conditions if name in patient.concepts)
            if in_range and (present or not rule.conditions):
                label = each.mention.label
                facts = (f"age {patient.age:g}", *present)
                source = context.knowledge.cite(rule)
                excepted = rule.severity is Severity.CONTRAINDICATED and context.indicated(rule.unless)
                severity = Severity.WARNING if excepted else rule.severity
                yield fail("age.rule", severity, source, (label,), facts, drug=label, reason=rule.reason)

    failed = list(worst(failures()))
    yield from failed
    if not failed:
        yield passed("age.none", labels)
