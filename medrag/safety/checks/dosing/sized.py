"""Doses by body weight or surface, held as what they come to against limits that are not by either."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from medrag.knowledge.schema import DoseLimit
from medrag.messages import Value
from medrag.patient.measures.formulas import bsa_mosteller
from medrag.reading import Dose, Prescription
from medrag.safety.check_context import Context
from medrag.safety.checks.dosing.held import SLACK, above, scale
from medrag.types import Finding, Severity

TYPICAL_SURFACE = 1.73
"""Square metres of a typical adult, where height or weight is not recorded. McIntosh JF, J Clin Invest 1928;6:467."""
CAPPED = 2.0
"""Up to this many times the limit a dose by size only warns: the cap that such doses have often goes unsaid."""


def sized_above(
    context: Context, limit: DoseLimit, ingredient: str, mine: Prescription, every: Sequence[DoseLimit]
) -> Iterator[Finding]:
    """Fails for a dose by weight or surface that comes to more than ``limit``, of those ``every`` of the ingredient.

    A dose by weight is held to limits by weight, where there are any for a single or a daily one.
    """
    by = scale(context, limit)
    caps = [one.high for one in mine.doses if one.maximum and not (one.per_kg or one.per_m2)]
    for one in mine.doses:
        if by is None or one.threshold or one.maximum or (one.per_m2 and context.rescued):
            continue
        code, size = _size(context, one)
        if size is None:
            continue
        of = [each for each in every if each.unit == limit.unit and each.per_kg and one.per_kg]
        tops = (
            (one.high if one.per == "dose" else None, limit.single, any(each.single is not None for each in of)),
            (None if one.once else one.daily, limit.daily, any(each.daily is not None for each in of)),
        )
        for much, most, own in tops:
            if much is None or most is None or own:
                continue
            amount, top = round(min([much * size, *caps]), 4), most * by
            if amount > top * SLACK:
                values: dict[str, Value] = {"dose": amount, "unit": one.unit, "limit": top, "size": round(size, 2)}
                found = above(code, context, limit, ingredient, **values)
                slightly = amount <= top * CAPPED
                yield found.model_copy(update={"severity": Severity.WARNING}) if slightly else found


def unsized(context: Context, each: Prescription, every: Sequence[DoseLimit]) -> bool:
    """Whether nobody knows what a dose by size comes to: no weight recorded, or no height of a child."""
    if context.patient is None:
        return False
    own = {limit.unit for limit in every if limit.per_kg}
    by_size = (one for one in each.doses if one.per_m2 or (one.per_kg and one.unit not in own))
    return any(_size(context, one)[1] is None for one in by_size if one.hourly is None)


def _size(context: Context, one: Dose) -> tuple[str, float | None]:
    """How a finding tells it, and the kilograms or square metres that the dose is multiplied by."""
    record = context.patient.patient if context.patient else None
    weight, height = (record.weight_kg, record.height_cm) if record else (None, None)
    if one.per_kg:
        return "dose.by_weight_above", weight
    if not one.per_m2:
        return "", None
    if weight and height:
        return "dose.by_surface_above", bsa_mosteller(weight, height)
    age = context.patient.age if context.patient else None
    adult = age is None or age >= context.knowledge.age_limits["adult"].from_age
    return "dose.by_typical_surface_above", TYPICAL_SURFACE if adult else None
