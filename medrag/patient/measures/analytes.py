"""Observations in the vocabulary's terms: which measurement each is of, and its value in the unit that is kept."""

from __future__ import annotations

import math
from collections.abc import Iterable

from medrag.knowledge import Knowledge
from medrag.knowledge.names import normalise
from medrag.knowledge.vocabulary import Measurement
from medrag.patient.measures.units import UnitError, convert
from medrag.types import Observation

SAME = 0.001
"""Two values that differ by no more of one another are the same, converted."""


def identify(
    display: str, knowledge: Knowledge, code: str | None = None, system: str | None = None
) -> Measurement | None:
    """What an observation measures, by LOINC code, else by its whole name; ``None`` where neither is known."""
    if code and code in knowledge.lab_names and system in {None, "LOINC", "http://loinc.org"}:
        return knowledge.measurements[knowledge.lab_names[code]]
    key = None if code and system == "LOINC" else named(display, knowledge)
    return knowledge.measurements[key] if key else None


def named(display: str, knowledge: Knowledge) -> str | None:
    """The key of the measurement that goes by the whole of ``display``, but for its specimen ("K+ (plasma)")."""
    name = normalise(display)
    if name in knowledge.lab_names:
        return knowledge.lab_names[name]
    bare = " ".join(word for word in name.split() if word not in knowledge.words["specimens"])
    return knowledge.lab_names.get(bare)


def measured_by(observation: Observation, knowledge: Knowledge) -> Measurement | None:
    """What ``observation`` measures; ``None`` where that is not known."""
    return identify(observation.display, knowledge, observation.code, observation.system)


def of(observations: Iterable[Observation], kind: Measurement, knowledge: Knowledge) -> list[Observation]:
    """The observations that measure ``kind``."""
    return [each for each in observations if measured_by(each, knowledge) is kind]


def measure(kind: Measurement, observation: Observation) -> float:
    """The observation's value in the unit of ``kind``; raises ``UnitError`` when it has none that converts."""
    if not isinstance(observation.value, float | int):
        raise UnitError("the value is not a number")
    if not observation.unit:
        if kind.unit == "1":
            return float(observation.value)
        raise UnitError("the unit is not given")
    return in_unit(kind, observation.value, observation.unit)


def in_unit(kind: Measurement, value: float, unit: str) -> float:
    """``value`` in ``unit`` as a number of the measurement's unit; raises ``UnitError``."""
    written = unit.strip().lower()
    if written in kind.shifted:
        factor, addend = kind.shifted[written]
        return round(value * factor + addend, 1)
    if written in kind.factors:
        return value * kind.factors[written]
    return convert(value, unit, kind.unit, molar_mass=kind.molar_mass, valence=kind.valence)


def as_recorded(kind: Measurement, value: float, observations: Iterable[Observation], knowledge: Knowledge) -> str:
    """``value`` (in the unit of ``kind``) with its unit: as the observation that it is of gives them, if one does."""
    for each in reversed(of(observations, kind, knowledge)):
        try:
            if each.unit and math.isclose(measure(kind, each), value, rel_tol=SAME):
                return f"{each.value:g} {each.unit}" if isinstance(each.value, float | int) else str(each.value)
        except UnitError:
            continue
    return f"{value:.4g}" if kind.unit == "1" else f"{value:.4g} {kind.unit}"
