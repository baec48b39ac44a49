"""What a record says of the patient's states ("mild", "pregnant"): its conditions, measurements and drugs' classes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from medrag.knowledge import Knowledge
from medrag.reading.thresholds.states import Stated, stated
from medrag.types import Patient


def recorded_states(patient: Patient, drugs: Iterable[tuple[str, ...]], knowledge: Knowledge) -> tuple[Stated, ...]:
    """Every state that the record of ``patient``, who takes ``drugs`` (the ingredients of each), names."""
    return tuple(each for words in _words(patient, drugs, knowledge) for each in stated(words))


def _words(patient: Patient, drugs: Iterable[tuple[str, ...]], knowledge: Knowledge) -> Iterator[str]:
    for fact in patient.conditions or ():
        if fact.current and not fact.source.startswith("question:"):
            yield fact.display
    for measured in patient.observations or ():
        if measured.current:
            yield f"{measured.display} {measured.value} {measured.unit or ''}"
    for ingredients in drugs:
        held = chain.from_iterable(map(knowledge.classes_of, ingredients))
        yield f"takes {', '.join(name.replace('_', ' ') for name in held)}"
    if patient.pregnant:
        yield "pregnant"
