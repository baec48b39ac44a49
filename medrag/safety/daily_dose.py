"""Whether a prescription keeps to the daily dose that a rule allows, or to the one that the patient takes."""

from __future__ import annotations

from medrag.knowledge.schema import HepaticRule, RenalRule
from medrag.reading import Prescription
from medrag.reading.dosing.daily import amounts_of, daily_dose
from medrag.safety.check_context import Context, ingredients_of
from medrag.safety.precautions import raises_dose
from medrag.types import Severity


def exceeding(context: Context, rule: RenalRule | HepaticRule, each: Prescription) -> Severity | None:
    """How bad a prescription is under a rule that applies; None where it keeps to the rule's daily dose.

    With a dose allowed and none stated, and where an indication calls for it, what would be contraindicated only warns.
    """
    severity = _exceeding(context, rule, each)
    contraindicated = severity is Severity.CONTRAINDICATED
    return Severity.WARNING if contraindicated and context.indicated(rule.indications) else severity


def continued(context: Context, each: Prescription) -> bool:
    """Whether the patient takes the drug already, and the advice does not raise its dose."""
    mine, place = ingredients_of(each, context.knowledge), each.mention
    taken = [
        drug.prescription
        for drug in context.current
        if (other := ingredients_of(drug.prescription, context.knowledge)) and (mine <= other or other <= mine)
    ]
    if not taken or raises_dose(context.statement.text, place.start, place.end):
        return False
    before, now = daily_dose(taken[0]), daily_dose(each)
    return before is None or now is None or now <= before


def _exceeding(context: Context, rule: RenalRule | HepaticRule, each: Prescription) -> Severity | None:
    if rule.max_daily is None:
        return rule.severity
    group = context.knowledge.expand(rule.drugs)
    ingredient = next((name for name in each.mention.ingredients if name in group), "")
    dose = daily_dose(amounts_of(each, ingredient))
    if dose is None:
        return Severity.WARNING if rule.severity is Severity.CONTRAINDICATED else rule.severity
    return None if dose <= rule.max_daily else rule.severity
