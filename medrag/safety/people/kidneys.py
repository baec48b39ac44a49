"""Whether a guideline's sentence is for kidneys much worse than the patient's ("In haemodialysis")."""

from __future__ import annotations

from medrag.patient.conditions import implied, phrases_in
from medrag.patient.view import PatientView
from medrag.patient.wording import wording
from medrag.reading.thresholds.states import lead

FAR = 2.0
"""Times the eGFR of a stage from which a patient's is surely not of it."""


def better_kidneys(text: str, question: str, patient: PatientView) -> tuple[str, str] | None:
    """The stage that the sentence is for and the kidney function that is far better; None where it may be."""
    known = patient.kidney("egfr")
    begun = lead(text)
    if known is None or not begun or " or " in begun:
        return None
    knowledge = patient.knowledge
    asked = {broader for each in phrases_in(question, knowledge) for broader in implied(each, knowledge)}
    for each in wording(begun, knowledge).affirmed:
        names = implied(each.condition, knowledge)
        stages = [egfr for name in names if (egfr := knowledge.conditions[name].egfr)]
        here = names.keys() & (patient.concepts.keys() | asked)
        if stages and not here and known[0] >= FAR * min(stages):
            return knowledge.conditions[each.condition].name, known[1]
    return None
