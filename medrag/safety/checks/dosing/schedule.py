"""How often and for how long an advised drug is given, against what its label allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from medrag.knowledge.schema import UNSAID, ScheduleRule
from medrag.reading import Prescription
from medrag.reading.dosing.duration import duration
from medrag.reading.dosing.frequency import frequency
from medrag.reading.languages import pattern
from medrag.safety.check_context import Context, fail, worst
from medrag.types import Finding

SLACK = 1.05
"""A month of 28 days is no error where one of 30 is meant."""
NEAR = 70
"""Characters after a name in which its schedule stands where no dose does."""


def schedule(context: Context) -> Iterable[Finding]:
    """Fails for a drug given more often, or for longer, than a rule allows."""
    rules = context.knowledge.rules.schedules
    yield from worst(
        finding
        for each in context.recommended
        for place in sorted(context.rules("schedules", each.mention))
        if ((each.mention.route or UNSAID) in rules[place].routes if rules[place].routes else not each.local)
        for finding in _against(context, each, rules[place])
    )


def _against(context: Context, each: Prescription, rule: ScheduleRule) -> Iterator[Finding]:
    label, source = each.mention.label, context.knowledge.cite(rule)
    often, days = _often(context, each), _days(context, each)
    if rule.often is not None and often is not None and often > rule.often * SLACK:
        yield fail("schedule.often", rule.severity, source, (label,), drug=label, reason=rule.reason)
    if rule.days is not None and days is not None and days > rule.days * SLACK:
        yield fail("schedule.long", rule.severity, source, (label,), drug=label, reason=rule.reason)


def _often(context: Context, each: Prescription) -> float | None:
    """The most doses a day that the advice gives."""
    if each.doses:
        counted = [one for one in each.doses if one.frequency is not None and not (one.per_m2 and context.rescued)]
        return max((one.frequency or 0.0 for one in counted), default=None)
    return frequency(_after(context, each))


def _days(context: Context, each: Prescription) -> float | None:
    """The longest course that the advice gives; without end where it says so."""
    after = _after(context, each)
    if pattern("manners", "unending").search(after):
        return float("inf")
    said = [one.duration_days for one in each.doses if one.duration_days is not None]
    return max(said) if said else duration(after)


def _after(context: Context, each: Prescription) -> str:
    """What stands between the name and the next one, in its sentence."""
    text, end = context.statement.text, each.mention.end
    later = [other.mention.start for other in context.read if other.mention.start >= end]
    return text[end : min([end + NEAR, *later])].split(". ")[0]
