"""Units through UCUM (``ucumvert``) and ``pint``, with the spellings clinicians and laboratories use.

The registry takes about a second to build, so it is built on the first conversion that needs it; plain metric units
do not.
"""

from __future__ import annotations

import math
import re
import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from medrag.patient.measures import metric
from medrag.reading.languages import units

if TYPE_CHECKING:
    from pint import UnitRegistry

_MICRO = re.compile("[\u00b5\u03bc]")


class UnitError(ValueError):
    """A unit that is not known, or that does not measure the same thing."""


def ucum(unit: str) -> str:
    """The UCUM code of ``unit``; ``unit`` itself (with a plain ``u`` for micro) where it is none of the spellings."""
    plain = _MICRO.sub("u", unit.strip())
    return units().ucum.get(re.sub(r"\s+", "", plain).casefold(), plain)


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
    result = metric.convert(value, source, to, molar_mass)
    if result is None:
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
