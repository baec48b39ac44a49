"""How long ago something was that a term sets a time for ("amoxicillin in past 30 days")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial

from medrag.patient.applicability.answer import OPEN, Answer
from medrag.patient.applicability.medicines import named
from medrag.patient.applicability.terms import DAYS
from medrag.patient.applicability.told import state_meant
from medrag.patient.applicability.words import says
from medrag.patient.conditions import implied, phrases_in
from medrag.patient.view import PatientView
from medrag.reading import drugs
from medrag.reading.languages import numbers, pattern, said
from medrag.reading.languages.gloss import in_english
from medrag.reading.mentions import ingredients_named
from medrag.reading.thresholds.states import stated

_said = partial(pattern, "since")
ONE = ("a", "an")


@dataclass(frozen=True)
class Since:
    """What record and question say of when things were; ``question`` with its short names spelt out too."""

    patient: PatientView
    question: str

    def holds(self, words: str) -> Answer | None:
        """Whether it was within the time, or is longer ago, as the words say; None where they set no time."""
        within = _said("within").fullmatch(words)
        match = within or _said("longer").fullmatch(words)
        limit = _days(match["n"] or "1", match["unit"]) if match else None
        if match is None or limit is None:
            return None
        what = match["what"]
        exact = [days for days, clause in self._times if self._names(what, clause)]
        wider = [days for days, clause in self._times if self._covers(what, clause)]
        if exact:
            return Answer((min(exact) <= limit) is (within is not None), f"{what} {min(exact):g} days ago")
        if within and (self._never(what) or (wider and min(wider) > limit)):
            return Answer(False, f"no {what}")
        return OPEN

    @cached_property
    def _times(self) -> list[tuple[float, str]]:
        """Each time that record and question name, in days, with the words that it may be of."""
        facts = (*(self.patient.patient.conditions or ()), *(self.patient.patient.procedures or ()))
        own = (each.display for each in facts if not each.source.startswith("question:"))
        entries = [in_english(each, self.patient.knowledge) for each in own]
        return [found for text in (self.question, *entries) for found in _times_in(text)]

    def _names(self, what: str, clause: str) -> bool:
        """Whether the clause names the thing: the drug, the illness or the state, or says its words."""
        knowledge = self.patient.knowledge
        if wanted := named(what, knowledge):
            return any(each <= one for _, _, each in self._drugs_in(clause) if each for one in wanted)
        concepts = set(phrases_in(what, knowledge))
        if any(concepts & implied(each, knowledge).keys() for each in phrases_in(clause, knowledge)):
            return True
        if meant := state_meant(what, named=True):
            kind, axis, states = meant
            return any(each.axis == axis and each.states <= states for each in stated(clause, kind))
        return bool(says(what, clause))

    def _covers(self, what: str, clause: str) -> bool:
        """Whether the clause names a class of drugs with all that the words name."""
        wanted = named(what, self.patient.knowledge)
        return bool(wanted) and any(all(one <= each for one in wanted) for _, _, each in self._drugs_in(clause))

    def _never(self, what: str) -> bool:
        """Whether the question says that it never was, or not lately."""
        wanted = named(what, self.patient.knowledge)
        if not wanted:
            return says(what, self.question) is False
        return any(
            all(one <= each for one in wanted)
            and bool(_said("never").search(self.question[:start]) or _said("never behind").search(self.question[end:]))
            for start, end, each in self._drugs_in(self.question)
        )

    def _drugs_in(self, text: str) -> list[tuple[int, int, frozenset[str]]]:
        """Where the text names a drug, or describes a class of them ("antibiotics"), and its ingredients."""
        knowledge = self.patient.knowledge
        found = [(each.start, each.end, ingredients_named(each, knowledge)) for each in drugs(text, knowledge)]
        for entry in said("cases", "described drugs"):
            name, _, group = entry.rpartition(": ")
            for match in re.finditer(rf"\b{re.escape(name)}s?\b", text, re.I):
                found.append((match.start(), match.end(), frozenset(knowledge.members[group])))
        return found


def _times_in(text: str) -> Iterator[tuple[float, str]]:
    for match in _said("ago").finditer(text):
        if (days := _days(match["n"], match["unit"])) is not None:
            yield days, _clause(text, match.start(), match.end())
    lower = text.lower()
    for each in said("since", "named"):
        name, _, days_ago = each.partition(": ")
        if (start := lower.find(name)) >= 0:
            yield float(days_ago), _clause(text, start, start + len(name))


def _clause(text: str, start: int, end: int) -> str:
    """The words around a place up to the next breaks."""
    before = _said("break").split(text[:start])[-1]
    return f"{before} {_said('break').split(text[end:])[0]}"


def _days(number: str, unit: str) -> float | None:
    if number.lower() in ONE:
        count: float | None = 1.0
    elif number[0].isdigit():
        count = float(number)
    else:
        count = numbers().ones.get(number.lower())
    each = next((days for start, days in DAYS.items() if unit.lower().startswith(start)), None)
    return None if count is None or each is None else count * each
