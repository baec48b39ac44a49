"""Whether a patient takes a drug, or is allergic to one, that a term names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial

from medrag.knowledge import Knowledge
from medrag.knowledge.names import normalise
from medrag.patient.applicability.answer import OPEN, Answer
from medrag.patient.applicability.words import says, telling_words
from medrag.patient.view import KnownAllergy, PatientView
from medrag.reading import drugs
from medrag.reading.languages import pattern, said
from medrag.reading.languages.gloss import in_english
from medrag.reading.mentions import ingredients_named
from medrag.types import FactStatus

_said = partial(pattern, "applicability")
_SPAN = re.compile(r"question:(\d+)-(\d+)")
AROUND = 35
"""Characters beside an allergy in which a question says what it was like."""


def described(words: str, knowledge: Knowledge) -> frozenset[str]:
    """The drugs that the words describe without naming them ("QT-prolonging")."""
    found: set[str] = set()
    for each in said("cases", "described drugs"):
        name, _, group = each.rpartition(": ")
        if name in words.lower():
            found |= knowledge.members[group]
    return frozenset(found)


def named(words: str, knowledge: Knowledge) -> tuple[frozenset[str], ...]:
    """What a term names: the ingredients of each drug or class in it; none where it names none."""
    read = [each for each in drugs(words, knowledge) if each.resolved]
    if read:
        return tuple(ingredients_named(each, knowledge) for each in read)
    name = knowledge.names.get(normalise(words))
    found = described(words, knowledge) or frozenset(name.ingredients if name else ())
    return (found,) if found else ()


def separately(words: str, knowledge: Knowledge) -> tuple[frozenset[str], ...]:
    """What a term names, each ingredient of a combination by itself: who takes one of them does not take it."""
    read = [each for each in drugs(words, knowledge) if each.resolved and each.drug_class is None]
    if any(len(each.ingredients) > 1 for each in read):
        return tuple(frozenset((one,)) for each in read for one in each.ingredients)
    return named(words, knowledge)


def lists_drugs(patient: PatientView) -> bool:
    """Whether the record lists the drugs, or that there are none, and each was read."""
    return patient.record is not None and patient.record.medications is not None and not patient.unread_drugs


def severe(patient: PatientView, entry: KnownAllergy) -> bool | None:
    """Whether the reaction was a severe one; None where no reaction is recorded."""
    words = in_english(f"{entry.fact.display} {entry.fact.reaction or ''}", patient.knowledge)
    if patient.knowledge.says("immediate_reaction", words) or entry.fact.criticality == "high":
        return True
    return False if entry.fact.reaction else None


@dataclass(frozen=True)
class Medicines:
    """What record and question say of the patient's drugs and allergies."""

    patient: PatientView
    question: str

    def takes(self, words: str) -> Answer:
        """Whether the patient takes each drug that the term names."""
        knowledge = self.patient.knowledge
        wanted = separately(words, knowledge)
        if not wanted:
            return self._in_words(words)
        held = [self._taken(each) for each in wanted]
        if all(each.met for each in held):
            return held[0]
        return next((each for each in held if each.met is False), OPEN)

    def _taken(self, wanted: frozenset[str]) -> Answer:
        doubted = False
        for label, ingredients, sure in self._current:
            if wanted & ingredients:
                if sure:
                    return Answer(True, label)
                doubted = True
        if doubted or any(wanted & each for each in self._mentioned - self._denied):
            return OPEN
        if any(each and (wanted <= each or each == wanted) for each in self._denied):
            return Answer(False, "said not to be taken")
        if lists_drugs(self.patient) or self._all_told:
            return Answer(False, "not among the drugs recorded")
        instead = next((each for each in self.not_asked if self._instead(each, wanted)), None)
        return Answer(False, f"another: {', '.join(sorted(instead))}") if instead else OPEN

    @cached_property
    def _all_told(self) -> bool:
        """Whether the question says that there are no drugs besides those it names."""
        alone = (_said("alone").match(self.question, each.end) for each in drugs(self.question, self.patient.knowledge))
        return _said("no others").search(self.question) is not None or any(alone)

    def _instead(self, named: frozenset[str], wanted: frozenset[str]) -> bool:
        """Whether the named drug is of a group of which nobody takes two, and those wanted are others of it."""
        knowledge = self.patient.knowledge
        groups = (knowledge.members[each.group] for each in knowledge.rules.duplications if each.exchanged)
        return any(named <= group and wanted <= group for group in groups)

    def _in_words(self, words: str) -> Answer:
        for each in self.patient.patient.medications or ():
            if each.current and says(words, each.display):
                return Answer(True, each.display)
        found = says(words, self.question) if telling_words(words) else None
        return Answer(True, words) if found else OPEN

    @cached_property
    def _current(self) -> tuple[tuple[str, frozenset[str], bool], ...]:
        knowledge = self.patient.knowledge
        return tuple(
            (
                each.label,
                ingredients_named(each.prescription.mention, knowledge),
                each.fact.status is not FactStatus.UNCERTAIN and self._said_taken(each.fact.source),
            )
            for each in self.patient.drugs
        )

    @property
    def taken(self) -> tuple[frozenset[str], ...]:
        """The ingredients of each drug that is recorded, or that the question says to be taken."""
        return tuple(each for _, each, sure in self._current if sure)

    def _said_taken(self, source: str) -> bool:
        """Whether it is recorded, or the question says before its name that it is taken, not just names it."""
        span = _SPAN.fullmatch(source)
        before = self.question[max(0, int(span[1]) - AROUND) : int(span[1])] if span else ""
        return span is None or pattern("states", "takers").search(before) is not None

    @cached_property
    def _mentioned(self) -> frozenset[frozenset[str]]:
        knowledge = self.patient.knowledge
        return frozenset(ingredients_named(each, knowledge) for each in drugs(self.question, knowledge))

    @cached_property
    def not_asked(self) -> tuple[frozenset[str], ...]:
        """What the question names without asking for it ("duloxetine for GAD?")."""
        knowledge = self.patient.knowledge
        named = drugs(self.question, knowledge)
        return tuple(ingredients_named(each, knowledge) for each in named if not self._asked_for(each.start, each.end))

    def _asked_for(self, start: int, end: int) -> bool:
        """Whether what the question names there is what it asks for."""
        before = self.question[:start]
        return _said("asked for").match(self.question, end) is not None or _said("asks").search(before) is not None

    @cached_property
    def _denied(self) -> frozenset[frozenset[str]]:
        knowledge = self.patient.knowledge
        facts = [each for each in self.patient.patient.medications or () if each.status is FactStatus.NEGATED]
        read = [one for each in facts for one in drugs(each.display, knowledge)]
        return frozenset(ingredients_named(each, knowledge) for each in read if each.resolved)

    def allergic(self, words: str, *, severely: bool) -> Answer:
        """Whether the patient is allergic to what the term names, and where asked whether severely."""
        found = list(self._entries(words))
        if not found:
            return self._not_allergic()
        sure = [each for each in found if each.fact.status is not FactStatus.UNCERTAIN]
        if not sure:
            return OPEN
        fact = f"allergy: {', '.join(dict.fromkeys(each.fact.display for each in sure))}"
        if not severely:
            return Answer(True, fact)
        how = [severe(self.patient, each) if each.fact.reaction else self._told_severe(each) for each in sure]
        if any(how):
            return Answer(True, fact)
        mild = all(each is False for each in how)
        return Answer(False, f"{fact} ({sure[0].fact.reaction})") if mild else OPEN

    def _told_severe(self, entry: KnownAllergy) -> bool | None:
        """Whether the question, where it names the allergy, says how severe it was."""
        if (recorded := severe(self.patient, entry)) is not None:
            return recorded
        span = _SPAN.fullmatch(entry.fact.source)
        if span is None:
            return None
        start, end = int(span[1]), int(span[2])
        around = self.question[max(0, start - AROUND) : end + AROUND]
        if _said("severe allergy").search(around):
            return True
        return False if _said("mild allergy").search(around) else None

    def _entries(self, words: str) -> Iterator[KnownAllergy]:
        """The entries that name the substance, its class, or a drug of it."""
        knowledge = self.patient.knowledge
        wanted = frozenset[str]().union(*named(words, knowledge))
        allergens = knowledge.allergens_in(normalise(words))
        for each in self.patient.allergies:
            same = any(wanted & ingredients_named(one, knowledge) for one in each.mentions)
            substance = allergens & knowledge.allergens_in(each.words)
            if same or substance or (not wanted and says(words, each.words)):
                yield each

    def _not_allergic(self) -> Answer:
        patient = self.patient
        none = patient.allergies_recorded or patient.patient.no_known_allergies is True
        read = all(each.mentions or patient.knowledge.allergens_in(each.words) for each in patient.allergies)
        fact = "no such allergy recorded" if patient.allergies else "no allergies"
        return Answer(False, fact) if none and read else OPEN
