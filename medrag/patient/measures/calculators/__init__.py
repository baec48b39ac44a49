"""Which values are computed from a record: each with its formula, inputs, population and source, a file a group."""

from __future__ import annotations

from functools import lru_cache

from medrag.knowledge import Knowledge
from medrag.patient.measures.calculators.acid_base import ACID_BASE
from medrag.patient.measures.calculators.body import BODY
from medrag.patient.measures.calculators.cardiovascular import cardiovascular_risks
from medrag.patient.measures.calculators.chemistry import CHEMISTRY
from medrag.patient.measures.calculators.declaration import ADULT_YEARS, Calculator
from medrag.patient.measures.calculators.doses import DOSES
from medrag.patient.measures.calculators.kidney import KIDNEY, kidney_failure_risks
from medrag.patient.measures.calculators.liver import LIVER
from medrag.patient.measures.calculators.points import calculator
from medrag.patient.measures.calculators.pregnancy import PREGNANCY
from medrag.patient.measures.calculators.rhythm import RHYTHM
from medrag.patient.measures.calculators.stroke import STROKE

__all__ = ["ADULT_YEARS", "Calculator", "calculators"]


@lru_cache(maxsize=4)
def calculators(knowledge: Knowledge) -> dict[str, Calculator]:
    """Every calculator by its name: those declared here, and those that the knowledge's data make."""
    return {
        **BODY,
        **KIDNEY,
        **kidney_failure_risks(knowledge),
        **CHEMISTRY,
        **ACID_BASE,
        **RHYTHM,
        **LIVER,
        **STROKE,
        **cardiovascular_risks(knowledge),
        **DOSES,
        **PREGNANCY,
        **{name: calculator(score) for name, score in knowledge.point_scores.items()},
    }
