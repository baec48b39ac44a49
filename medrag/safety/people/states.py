"""Whether a guideline's sentence is for a state that the patient is said not to be in ("severe", and it is mild)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from medrag.knowledge import Knowledge
from medrag.patient.conditions import implied, phrases_in
from medrag.patient.view import PatientView
from medrag.reading.languages import said
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
    return [*stated(question), *(each for words in _words(patient) for each in stated(words))]


def _words(patient: PatientView) -> Iterator[str]:
    """What the record says of the patient's states."""
    known = patient.patient
    for fact in known.conditions or ():
        if fact.current and not fact.source.startswith("question:"):
            yield fact.display
    for measured in known.observations or ():
        if measured.current and not (isinstance(measured.value, str) and measured.source.startswith("question:")):
            yield f"{measured.display} {measured.value} {measured.unit or ''}"
    for each in patient.drugs:
        held = chain.from_iterable(map(patient.knowledge.classes_of, each.prescription.mention.ingredients))
        yield f"takes {', '.join(name.replace('_', ' ') for name in held)}"
    if known.pregnant:
        yield "pregnant"
    if patient.gestation:
        yield from _trimesters(*patient.gestation, patient.knowledge)
    if any(name in patient.concepts for name in said("states", "comorbidities")):
        yield "with comorbidity"


def _trimesters(first: float, last: float, knowledge: Knowledge) -> Iterator[str]:
    """The trimester that weeks of gestation are of, where they are of one."""
    for name, part in knowledge.trimesters.items():
        if part.from_week <= first and last < part.to_week:
            yield f"{name} trimester"


def alike(told: Stated, wanted: Stated, knowledge: Knowledge) -> bool:
    """Whether both are states of the same condition, or of the patient as a whole."""
    if not wanted.about and not told.about:
        return True
    return bool(_meanings(told.about, knowledge) & _meanings(wanted.about, knowledge))


def _meanings(about: str, knowledge: Knowledge) -> set[str]:
    """The conditions that the words name, with those they imply, and the words themselves."""
    named = {broader for each in phrases_in(about, knowledge) for broader in implied(each, knowledge)}
    return named | telling(about)
