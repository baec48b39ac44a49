"""Units through UCUM (``ucumvert``) and ``pint``, with the spellings clinicians and laboratories use.

The registry takes about a second to build, so it is built on the first conversion that needs it.
"""

from __future__ import annotations

import math
import re
import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pint import UnitRegistry

# Spellings that are not UCUM, folded to lower case without spaces, and the UCUM code each stands for.
_SPELLINGS = {
    "kgs": "kg",
    "kilogram": "kg",
    "kilograms": "kg",
    "lb": "[lb_av]",
    "lbs": "[lb_av]",
    "pound": "[lb_av]",
    "pounds": "[lb_av]",
    "oz": "[oz_av]",
    "in": "[in_i]",
    "inch": "[in_i]",
    "inches": "[in_i]",
    "ft": "[ft_i]",
    "feet": "[ft_i]",
    "cms": "cm",
    "centimeters": "cm",
    "centimetres": "cm",
    "meters": "m",
    "metres": "m",
    "c": "Cel",
    "°c": "Cel",
    "degc": "Cel",
    "degreescelsius": "Cel",
    "celsius": "Cel",
    "f": "[degF]",
    "°f": "[degF]",
    "degf": "[degF]",
    "degreesfahrenheit": "[degF]",
    "fahrenheit": "[degF]",
    "mmhg": "mm[Hg]",
    "bpm": "/min",
    "beats/min": "/min",
    "beats/minute": "/min",
    "beatsperminute": "/min",
    "breaths/min": "/min",
    "/minute": "/min",
    "1/min": "/min",
    "{beats}/min": "/min",
    "msec": "ms",
    "milliseconds": "ms",
    "sec": "s",
    "seconds": "s",
    "mg/dl": "mg/dL",
    "mg%": "mg/dL",
    "mgperdl": "mg/dL",
    "mgperdeciliter": "mg/dL",
    "gperdl": "g/dL",
    "gperdeciliter": "g/dL",
    "gperl": "g/L",
    "gperliter": "g/L",
    "mmolperl": "mmol/L",
    "mmolperliter": "mmol/L",
    "umolperl": "umol/L",
    "umolperliter": "umol/L",
    "meqperl": "meq/L",
    "meqperliter": "meq/L",
    "g/dl": "g/dL",
    "gm/dl": "g/dL",
    "g/l": "g/L",
    "mg/l": "mg/L",
    "ug/dl": "ug/dL",
    "mcg/dl": "ug/dL",
    "ng/ml": "ng/mL",
    "mmol/l": "mmol/L",
    "umol/l": "umol/L",
    "micromol/l": "umol/L",
    "mcmol/l": "umol/L",
    "nmol/l": "nmol/L",
    "meq/l": "meq/L",
    "k/ul": "10*3/uL",
    "k/mm3": "10*3/uL",
    "x10^3/ul": "10*3/uL",
    "10^3/ul": "10*3/uL",
    "x10e3/ul": "10*3/uL",
    "10e3/ul": "10*3/uL",
    "thou/ul": "10*3/uL",
    "x10^9/l": "10*9/L",
    "10^9/l": "10*9/L",
    "10e9/l": "10*9/L",
    "/ul": "/uL",
    "/mm3": "/uL",
    "/mm^3": "/uL",
    "kg/m^2": "kg/m2",
    "kg/m²": "kg/m2",
    "ratio": "1",
    "inr": "1",
    "{inr}": "1",
    "{ratio}": "1",
    "percent": "%",
    "u/l": "U/L",
    "ml/min": "mL/min",
    "ml/min/1.73m2": "mL/min/{1.73_m2}",
    "ml/min/1.73m^2": "mL/min/{1.73_m2}",
    "ml/min/1.73m²": "mL/min/{1.73_m2}",
    "ml/min/1.73": "mL/min/{1.73_m2}",
    "years": "a",
    "year": "a",
    "yr": "a",
}
_MICRO = re.compile("[\u00b5\u03bc]")


class UnitError(ValueError):
    """A unit that is not known, or that does not measure the same thing."""


def ucum(unit: str) -> str:
    """The UCUM code of ``unit``; ``unit`` itself (with a plain ``u`` for micro) where it is none of the spellings."""
    plain = _MICRO.sub("u", unit.strip())
    return _SPELLINGS.get(re.sub(r"\s+", "", plain).casefold(), plain)


def convert(value: float, unit: str, to: str, *, molar_mass: float | None = None, valence: int = 1) -> float:
    """``value`` in ``unit`` as a number of ``to`` (UCUM).

    ``molar_mass`` (g/mol) allows mass and amount of substance to be exchanged, ``valence`` milliequivalents and
    millimoles. Raises ``UnitError`` for an unknown unit or another dimension.
    """
    source = ucum(unit)
    if source == to:
        return value
    if source.endswith("meq/L"):
        value, source = value / valence, source.replace("meq", "mmol")
    result = _pint_convert(value, source, to, molar_mass)
    if not math.isfinite(result):
        raise UnitError(f"a value in {source} does not convert to {to}")
    return result


def _pint_convert(value: float, source: str, to: str, molar_mass: float | None) -> float:
    from pint.errors import PintError

    try:
        given, wanted = _unit(source), _unit(to)
        registry = _registry()
        amount = registry.Quantity(value, given)
        if molar_mass and amount.dimensionality != wanted.dimensionality:
            mass = registry.Quantity(molar_mass, "g/mol")
            amount = amount * mass if "[substance]" in amount.dimensionality else amount / mass
        return float(amount.to(wanted).magnitude)
    except (PintError, ArithmeticError) as error:
        raise UnitError(f"a value in {source} does not convert to {to}") from error


# Units of one registry are not comparable with another's: two threads may not build one each.
_BUILDING = threading.RLock()


def _registry() -> UnitRegistry[Any]:
    with _BUILDING:
        return _built()


@lru_cache(maxsize=1)
def _built() -> UnitRegistry[Any]:
    from ucumvert import PintUcumRegistry  # type: ignore[import-untyped]

    registry: UnitRegistry[Any] = PintUcumRegistry()
    return registry


def _unit(code: str) -> Any:
    with _BUILDING:
        return _parsed(code)


@lru_cache(maxsize=256)
def _parsed(code: str) -> Any:
    from lark.exceptions import LarkError

    try:
        parsed = _registry().from_ucum(code)  # type: ignore[operator]
    except (LarkError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise UnitError(f"{code} is not a UCUM unit") from error
    if not hasattr(parsed, "units"):
        return _registry().dimensionless
    if parsed.magnitude != 1:
        raise UnitError(f"{code} is not a plain UCUM unit")
    return parsed.units
