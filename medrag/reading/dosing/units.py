"""The units of doses, and what each is in the one that limits are in."""

from __future__ import annotations

import re

from medrag.reading.languages import pattern

UNIT = (
    r"mill?igram(?:me)?s?|mgms?|m\.g\.|mgs?|microgram(?:me)?s?|microgs?|mcgs?|µg|μg|ug"
    r"|nanograms?|ng|gram(?:me)?s?|gm|g|international units?|units?|iu|u"
    r"|mmol|meq|(?-i:MU)|megaunits?|mega\s?units?|millilit(?:er|re)s?|mls?|cc"
)
"""A unit as it is written."""
ELEMENTAL = "mg elemental"
"""Milligrams of an element and not of its salt."""
EXPOSURE = "AUC"
"""mg/mL·min, the exposure from which Calvert's formula makes a dose."""
_TO_CANONICAL = {
    "mg": ("mg", 1.0),
    "milligram": ("mg", 1.0),
    "mcg": ("mg", 0.001),
    "microgram": ("mg", 0.001),
    "microg": ("mg", 0.001),
    "µg": ("mg", 0.001),
    "μg": ("mg", 0.001),
    "ug": ("mg", 0.001),
    "ng": ("mg", 1e-6),
    "nanogram": ("mg", 1e-6),
    "g": ("mg", 1000.0),
    "gm": ("mg", 1000.0),
    "gram": ("mg", 1000.0),
    "unit": ("unit", 1.0),
    "international unit": ("unit", 1.0),
    "iu": ("unit", 1.0),
    "u": ("unit", 1.0),
    "mu": ("unit", 1e6),
    "megaunit": ("unit", 1e6),
    "mega unit": ("unit", 1e6),
    "": ("mg", 1.0),
    "mmol": ("mmol", 1.0),
    "meq": ("mmol", 1.0),
    "ml": ("mL", 1.0),
    "cc": ("mL", 1.0),
    "milliliter": ("mL", 1.0),
    "millilitre": ("mL", 1.0),
}
_SPACES = re.compile(r"\s+")
_MILLIGRAM = re.compile(r"^m(?:gm|\.g\.)")


def canonical(written: str) -> tuple[str, float]:
    """The unit that limits are in, and how much of it one of the unit as ``written`` is."""
    lower = _SPACES.sub(" ", written.lower()).replace("gramme", "gram").replace("milig", "millig")
    lower = _MILLIGRAM.sub("mg", lower)
    return _TO_CANONICAL[lower[:-1] if len(lower) > 2 and lower.endswith("s") else lower]


def elemental(before: str, after: str, *, per_kg: bool) -> bool:
    """Whether milligrams are of the element: iron by the kilogram is so unless a salt is named."""
    said = pattern("amounts", "of_element").search(before) or pattern("amounts", "as_element").match(after)
    return bool(said or (per_kg and pattern("amounts", "by_weight").search(before)))
