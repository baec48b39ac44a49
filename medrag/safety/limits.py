"""Whether the limits that a sentence applies under are met, not met or not known for this patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medrag.knowledge import Knowledge
from medrag.knowledge.scoring import Test
from medrag.patient.applicability.values import holds, known_values, said_values
from medrag.patient.measures.calculators import calculators
from medrag.patient.view import PatientView
from medrag.reading.thresholds.conditions import applies_when
from medrag.reading.thresholds.mentions import Limits


@dataclass(frozen=True, slots=True)
class Standing:
    """The limits in words, and what of the record they were held against; ``met`` is None where it is not known.

    ``keys`` are the inputs that the limits are about.
    """

    met: bool | None
    limits: tuple[str, ...]
    facts: tuple[str, ...]
    keys: tuple[str, ...]


def standing(text: str, patient: PatientView, question: str = "") -> Standing | None:
    """How the limits of the sentence ``text`` stand for the patient; None where it has none.

    What the ``question`` gives a value of counts where the record has none.
    """
    limits = applies_when(text, patient.knowledge)
    if not limits:
        return None
    tests = tuple(dict.fromkeys(test for ways in limits for test in ways))
    said = said_values(patient, question)
    values = {key: known_values(key, patient, said) for key in dict.fromkeys(test.key for test in tests)}
    known = tuple(f"{_name(key, patient.knowledge)} {_shown(held)}" for key, held in values.items() if held)
    words = tuple(_words(test, patient.knowledge) for test in tests)
    return Standing(_met(limits, values), words, known, tuple(values))


def _met(limits: Limits, values: dict[str, Sequence[float | str]]) -> bool | None:
    ways = [_all([holds(test, values[test.key]) for test in tests]) for tests in limits]
    return True if True in ways else None if None in ways else False


def _all(held: Sequence[bool | None]) -> bool | None:
    return False if False in held else None if None in held else True


def _words(test: Test, knowledge: Knowledge) -> str:
    limit = f"{test.limit:g}" if isinstance(test.limit, float) else str(test.limit)
    return f"{_name(test.key, knowledge)} {test.how} {limit}"


def _name(key: str, knowledge: Knowledge) -> str:
    if key in calculators(knowledge) and key not in knowledge.measurements:
        return calculators(knowledge)[key].title
    return knowledge.measurements[key].names[0] if key in knowledge.measurements else key.replace("_", " ")


def _shown(held: Sequence[float | str]) -> str:
    return " to ".join(f"{each:g}" if isinstance(each, float) else str(each) for each in dict.fromkeys(held))
