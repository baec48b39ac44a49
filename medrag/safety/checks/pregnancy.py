"""Advised drugs in pregnancy, while breastfeeding, and where a pregnancy is possible."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from medrag.knowledge.schema import LifeStageRule
from medrag.messages import Value
from medrag.patient.view import PLANNING, PatientView
from medrag.patient.wording import wording
from medrag.reading import Prescription
from medrag.safety.check_context import LOWERED, Context, fail, ingredients_of, not_assessed, passed, worst
from medrag.safety.daily_dose import continued
from medrag.safety.waiting import waits_for_stage
from medrag.types import Finding, Severity

SHORT = 20.0
"""Weeks; a rule about fewer is unlikely to be about this patient when the week is unknown."""
_CONTRACEPTION = re.compile(r"contracept|pregnancy test|pregnancy prevention|exclude pregnancy", re.IGNORECASE)
_CONCEIVE = re.compile(r"conce|pregnan|bab(?:y|ies)|famil|child|TTC|IVF", re.IGNORECASE)
"""Without one of these no text speaks of a plan to conceive."""
WHOLE = LifeStageRule.model_fields["weeks"].default


def pregnancy(context: Context) -> Iterable[Finding]:
    """Fails for a drug harmful in the patient's state; not assessed where a rule exists and the state is unknown."""
    rules: list[tuple[Prescription, LifeStageRule]] = context.about("life_stages")
    patient = context.patient
    if not rules or (patient is not None and patient.pregnant is False and not _other_stage(patient)):
        return
    labels = tuple(dict.fromkeys(each.mention.label for each, _ in rules))
    failed = list(worst(_failures(context, rules)))
    yield from failed
    open_questions = tuple(dict.fromkeys(each.mention.label for each, rule in rules if _unknown(patient, rule)))
    if open_questions:
        yield not_assessed("pregnancy.unknown", open_questions)
    elif not failed:
        yield passed("pregnancy.none", labels)


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
        if patient is None or not _holds(context, patient, rule) or not _in_weeks(patient, rule):
            continue
        if rule.conditions and not context.indicated(rule.conditions):
            continue
        fact = {"pregnancy": patient.concepts.get("pregnancy", "pregnant"), "lactation": "breastfeeding"}
        planned = patient.concepts.get(PLANNING, "woman of childbearing age")
        words = planned if not patient.pregnant and rule.stage != "lactation" else fact.get(rule.stage, planned)
        code, weeks = _bound(patient, rule)
        label, source = each.mention.label, context.knowledge.cite(rule)
        values: dict[str, Value] = {"drug": label, "stage": rule.stage, "reason": rule.reason, **weeks}
        said = _contained(context, patient, rule, _severity(patient, rule))
        called_for = context.indicated(rule.indications) and not (rule.started and not continued(context, each))
        if called_for or waits_for_stage(context, each, rule.stage, rule.weeks[1]):
            said = LOWERED[said]
        yield fail(code, said, source, (label,), (words,), **values)


def _planned(context: Context, patient: PatientView) -> bool:
    """Whether a pregnancy is planned, by the record or by the advice's own words."""
    said = " ".join((*context.before, context.statement.text))
    named = wording(said, context.knowledge).affirmed if _CONCEIVE.search(said) else ()
    return patient.plans_pregnancy or any(meaning.condition == PLANNING for meaning in named)


def _holds(context: Context, patient: PatientView, rule: LifeStageRule) -> bool:
    """Whether the patient is in the rule's state; a pregnancy that is planned counts for what it rules out."""
    if _state(patient, rule.stage):
        return True
    concerned = rule.stage == "pregnancy" and rule.severity is Severity.CONTRAINDICATED and patient.may_conceive
    return concerned and _planned(context, patient)


def _contained(context: Context, patient: PatientView, rule: LifeStageRule, severity: Severity) -> Severity:
    """Lowered where contraception is recorded or the advice asks for it, and for what is no harm before conception.

    A drug that asks for contraception is not for a woman who plans a pregnancy.
    """
    if rule.stage == "pregnancy" and not patient.pregnant:
        return LOWERED[severity]
    if rule.stage != "childbearing":
        return severity
    if _planned(context, patient):
        return severity if severity is Severity.INFORMATION else Severity.CONTRAINDICATED
    if severity is Severity.WARNING and _unprotected(context, patient):
        return Severity.CONTRAINDICATED
    taken = {name for drug in patient.drugs for name in ingredients_of(drug.prescription, context.knowledge)}
    safe = "effective_contraception" in patient.concepts or taken & context.knowledge.members["contraceptive"]
    return LOWERED[severity] if safe or _CONTRACEPTION.search(context.whole) else severity


def _unprotected(context: Context, patient: PatientView) -> bool:
    """Whether the record denies contraception ("not using contraception")."""
    said = (wording(each.display, context.knowledge).denied for each in patient.patient.conditions or ())
    return any(meaning.condition.endswith("contraception") for denied in said for meaning in denied)


def _in_weeks(patient: PatientView, rule: LifeStageRule) -> bool:
    """Whether the pregnancy is, or may be, in the weeks that the rule is about; unknown weeks count as all of them."""
    if rule.stage != "pregnancy" or patient.gestation is None:
        return True
    first, last = patient.gestation
    return first < rule.weeks[1] and last >= rule.weeks[0]


def _severity(patient: PatientView, rule: LifeStageRule) -> Severity:
    """The rule's; at most a warning where it is bound to a short part of pregnancy and the week is not recorded."""
    short = rule.weeks[1] - rule.weeks[0] < SHORT
    if rule.stage == "pregnancy" and short and patient.gestation is None and rule.severity is Severity.CONTRAINDICATED:
        return Severity.WARNING
    return rule.severity


def _bound(patient: PatientView, rule: LifeStageRule) -> tuple[str, dict[str, float]]:
    """The code of the finding, and the weeks where the rule is bound to a part of pregnancy."""
    if rule.stage != "pregnancy" or rule.weeks == WHOLE:
        return "pregnancy.rule", {}
    code = "pregnancy.rule_in_weeks" if patient.gestation else "pregnancy.rule_in_unknown_week"
    return code, {"first": rule.weeks[0], "last": rule.weeks[1]}


def _unknown(patient: PatientView | None, rule: LifeStageRule) -> bool:
    """Whether a drug is contraindicated in pregnancy and whether the patient is pregnant is not recorded."""
    if rule.stage != "pregnancy" or rule.severity is not Severity.CONTRAINDICATED:
        return False
    return _state(patient, rule.stage) is None
