"""What a prescription amounts to a day."""

from __future__ import annotations

from dataclasses import replace

from medrag.safety.reading import Dose, Prescription


def amounts_of(prescription: Prescription, ingredient: str, unit: str = "mg") -> Prescription:
    """The prescription with only the doses of one ingredient, in ``unit``."""
    parts = (_part(prescription, one, ingredient) for one in prescription.doses)
    return Prescription(prescription.mention, tuple(part for part in parts if part.unit == unit))


def _part(each: Prescription, one: Dose, ingredient: str) -> Dose:
    """The share of ``ingredient`` in a combination written as "875/125 mg": by order (co-trimoxazole: by size)."""
    names = each.mention.ingredients
    if len(one.parts) < 2 or len(one.parts) != len(names) or ingredient not in names:
        return one
    amount = one.parts[names.index(ingredient)]
    if set(names) == {"sulfamethoxazole", "trimethoprim"}:
        amount = max(one.parts) if ingredient == "sulfamethoxazole" else min(one.parts)
    return replace(one, low=amount, high=amount, parts=())


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
