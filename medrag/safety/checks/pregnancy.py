"""Advised drugs in pregnancy, while breastfeeding, and where a pregnancy is possible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from medrag.safety.checks.context import Context, fail, not_assessed, passed, worst
from medrag.safety.knowledge.schema import LifeStageRule
from medrag.safety.patient_view import PatientView
from medrag.safety.reading import Prescription
from medrag.types import Finding, Severity

NAME = "pregnancy"


def pregnancy(context: Context) -> Iterable[Finding]:
    """Fails for a drug harmful in the patient's state; not assessed where a rule exists and the state is unknown."""
    rules = [
        (each, rule)
        for each in context.recommended
        if not each.local
        for rule in (
            context.knowledge.rules.life_stages[place] for place in sorted(context.rules("life_stages", each.mention))
        )
    ]
    patient = context.patient
    if not rules or (patient is not None and patient.pregnant is False and not _other_stage(patient)):
        return
    labels = tuple(dict.fromkeys(each.mention.label for each, _ in rules))
    failed = list(worst(_failures(context, rules)))
    yield from failed
    open_questions = tuple(dict.fromkeys(each.mention.label for each, rule in rules if _unknown(patient, rule)))
    if open_questions:
        yield not_assessed(NAME, open_questions, "whether the patient is pregnant or breastfeeding is not recorded")
    elif not failed:
        yield passed(NAME, labels, "neither pregnancy nor breastfeeding speaks against the drugs advised")


def _other_stage(patient: PatientView) -> bool:
    return patient.lactating is not False or patient.may_conceive


def _state(patient: PatientView | None, stage: str) -> bool | None:
    if patient is None:
        return None
    if stage == "pregnancy":
        return patient.pregnant
    if stage == "lactation":
        return patient.lactating
    return patient.may_conceive and patient.patient.sex == "female" and not patient.pregnant


def _failures(context: Context, rules: list[tuple[Prescription, LifeStageRule]]) -> Iterator[Finding]:
    patient = context.patient
    for each, rule in rules:
        if patient is not None and _state(patient, rule.stage):
            fact = {"pregnancy": patient.concepts.get("pregnancy", "pregnant"), "lactation": "breastfeeding"}
            words = fact.get(rule.stage, "woman of childbearing age")
            yield fail(
                NAME,
                rule.severity,
                f"{each.mention.label} in {rule.stage}: {rule.reason}",
                context.knowledge.cite(rule.source),
                (each.mention.label,),
                (words,),
            )


def _unknown(patient: PatientView | None, rule: LifeStageRule) -> bool:
    """Whether a drug is contraindicated in pregnancy and whether the patient is pregnant is not recorded."""
    if rule.stage != "pregnancy" or rule.severity is not Severity.CONTRAINDICATED:
        return False
    return _state(patient, rule.stage) is None
