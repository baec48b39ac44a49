"""Whether a guideline's sentence is for a state that the patient is said not to be in ("severe", and it is mild)."""

from __future__ import annotations

from medrag.knowledge import Knowledge
from medrag.patient.conditions import implied, phrases_in
from medrag.patient.view import PatientView
from medrag.reading.thresholds.states import Stated, required, stated, telling


def other_state(text: str, heading: str, question: str, patient: PatientView) -> tuple[Stated, Stated] | None:
    """The state that the sentence is for and the one that the patient is in, where they exclude each other.

    What question or record name of the sentence's own state, be it past, feared or asked, leaves it open.
    """
    wanted = required(text, heading)
    if not wanted:
        return None
    told = told_of(question, patient)
    for each in wanted:
        same = [one for one in told if one.axis == each.axis and alike(one, each, patient.knowledge)]
        held = next((one for one in same if one.clear), None)
        if held and all(each.states.isdisjoint(one.states) for one in same):
            return each, held
    return None


def told_of(question: str, patient: PatientView) -> list[Stated]:
    """Every state that question and record name of the patient."""
    return [*stated(question), *patient.states]


def alike(told: Stated, wanted: Stated, knowledge: Knowledge) -> bool:
    """Whether both are states of the same condition, or of the patient as a whole."""
    if not wanted.about and not told.about:
        return True
    return bool(_meanings(told.about, knowledge) & _meanings(wanted.about, knowledge))


def _meanings(about: str, knowledge: Knowledge) -> set[str]:
    """The conditions that the words name, with those they imply, and the words themselves."""
    named = {broader for each in phrases_in(about, knowledge) for broader in implied(each, knowledge)}
    return named | telling(about)
