"""Whether a guideline's sentence is for people with a second illness, or a drug, that a patient's record does not list.

A record that lists conditions or drugs is taken to list the lasting ones. So a sentence is only not offered; nothing is
called safe by it. What a record lists none of, or names in words that mean nothing here, stays open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from medrag.patient.applicability.ailments import lists_conditions
from medrag.patient.applicability.medicines import Medicines, lists_drugs
from medrag.patient.conditions import implied, phrases_in
from medrag.patient.view import PatientView
from medrag.patient.wording import wording
from medrag.reading import drugs
from medrag.reading.languages import pattern, said
from medrag.reading.mentions import ingredients_named
from medrag.reading.thresholds.states import lead

_said = partial(pattern, "states")
NEAR = 3
"""Characters between "taking" and the drug."""


def missing_companion(text: str, question: str, patient: PatientView) -> tuple[str, ...]:
    """What the sentence ``text`` is for that the patient does not have or take by the record; empty where it may be."""
    begun = re.sub(r"\([^)]*\)", "", lead(text))
    if not begun or re.search(r"\bor\b", begun, re.I):
        return ()
    return tuple(_illnesses(begun, question, patient)) or tuple(_drugs(text, begun, question, patient))


def _illnesses(begun: str, question: str, patient: PatientView) -> Iterator[str]:
    """The lasting illnesses that a lead names beside one that the patient has, and the patient has not."""
    named = list(dict.fromkeys(each.condition for each in wording(begun, patient.knowledge).affirmed))
    if any(each in patient.concepts for each in named) and lists_conditions(patient):
        lacking = [each for each in named if _lacking(each, question, patient)]
        yield from (patient.knowledge.conditions[each].name for each in lacking)


def _lacking(name: str, question: str, patient: PatientView) -> bool:
    """Whether record and question name neither the lasting illness nor a broader one, and no value may mean it."""
    if name not in said("states", "companions") or _by_kidney(name, patient):
        return False
    asked = {
        broader for each in phrases_in(question, patient.knowledge) for broader in implied(each, patient.knowledge)
    }
    return (asked | patient.concepts.keys()).isdisjoint(implied(name, patient.knowledge))


def _by_kidney(name: str, patient: PatientView) -> bool:
    """Whether the patient's kidney function is that of a stage of the illness."""
    stages = (each.egfr for each in patient.knowledge.conditions.values() if name in each.implies)
    return any(best is not None and patient.labs.get("egfr", best + 1) < best + 1 for best in stages)


def _drugs(text: str, begun: str, question: str, patient: PatientView) -> Iterator[str]:
    """The drugs that a lead's people take, where the patient takes none that the sentence names.

    What the question names counts as taken, unless it is just what it asks for.
    """
    taking = _said("takers").search(begun)
    if not taking or _said("denied").search(begun) or not lists_drugs(patient):
        return
    named = [each for each in drugs(begun, patient.knowledge) if each.resolved and each.start >= taking.end()]
    if not named or named[0].start - taking.end() > NEAR:
        return
    wanted = {name for each in drugs(text, patient.knowledge) for name in ingredients_named(each, patient.knowledge)}
    held = Medicines(patient, question)
    if not any(wanted & each for each in (*held.taken, *held.not_asked)):
        yield from dict.fromkeys(each.label for each in named)
