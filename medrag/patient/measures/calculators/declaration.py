"""How a computed value is declared, and what the declarations of the groups share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from medrag.knowledge import Knowledge
from medrag.patient.measures import analytes
from medrag.patient.measures.inputs import Value
from medrag.types import Patient

Values = dict[str, Any]
ADULT_YEARS = 18
ADULTS = (float(ADULT_YEARS), 200.0)


def always(_patient: Patient, _knowledge: Knowledge) -> bool:
    """For values that mean something for everyone."""
    return True


def never(_patient: Patient, _knowledge: Knowledge) -> bool:
    """For values that are computed only where someone asks for them."""
    return False


@dataclass(frozen=True)
class Calculator:
    """One computed value: the formula, its inputs, whom it is for, and who published it.

    ``needs`` are "age", "sex", measurements and findings of scores; ``gather`` adds inputs that are neither.
    ``ages`` is [from, to) in years and ``excludes`` are findings: outside them, or outside the ``limits`` of an input
    (least and most, in its unit), nothing is computed. ``fresh_days`` bounds the age of the inputs,
    ``together_days`` how far apart they may have been measured. ``applies``: whether a record is completed with it
    unasked. ``bounds`` gives the least and the most that inputs of which some are missing leave open, and ``means``
    what the value says, from each number on.
    """

    title: str
    unit: str
    formula: str
    needs: tuple[str, ...]
    compute: Callable[[Values], float]
    population: str = ""
    source: str = ""
    ages: tuple[float, float] = (0, 200)
    excludes: tuple[str, ...] = ()
    limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    fresh_days: int | None = None
    together_days: int | None = None
    applies: Callable[[Patient, Knowledge], bool] = never
    gather: Callable[[Patient, date, Knowledge], dict[str, Value]] = lambda _patient, _today, _knowledge: {}
    bounds: Callable[[Values], tuple[float, float]] | None = None
    means: Mapping[float, str] = field(default_factory=dict)

    def meaning(self, value: float) -> str | None:
        """What ``value`` says, where the source tells."""
        return next((self.means[least] for least in sorted(self.means, reverse=True) if value >= least), None)


def has(*keys: str) -> Callable[[Patient, Knowledge], bool]:
    """Whether a patient's record holds values of the measurements."""

    def holds(patient: Patient, knowledge: Knowledge) -> bool:
        held = patient.observations or ()
        return all(analytes.of(held, knowledge.measurements[key], knowledge) for key in keys)

    return holds


def is_adult(patient: Patient, _knowledge: Knowledge) -> bool:
    """Whether the patient is, or may be, an adult."""
    return patient.age_years is None or patient.age_years >= ADULT_YEARS
