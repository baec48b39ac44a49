"""What a prescription amounts to a day."""

from __future__ import annotations

from dataclasses import replace

from medrag.reading.dosing.doses import Dose
from medrag.reading.prescriptions import Prescription


def amounts_of(prescription: Prescription, ingredient: str, unit: str = "mg") -> Prescription:
    """The prescription with only the doses of one ingredient, in ``unit``."""
    parts = (_part(prescription, one, ingredient) for one in prescription.doses)
    return Prescription(prescription.mention, tuple(part for part in parts if part.unit == unit))


def _part(each: Prescription, one: Dose, ingredient: str) -> Dose:
    """The share of ``ingredient`` in a combination: by order in "875/125 mg"; a single number is the first one's."""
    names = each.mention.ingredients
    if len(names) < 2 or ingredient not in names:
        return one
    if set(names) == {"sulfamethoxazole", "trimethoprim"}:
        amount = _co_trimoxazole(one, ingredient)
    elif len(one.parts) == len(names):
        amount = one.parts[names.index(ingredient)]
    else:
        amount = one.high if ingredient == names[0] else 0.0
    return replace(one, low=min(one.low, amount), high=amount, parts=())


def _co_trimoxazole(one: Dose, ingredient: str) -> float:
    """5 parts sulfamethoxazole to 1 of trimethoprim; one number means the sum (960) or, if small, trimethoprim."""
    if len(one.parts) == 2:
        return max(one.parts) if ingredient == "sulfamethoxazole" else min(one.parts)
    trimethoprim = one.high / 6 if one.high >= 400 else one.high
    return trimethoprim * 5 if ingredient == "sulfamethoxazole" else trimethoprim


def daily_dose(prescription: Prescription) -> float | None:
    """The largest amount a day that the text allows; a stated daily maximum caps it.

    All doses must be in one unit. None where the text gives none. A dose without a frequency counts once.
    """
    doses = [one for one in prescription.doses if not (one.per_kg or one.per_m2 or one.threshold)]
    regular = [one.daily if one.daily is not None else one.high for one in doses if not one.maximum]
    caps = [one.daily if one.daily is not None else one.high for one in doses if one.maximum]
    if not regular:
        return max(caps, default=None)
    return min([max(regular), *caps]) if caps else max(regular)
