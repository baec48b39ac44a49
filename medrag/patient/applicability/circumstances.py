"""Whether a patient is in a state that a term names ("severe", "acute"), and how long an illness has lasted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from medrag.knowledge.scoring import Test
from medrag.patient.applicability.ailments import Ailments
from medrag.patient.applicability.answer import OPEN, Answer
from medrag.patient.applicability.terms import DAYS
from medrag.patient.conditions import phrases_in
from medrag.patient.view import PatientView
from medrag.reading import drugs
from medrag.reading.languages import axes, pattern
from medrag.reading.thresholds.states import Stated, stated

BESIDE = 12
"""Characters between a time and the drug that it is of."""
KINDS = ("circumstances", "axes")
"""The files of states, the one with the terms of notes first."""


@lru_cache(maxsize=2048)
def state_meant(words: str) -> tuple[str, str, frozenset[str]] | None:
    """The file, axis and states that the words name; None where they are no state of an axis."""
    term = words.lower()
    for kind in KINDS:
        for name, axis in axes(kind).items():
            if term in axis.words or term in axis.told:
                return kind, name, frozenset(term.split(" or "))
    for kind in KINDS:
        whole = (each for each in stated(words, kind) if each.start == 0 and each.end == len(words))
        if found := next(whole, None):
            return kind, found.axis, found.states
    return None


@dataclass(frozen=True)
class Circumstances:
    """What record and question say of the patient's states."""

    patient: PatientView
    question: str
    ailments: Ailments

    def within(self, words: str) -> Answer:
        """Whether all that is told is of the state that the term names; False where all is another of its axis."""
        found = state_meant(words)
        if found is None:
            return self.ailments.has(words)
        kind, axis, states = found
        told = [each for each in self._told[kind] if each.axis == axis]
        clear = [each for each in told if each.clear and each not in self._denied]
        fact = ", ".join(dict.fromkeys(state for each in clear for state in sorted(each.states)))
        if clear and all(each.states <= states for each in clear):
            return Answer(True, fact)
        if clear and all(each.states.isdisjoint(states) for each in told):
            return Answer(False, fact)
        return self.ailments.own_words(words) if not told else OPEN

    @cached_property
    def _told(self) -> dict[str, list[Stated]]:
        return {kind: [*stated(self.question, kind), *self._recorded(kind)] for kind in KINDS}

    @cached_property
    def _denied(self) -> list[Stated]:
        """The circumstances that the question denies ("no lysis")."""
        told = stated(self.question, "circumstances")
        return [each for each in told if pattern("applicability", "just denied").search(self.question[: each.start])]

    def _recorded(self, kind: str) -> Iterator[Stated]:
        """The states of the record that are of what the question is about, or of the patient as a whole."""
        asked = set(phrases_in(self.question, self.patient.knowledge))
        read = self.patient.states if kind == "axes" else self._of_entries
        for each in read:
            if not (asked and each.about) or asked & set(phrases_in(each.about, self.patient.knowledge)):
                yield each

    @cached_property
    def _of_entries(self) -> list[Stated]:
        """The circumstances that the record's conditions name, where the question is about the same ones."""
        knowledge = self.patient.knowledge
        asked = set(phrases_in(self.question, knowledge))
        entries = [
            each.display
            for each in self.patient.patient.conditions or ()
            if each.current and not each.source.startswith("question:")
        ]
        about = [each for each in entries if not asked or asked & set(phrases_in(each, knowledge))]
        return [one for each in about for one in stated(each, "circumstances")]

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
