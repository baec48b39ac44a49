"""One patient and one question, held against what people note of whom a guideline's sentences are for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Literal

from medrag.patient.applicability.ailments import Ailments
from medrag.patient.applicability.answer import Answer, all_of, any_of
from medrag.patient.applicability.circumstances import Circumstances
from medrag.patient.applicability.medicines import Medicines
from medrag.patient.applicability.person import Person
from medrag.patient.applicability.terms import Term, alternatives, parts, term_of
from medrag.patient.view import PatientView
from medrag.reading.languages.gloss import in_english
from medrag.reading.spelling import spelt_out
from medrag.types import Sentence


@dataclass(frozen=True, slots=True)
class Ruling:
    """The note, ``only`` or ``unless``, that makes a sentence another's, and what of the patient decided."""

    column: Literal["only", "unless"]
    term: str
    fact: str

    @property
    def words(self) -> str:
        """The note as people write it."""
        return f"{self.column}: {self.term}"


@dataclass(frozen=True, repr=False)
class Applicant:
    """What is known of a patient, from record and question, for any number of sentences; each term is asked once."""

    view: PatientView
    question: str
    _known: dict[str, Answer] = field(default_factory=dict)

    def met(self, requirement: str) -> bool | None:
        """Whether one of the requirement's alternatives holds; None where that is open."""
        return self.answer(requirement).met

    def fit(self, sentence: Sentence) -> tuple[float, float]:
        """The shares of the sentence's requirements that are met and that are open; none of either without any."""
        if not sentence.only:
            return 0.0, 0.0
        found = [self.met(each) for each in sentence.only]
        return found.count(True) / len(found), found.count(None) / len(found)

    def ruled_out(self, sentence: Sentence) -> Ruling | None:
        """Why the sentence is another's: what it is not for holds, or what it is for does not; None where it may be."""
        for term in sentence.unless:
            if (found := self.answer(term)).met:
                return Ruling("unless", term, found.fact)
        for term in sentence.only:
            if (found := self.answer(term)).met is False:
                return Ruling("only", term, found.fact)
        return None

    def meant(self, sentence: Sentence) -> bool:
        """Whether it is noted whom the sentence is for, and all of it is known to hold."""
        return bool(sentence.only) and all(self.met(each) for each in sentence.only)

    def answer(self, requirement: str) -> Answer:
        """Whether the requirement holds, and what tells so."""
        if requirement not in self._known:
            self._known[requirement] = any_of(map(self._one, alternatives(requirement)))
        return self._known[requirement]

    def _one(self, written: str) -> Answer:
        if written not in self._known:
            together = (term_of(each, self.view.knowledge) for each in parts(written))
            self._known[written] = all_of(map(self._asked, together))
        return self._known[written]

    def _asked(self, term: Term) -> Answer:
        if term.test:
            timed = term.kind == "lasted"
            return self._circumstances.lasted(term.test) if timed else self._person.within(term.words[0], term.test)
        if term.kind == "condition":
            wide = [each for each in map(self._ailments.any_at_all, term.words) if each.met is not None]
            if wide:
                return wide[0]
        readers: dict[str, Callable[[str], Answer]] = {
            "group": self._person.of_group,
            "condition": self._ailments.has,
            "takes": self._takes,
            "state": self._circumstances.within,
            "allergy": partial(self._medicines.allergic, severely=False),
            "severe allergy": partial(self._medicines.allergic, severely=True),
        }
        return any_of(map(readers[term.kind], term.words))

    def _takes(self, words: str) -> Answer:
        found = self._medicines.takes(words)
        return found if found.met is not None else self._ailments.treated(words)

    @cached_property
    def _asking(self) -> str:
        return in_english(self.question, self.view.knowledge)

    @cached_property
    def _spelt(self) -> str:
        """The question with abbreviations written out."""
        return spelt_out(self._asking, self.view.knowledge)

    @cached_property
    def _person(self) -> Person:
        return Person(self.view, self._asking)

    @cached_property
    def _ailments(self) -> Ailments:
        return Ailments(self.view, self._asking, self._spelt)

    @cached_property
    def _medicines(self) -> Medicines:
        return Medicines(self.view, self._asking)

    @cached_property
    def _circumstances(self) -> Circumstances:
        return Circumstances(self.view, self._spelt, self._ailments)


def met(term: str, view: PatientView, question: str) -> bool | None:
    """Whether the term holds of the patient by record and question; None where that is open."""
    return Applicant(view, question).met(term)
