"""Stroke and bleeding in atrial fibrillation."""

from __future__ import annotations

from medrag.patient.measures import formulas
from medrag.patient.measures import score_items as history
from medrag.patient.measures.calculators.declaration import ADULTS, Calculator
from medrag.patient.measures.scores import clinical_history, has_bled_history

STROKE: dict[str, Calculator] = {
    "cha2ds2_vasc": Calculator(
        "CHA2DS2-VASc",
        "{score}",
        "Lip 2010",
        ("age", "sex"),
        lambda v: formulas.cha2ds2_vasc(v["age"], v["sex"], frozenset(k for k in v if v[k] is True)),
        ages=ADULTS,
        applies=lambda patient, known: bool(history.found(patient, "atrial_fibrillation", known)),
        gather=clinical_history,
        population="adults with atrial fibrillation",
        source="Lip GYH et al., Chest 2010;137:263. doi:10.1378/chest.09-1584",
    ),
    "has_bled": Calculator(
        "HAS-BLED",
        "{score}",
        "Pisters 2010",
        ("age",),
        lambda v: formulas.has_bled(v["age"], frozenset(k for k in v if v[k] is True)),
        ages=ADULTS,
        applies=lambda patient, known: bool(
            history.found(patient, "atrial_fibrillation", known) or history.found(patient, "anticoagulants", known)
        ),
        gather=has_bled_history,
        population="adults with atrial fibrillation, or anticoagulated",
        source="Pisters R et al., Chest 2010;138:1093. doi:10.1378/chest.10-0134",
    ),
}
