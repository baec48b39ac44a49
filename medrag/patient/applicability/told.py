"""What record and question tell of the states of a patient that exclude one another, and whether one of them holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from medrag.patient.applicability.answer import OPEN, Answer
from medrag.patient.conditions import phrases_in
from medrag.patient.view import PatientView
from medrag.reading.languages import axes, pattern
from medrag.reading.languages.gloss import in_english
from medrag.reading.thresholds.states import Stated, stated

CIRCUMSTANCES = "circumstances"
"""The file of states that go with notes on sentences."""
KINDS = (CIRCUMSTANCES, "axes")
"""The files of states, the one with the terms of notes first."""


@lru_cache(maxsize=4096)
def state_meant(written: str, *, named: bool = False) -> tuple[str, str, frozenset[str]] | None:
    """The file, axis and states that the words name; None where they are no state of an axis.

    With ``named`` only by what states are called, not by what tells of them in a patient ("dysphagia": alarm symptoms).
    """
    term = written.lower()
    for kind in KINDS:
        for name, axis in axes(kind).items():
            if term in axis.words or (term in axis.told and not named):
                return kind, name, frozenset(term.split(" or "))
    for kind in KINDS:
        for name, axis in axes(kind).items():
            for states, words in axis.names.items():
                if re.fullmatch("|".join(words), term, re.I):
                    return kind, name, frozenset(states.split(" or "))
    for kind in KINDS:
        for told in (False,) if named else (False, True):
            whole = (each for each in stated(term, kind, told=told) if (each.start, each.end) == (0, len(term)))
            if found := next(whole, None):
                return kind, found.axis, found.states
    return None


@dataclass(frozen=True)
class Told:
    """What record and question say of the patient's states; ``spelt`` is the question with its short names too."""

    patient: PatientView
    question: str
    spelt: str

    def holds(self, words: str, *, named: bool = False) -> Answer | None:
        """Whether all that is told is of the state that the words name; False where all is another of its axis.

        Of what is told together ("stage 4 or 5" and "dialysis") only what all of it allows is left. None where the
        words name no state. ``named`` as in :func:`state_meant`.
        """
        found = state_meant(words, named=named)
        if found is None:
            return None
        kind, axis, states = found
        told = [each for each in self._told[kind] if each.axis == axis]
        clear = [each.states for each in told if each.clear]
        fact = ", ".join(dict.fromkeys(state for each in clear for state in sorted(each)))
        shared = frozenset.intersection(*clear) if clear else frozenset[str]()
        narrowed = [shared] if shared else clear
        if narrowed and all(each <= states for each in narrowed):
            return Answer(True, fact)
        unclear = (each.states for each in told if not each.clear)
        if narrowed and all(each.isdisjoint(states) for each in (*narrowed, *unclear)):
            return Answer(False, fact)
        return OPEN

    @cached_property
    def _told(self) -> dict[str, list[Stated]]:
        return {kind: [*self._asked(kind), *self._recorded(kind)] for kind in KINDS}

    def _asked(self, kind: str) -> Iterator[Stated]:
        """What the question tells, as written and spelt out, but what it denies ("no lysis")."""
        denied = pattern("applicability", "just denied")
        for text in dict.fromkeys((self.question, self.spelt)):
            for each in stated(text, kind):
                if not denied.search(text[: each.start]):
                    yield each

    def _recorded(self, kind: str) -> Iterator[Stated]:
        """The states of the record that are of what the question is about, or of the patient as a whole."""
        asked = set(phrases_in(self.question, self.patient.knowledge))
        read = self.patient.states if kind == "axes" else self._of_entries
        for each in read:
            if not (asked and each.about) or asked & set(phrases_in(each.about, self.patient.knowledge)):
                yield each

    @cached_property
    def _of_entries(self) -> list[Stated]:
        """The circumstances that the record names: those that last, and others where the question is of the same."""
        knowledge, patient = self.patient.knowledge, self.patient.patient
        asked = set(phrases_in(self.question, knowledge))
        facts = [*(patient.conditions or ()), *(patient.observations or ())]
        found: list[Stated] = []
        for fact in facts:
            if not fact.current or fact.source.startswith("question:"):
                continue
            text = in_english(f"{fact.display} {getattr(fact, 'value', None) or ''}".strip(), knowledge)
            about = not asked or bool(asked & set(phrases_in(text, knowledge)))
            found += [each for each in stated(text, CIRCUMSTANCES) if about or axes(CIRCUMSTANCES)[each.axis].lasting]
        return found
