"""Whether a prescription keeps to the daily dose that a rule allows."""

from __future__ import annotations

from medrag.knowledge.schema import HepaticRule, RenalRule
from medrag.reading import Prescription
from medrag.reading.dosing.daily import amounts_of, daily_dose
from medrag.safety.check_context import Context
from medrag.types import Severity


def exceeding(context: Context, rule: RenalRule | HepaticRule, each: Prescription) -> Severity | None:
    """How bad a prescription is under a rule that applies; None where it keeps to the rule's daily dose.

    With a dose allowed and none stated, what would be contraindicated only warns.
    """
    if rule.max_daily is None:
        return rule.severity
    group = context.knowledge.expand(rule.drugs)
    ingredient = next((name for name in each.mention.ingredients if name in group), "")
    dose = daily_dose(amounts_of(each, ingredient))
    if dose is None:
        return Severity.WARNING if rule.severity is Severity.CONTRAINDICATED else rule.severity
    return None if dose <= rule.max_daily else rule.severity
