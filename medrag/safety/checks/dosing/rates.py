"""How fast a dose runs or is injected, against the fastest that its label allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from medrag.knowledge.schema import DoseLimit
from medrag.reading import Dose, Prescription
from medrag.reading.dosing.mixtures import ALL_DAY
from medrag.safety.check_context import Context
from medrag.safety.checks.dosing.held import SLACK, above, scale, scaled
from medrag.types import Finding, Severity

BOLUS_HOURS = 1 / 12
"""How long a push takes where the text does not say: five minutes."""
MUCH_TOO_FAST = 2.0
"""From this many times the fastest rate on it is dangerous, below a matter of monitoring."""
INFUSION_HOURS = 1.0
"""From how long on a dose is judged by the rate of a continuous infusion, where none is known of an injection."""


def too_fast(context: Context, limit: DoseLimit, ingredient: str, mine: Prescription) -> Iterator[Finding]:
    """An infusion above the hourly limit, or a dose injected in less time than it needs."""
    pushed = mine.mention.route == "bolus"
    single_known = _injection_known(context, ingredient, limit.unit)
    for one in mine.doses:
        hours = one.over_hours or (BOLUS_HOURS if pushed or one.bolus else None)
        injected = one.per == "dose" and not one.threshold and one.high > (limit.fastest_from or 0.0)
        long = hours is not None and hours >= INFUSION_HOURS and not single_known
        rate = one.high / hours if hours and injected else None
        pairs = (
            (one.hourly, limit.fastest if limit.hourly is None else limit.hourly),
            (rate, limit.hourly if long else limit.fastest),
        )
        for much, most in pairs:
            top = _top(context, limit, most, one)
            if much is not None and top is not None and much > top * SLACK:
                found = above("dose.too_fast", context, limit, ingredient, dose=much, unit=one.unit, limit=top)
                dangerous = much > top * MUCH_TOO_FAST
                yield found if dangerous else found.model_copy(update={"severity": Severity.WARNING})


def rate_unknown(context: Context, each: Prescription, limits: Iterable[tuple[str, DoseLimit]]) -> bool:
    """Whether the text says how fast a dose goes into the body, and nothing is known of how fast it may."""
    told = [one for one in each.doses if is_rate(one) or _timed(one)]
    held = [limit for _, limit in limits]
    return any(not any(_judges(context, limit, one) for limit in held) for one in told if one.unit)


def is_rate(one: Dose) -> bool:
    """Whether it is so much an hour or a minute."""
    return one.hourly is not None


def _timed(one: Dose) -> bool:
    return one.per == "dose" and one.over_hours is not None and one.over_hours < ALL_DAY


def _judges(context: Context, limit: DoseLimit, one: Dose) -> bool:
    long = is_rate(one) or (one.over_hours is not None and one.over_hours >= INFUSION_HOURS)
    most = [limit.hourly if long else None, None if one.per == "hour" else limit.fastest]
    return limit.unit == one.unit and any(_top(context, limit, each, one) is not None for each in most)


def _top(context: Context, limit: DoseLimit, most: float | None, one: Dose) -> float | None:
    """The fastest rate in the dose's own terms; by the weight, where it is known, for a dose per kilogram."""
    weight = context.patient.patient.weight_kg if context.patient else None
    if one.per_kg and not limit.per_kg and most is not None and weight:
        return most / weight
    return scaled(limit, most, scale(context, limit), one)


def _injection_known(context: Context, ingredient: str, unit: str) -> bool:
    return any(each.fastest is not None and each.unit == unit for each in context.knowledge.limits(ingredient))
