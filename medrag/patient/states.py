"""What a record says of the patient's states ("mild", "pregnant"): its conditions, measurements and drugs' classes."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from itertools import chain

from medrag.knowledge import Knowledge
from medrag.reading.languages import said
from medrag.reading.thresholds.states import Stated, stated
from medrag.types import Patient


def recorded_states(
    patient: Patient,
    drugs: Iterable[tuple[str, ...]],
    concepts: Container[str],
    gestation: tuple[float, float] | None,
    knowledge: Knowledge,
) -> tuple[Stated, ...]:
    """Every state that the record of ``patient``, who takes ``drugs`` (the ingredients of each), names.

    ``concepts`` are the conditions that he has, ``gestation`` the weeks that she is pregnant, from and to.
    """
    words = chain(_words(patient, drugs, knowledge), _trimesters(gestation, knowledge))
    ill = any(name in concepts for name in said("states", "comorbidities"))
    return tuple(each for text in (*words, *(("with comorbidity",) if ill else ())) for each in stated(text))


def _words(patient: Patient, drugs: Iterable[tuple[str, ...]], knowledge: Knowledge) -> Iterator[str]:
    for fact in patient.conditions or ():
        if fact.current and not fact.source.startswith("question:"):
            yield fact.display
    for measured in patient.observations or ():
        if measured.current and not (isinstance(measured.value, str) and measured.source.startswith("question:")):
            yield f"{measured.display} {measured.value} {measured.unit or ''}"
    for ingredients in drugs:
        held = chain.from_iterable(map(knowledge.classes_of, ingredients))
        yield f"takes {', '.join(name.replace('_', ' ') for name in held)}"
    if patient.pregnant:
        yield "pregnant"


def _trimesters(gestation: tuple[float, float] | None, knowledge: Knowledge) -> Iterator[str]:
    """The trimester that weeks of gestation are of, where they are of one."""
    for name, part in knowledge.trimesters.items():
        if gestation and part.from_week <= gestation[0] and gestation[1] < part.to_week:
            yield f"{name} trimester"
