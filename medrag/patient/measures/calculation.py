"""One computed value as it is shown: with its inputs, whom it is for and who published it, or why it was refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from typing import Any

from pydantic import Field

from medrag.errors import InputError
from medrag.knowledge import Knowledge
from medrag.patient.measures.calculators import Calculator, calculators
from medrag.patient.measures.derived import Refusal, calculate
from medrag.types import Derived, Patient, Record


class Declared(Record):
    """A calculator as it is listed. ``needs`` are its inputs."""

    name: str
    title: str
    unit: str
    population: str
    source: str
    needs: tuple[str, ...]


class Calculation(Record):
    """What came of asking for the value ``name``: a ``value``, or what ``refused`` it.

    ``between`` is the least and the most that a point score can be where inputs are missing.
    """

    name: str
    title: str
    unit: str
    formula: str
    population: str
    source: str
    value: float | None = None
    meaning: str | None = None
    inputs: dict[str, Any] = Field(default_factory=dict)
    refused: dict[str, str] = Field(default_factory=dict)
    between: tuple[float, float] | None = None


def declared(knowledge: Knowledge) -> tuple[Declared, ...]:
    """Every calculator."""
    return tuple(
        Declared(
            name=name,
            title=each.title,
            unit=each.unit,
            population=each.population,
            source=each.source or each.formula,
            needs=each.needs,
        )
        for name, each in calculators(knowledge).items()
    )


def named(written: str, knowledge: Knowledge) -> str:
    """The calculator that ``written`` means, in any spelling ("CURB-65"). Raises ``InputError``."""
    known = {_folded(said): name for name, each in calculators(knowledge).items() for said in (each.title, name)}
    found = known.get(_folded(written))
    if found is None:
        near = [known[each] for each in get_close_matches(_folded(written), known, n=3)]
        hint = f"; did you mean {' or '.join(dict.fromkeys(near))}?" if near else ""
        raise InputError(f"no calculator is called {written!r}{hint}", param="name", code="calculator_not_found")
    return found


def _folded(written: str) -> str:
    return re.sub(r"[^a-z0-9]", "", written.lower())


def compute(written: str, patient: Patient, today: date, knowledge: Knowledge) -> Calculation:
    """The value that ``written`` names for ``patient``. Raises ``InputError`` for an unknown name."""
    name = named(written, knowledge)
    each = calculators(knowledge)[name]
    try:
        return _shown(name, each, calculate(name, patient, today, knowledge))
    except Refusal as refusal:
        return _shown(name, each, None).model_copy(update={"refused": refusal.reasons, "between": refusal.between})


def _shown(name: str, each: Calculator, found: Derived | None) -> Calculation:
    return Calculation(
        name=name,
        title=each.title,
        unit=each.unit,
        formula=each.formula,
        population=each.population,
        source=each.source or each.formula,
        value=found.value if found else None,
        meaning=each.meaning(found.value) if found else None,
        inputs=found.inputs if found else {},
    )


def render(calculation: Calculation) -> str:
    """The calculation in words, a line a thing."""
    return "\n".join(_lines(calculation))


def _lines(calculation: Calculation) -> Iterator[str]:
    if calculation.value is None:
        yield f"{calculation.title}: not computed"
        yield from (f"  {key.replace('_', ' ')}: {reason}" for key, reason in calculation.refused.items())
        if calculation.between:
            least, most = calculation.between
            yield f"  with what is known it is {least:g} to {most:g}"
    else:
        unit = "" if calculation.unit.startswith("{") or calculation.unit == "1" else f" {calculation.unit}"
        meaning = f", {calculation.meaning}" if calculation.meaning else ""
        yield f"{calculation.title}: {calculation.value:g}{unit}{meaning}"
        yield from (f"  {_input(key, said)}" for key, said in calculation.inputs.items())
    yield f"Formula: {calculation.formula}"
    if calculation.population:
        yield f"For: {calculation.population}"
    yield f"Source: {calculation.source}"


def _input(key: str, said: dict[str, Any]) -> str:
    value = said["value"]
    written = (
        {True: "yes", False: "no"}[value] if isinstance(value, bool) else f"{value:g}" if _number(value) else value
    )
    where = ", ".join(str(said[each]) for each in ("date", "source") if each in said)
    unit = said.get("unit", "")
    return f"{key.replace('_', ' ')}: {written} {unit}".rstrip() + (f" ({where})" if where else "")


def _number(value: Any) -> bool:
    return isinstance(value, int | float)
