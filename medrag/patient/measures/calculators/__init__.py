"""Which values are computed from a record: each with its formula, inputs, population and source, a file a group."""

from __future__ import annotations

from functools import lru_cache

from medrag.knowledge import load
from medrag.patient.measures.calculators.acid_base import ACID_BASE
from medrag.patient.measures.calculators.body import BODY
from medrag.patient.measures.calculators.cardiovascular import CARDIOVASCULAR
from medrag.patient.measures.calculators.chemistry import CHEMISTRY
from medrag.patient.measures.calculators.declaration import ADULT_YEARS, Calculator
from medrag.patient.measures.calculators.doses import DOSES
from medrag.patient.measures.calculators.kidney import KIDNEY
from medrag.patient.measures.calculators.liver import LIVER
from medrag.patient.measures.calculators.points import calculator
from medrag.patient.measures.calculators.pregnancy import PREGNANCY
from medrag.patient.measures.calculators.rhythm import RHYTHM
from medrag.patient.measures.calculators.stroke import STROKE

__all__ = ["ADULT_YEARS", "CALCULATORS", "Calculator", "calculators"]

CALCULATORS: dict[str, Calculator] = {
    **BODY,
    **KIDNEY,
    **CHEMISTRY,
    **ACID_BASE,
    **RHYTHM,
    **LIVER,
    **STROKE,
    **CARDIOVASCULAR,
    **DOSES,
    **PREGNANCY,
}
"""The equations, by name; :func:`calculators` has the point scores as well."""


@lru_cache(maxsize=1)
def calculators() -> dict[str, Calculator]:
    """Every declared calculator by its name, the knowledge's point scores included."""
    return {**CALCULATORS, **{name: calculator(score) for name, score in load().point_scores.items()}}
