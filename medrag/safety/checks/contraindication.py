"""Advised drugs against the patient's conditions, and against what measurements establish."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from medrag.knowledge.schema import Contraindication
from medrag.knowledge.vocabulary import Terms
from medrag.patient.view import PatientView
from medrag.reading import Prescription
from medrag.safety.check_context import Context, fail, not_assessed, passed, worst
from medrag.safety.daily_dose import continued
from medrag.safety.precautions import challenges
from medrag.safety.waiting import waits_until_over
from medrag.types import Finding, Severity


def contraindication(context: Context) -> Iterable[Finding]:
    """Fails for a drug that a condition of the patient's speaks against. Locally used drugs are left out."""
    advised = [each for each in context.recommended if context.acts(each, "contraindications")]
    if not advised:
        return
    labels = tuple(each.mention.label for each in advised)
    patient = context.patient
    failed = list(worst(_failures(context, advised, patient))) if patient else []
    yield from failed
    if patient is None or not patient.recorded("conditions"):
        yield not_assessed("contraindication.unknown", labels)
    elif gap := _gap(context, advised, labels, patient):
        yield gap
    elif not failed:
        yield passed("contraindication.none", labels)


def _gap(context: Context, advised: Iterable[Prescription], labels: Terms, patient: PatientView) -> Finding | None:
    """What keeps the check from having looked at every drug and condition.

    Conditions are counted, not quoted: words that mean nothing here may be an instruction hidden in the record.
    """
    if patient.unread_conditions:
        count, total = len(patient.unread_conditions), len(patient.patient.conditions or ())
        return not_assessed("contraindication.unread", labels, count=count, total=total)
    named = (name for each in advised for name in each.mention.ingredients)
    blank = tuple(name for name in dict.fromkeys(named) if not context.knowledge.contraindications_known(name))
    return not_assessed("contraindication.unreviewed", labels, drugs=blank) if blank else None


def _failures(context: Context, advised: Iterable[Prescription], patient: PatientView) -> Iterator[Finding]:
    rules = context.knowledge.rules.contraindications
    concerned = {place for each in advised for place in _concerned(context, each)}
    for rule in (rules[place] for place in sorted(concerned)):
        present = [name for name in rule.conditions if name in patient.concepts]
        if not present or any(name in patient.concepts for name in rule.unless):
            continue
        past = all(name in patient.lowered for name in present) or context.covers(rule.cover)
        past = past or context.indicated(rule.indications) or (rule.challenged and challenges(context.whole))
        past = past or bool(rule.uses and not context.indicated(rule.uses))
        facts = tuple(patient.concepts[name] for name in present)
        for each in advised:
            if severity := _severity(context, rule, each, past or _met(context, rule, each, present)):
                label, condition = each.mention.label, present[0].replace("_", " ")
                yield fail(
                    "contraindication.rule",
                    severity,
                    context.knowledge.cite(rule),
                    (label,),
                    facts,
                    drug=label,
                    condition=condition,
                    reason=rule.reason,
                )


def _concerned(context: Context, each: Prescription) -> frozenset[int]:
    """Places of the rules about all or some of what the mention names."""
    named = context.rules("contraindications", each.mention)
    if each.mention.drug_class is None:
        return named
    return named | context.knowledge.touching("contraindications", each.mention.drug_class)


def _met(context: Context, rule: Contraindication, each: Prescription, present: Iterable[str]) -> bool:
    """Whether the drug goes on and is only not to be started, comes another way, or waits until all of it is over."""
    if rule.started and continued(context, each):
        return True
    if rule.severity is not Severity.CONTRAINDICATED:
        return False
    if rule.routes and each.mention.route and each.mention.route not in rule.routes:
        return True
    return all(waits_until_over(context, each, name) for name in present)


def _severity(context: Context, rule: Contraindication, each: Prescription, past: bool) -> Severity | None:
    """The rule's severity, lowered for a past condition and where only some of a named class are concerned."""
    partly = context.touches(rule.drugs, each.mention)
    if not partly and not context.hits(rule.drugs, each.mention):
        return None
    if rule.severity is Severity.CONTRAINDICATED:
        return Severity.WARNING if past or partly else rule.severity
    if partly:
        return None
    return Severity.INFORMATION if past else rule.severity
