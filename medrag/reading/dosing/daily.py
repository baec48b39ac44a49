"""What a prescription amounts to a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from medrag.reading.dosing.doses import Dose
from medrag.reading.prescriptions import Prescription

SUM_PER_KG = 30.0
"""Milligrams of co-trimoxazole per kilogram from which both its parts are meant."""


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
    """5 parts sulfamethoxazole to 1 of trimethoprim; one number means the sum (120, 240, 960), else trimethoprim.

    By weight it is the sum from an amount on that nobody gives of trimethoprim.
    """
    if len(one.parts) == 2:
        return max(one.parts) if ingredient == "sulfamethoxazole" else min(one.parts)
    summed = one.high >= (SUM_PER_KG if one.per_kg else 400) or one.high in (120, 240)
    trimethoprim = one.high / 6 if summed else one.high
    return trimethoprim * 5 if ingredient == "sulfamethoxazole" else trimethoprim


def daily_dose(prescription: Prescription) -> float | None:
    """The largest amount a day that the text allows; a stated daily maximum caps it, or is what it is raised to.

    All doses must be in one unit. None where the text gives none. A dose without a frequency counts once, and doses
    at times of day of their own ("40 mg mane and 20 mg nocte") add up.
    """
    doses = [one for one in prescription.doses if not (one.per_kg or one.per_m2 or one.threshold)]
    regular = [one for one in doses if not one.maximum]
    caps = [_a_day(one) for one in doses if one.maximum]
    if not regular or any(one.maximum and one.raised for one in doses) or (caps and not all(map(_bounded, regular))):
        return max(caps, default=None)
    return min([max(*map(_a_day, regular), _over_the_day(regular)), *caps])


def _bounded(one: Dose) -> bool:
    """Whether the text says how often it is given, so that a maximum is no more than a cap."""
    return one.once or one.daily is not None


def _a_day(one: Dose) -> float:
    return one.daily if one.daily is not None else one.high


def _over_the_day(doses: Iterable[Dose]) -> float:
    """The sum of the doses that are given at times of day of their own; 0 where two share one."""
    timed = [one for one in doses if one.at]
    apart = sum(len(one.at) for one in timed) == len(frozenset().union(*(one.at for one in timed)))
    return sum(map(_a_day, timed)) if apart else 0.0
