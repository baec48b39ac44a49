"""Whether a patient is in a state that a term names ("severe", "acute"), and how long an illness has lasted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from medrag.knowledge.scoring import Test
from medrag.patient.applicability.ailments import Ailments
from medrag.patient.applicability.answer import OPEN, Answer
from medrag.patient.applicability.terms import DAYS
from medrag.patient.view import PatientView
from medrag.reading import drugs
from medrag.reading.languages import pattern

BESIDE = 12
"""Characters between a time and the drug that it is of."""


@dataclass(frozen=True)
class Circumstances:
    """What record and question say of the patient's states."""

    patient: PatientView
    question: str
    ailments: Ailments

    def within(self, words: str) -> Answer:
        """Whether the state that the term names holds; a term that names none is read as an illness."""
        found = self.ailments.since.holds(words) or self.ailments.told.holds(words)
        return found or self.ailments.has(words)

    def lasted(self, test: Test) -> Answer:
        """Whether what the question tells of has lasted so long."""
        days = self._days
        if days is None:
            return OPEN
        return Answer(test.holds(days), f"{days:g} days")

    @cached_property
    def _days(self) -> float | None:
        found = set()
        for match in pattern("applicability", "lasted").finditer(self.question):
            if self._of_drug(match.start(), match.end()):
                continue
            given = {name: each for name, each in match.groupdict().items() if each}
            number = next(each for name, each in given.items() if name.startswith("n"))
            unit = next((each for name, each in given.items() if name.startswith("u")), "d").lower()
            found.add(float(number) * next(days for start, days in DAYS.items() if unit.startswith(start)))
        return found.pop() if len(found) == 1 else None

    def _of_drug(self, start: int, end: int) -> bool:
        """Whether a drug stands at once before or behind, which the time is then of."""
        return any(
            0 <= start - each.end <= BESIDE or 0 <= each.start - end <= BESIDE
            for each in drugs(self.question, self.patient.knowledge)
        )
