"""Conversions between plain units ("umol/L" to "mg/dL", pounds to kilograms), which need no registry of units."""

from __future__ import annotations

import re
from typing import NamedTuple

_POWERS = {"f": -15, "p": -12, "n": -9, "u": -6, "m": -3, "c": -2, "d": -1, "": 0, "h": 2, "k": 3}
_CUSTOMARY = {
    "[lb_av]": (453.59237, "g"),
    "[oz_av]": (28.349523125, "g"),
    "[in_i]": (0.0254, "m"),
    "[ft_i]": (0.3048, "m"),
}
"""What one of them is of a metric unit, exactly (the international yard and pound of 1959)."""
_UNIT = re.compile(rf"(?P<prefix>[{''.join(_POWERS)}]?)(?P<base>g|mol|[Ll]|m|s)")
_COUNT = re.compile(r"(?:10\*(?P<power>\d))?")
_EXCHANGED = {("g", "mol"), ("mol", "g")}


class _Unit(NamedTuple):
    """``times`` ten to the ``power`` of what ``base`` measures, in each ``per`` (nothing where it is no rate)."""

    power: int
    base: str
    per: str
    times: float = 1.0


def convert(value: float, source: str, to: str, molar_mass: float | None) -> float | None:
    """``value`` in ``source`` as a number of ``to`` (UCUM codes); None where that is not for plain factors to say.

    ``molar_mass`` (g/mol) allows mass and amount of substance to be exchanged.
    """
    given, wanted = _read(source), _read(to)
    if given is None or wanted is None or given.per != wanted.per:
        return None
    if given.base != wanted.base:
        if not molar_mass or (given.base, wanted.base) not in _EXCHANGED or given.per not in ("", "L"):
            return None
        value = value * molar_mass if given.base == "mol" else value / molar_mass
    power = given.power - wanted.power
    amount = value * given.times / wanted.times
    return amount * float(10**power) if power >= 0 else amount / float(10**-power)


def _read(code: str) -> _Unit | None:
    if code in _CUSTOMARY:
        times, base = _CUSTOMARY[code]
        return _Unit(0, base, "", times)
    above, slash, below = code.partition("/")
    count, under = _COUNT.fullmatch(above), _part(below) if slash else (0, "")
    top = (int(count["power"] or 0), "") if count and slash else _part(above)
    return _Unit(top[0] - under[0], top[1], under[1]) if top and under else None


def _part(written: str) -> tuple[int, str] | None:
    match = _UNIT.fullmatch(written)
    return (_POWERS[match["prefix"]], "L" if match["base"] == "l" else match["base"]) if match else None
