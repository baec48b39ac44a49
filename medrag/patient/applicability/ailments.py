"""Whether a patient has an illness that a term names: by the vocabulary's concepts, else by its own words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from medrag.patient.applicability.answer import OPEN, UNREAD, Answer
from medrag.patient.applicability.since import Since
from medrag.patient.applicability.told import CIRCUMSTANCES, Told
from medrag.patient.applicability.words import has_none, initialled, says, says_all, telling_words
from medrag.patient.conditions import implied, phrases_in, resolve
from medrag.patient.view import PatientView
from medrag.patient.wording import wording
from medrag.reading.languages import pattern, said
from medrag.reading.languages.gloss import in_english
from medrag.reading.thresholds.states import Stated, stated
from medrag.types import FactStatus

_cases = partial(pattern, "cases")
_states = partial(pattern, "states")
_OR = re.compile(r"\s+or\s+", re.I)


def umbrella(words: str, concepts: Mapping[str, str]) -> str | None:
    """What is held of the illnesses that the words are one for all of ("heart disease")."""
    for each in said("cases", "umbrellas"):
        name, _, narrower = each.partition(": ")
        held = [concepts[one] for one in narrower.split() if one in concepts]
        if held and name == _cases("of any kind").sub("", words.lower()):
            return held[0]
    return None


def lists_conditions(patient: PatientView) -> bool:
    """Whether the record lists conditions, each in words that mean something."""
    listed = patient.record.conditions if patient.record else None
    return bool(listed) and all(
        any(phrases_in(each.display, patient.knowledge)) for each in listed or () if each.current
    )


@dataclass(frozen=True)
class Ailments:
    """What record and question say of the patient's illnesses; ``spelt`` is the question with its short names too."""

    patient: PatientView
    question: str
    spelt: str

    def has(self, words: str) -> Answer:
        """Whether the patient has what the words name."""
        for found in (self.since.holds(words), self.told.holds(words, named=True)):
            if found is not None and found.met is not None:
                return found
        if (whole := self.any_at_all(words)).met is not None:
            return whole
        found = self._illness(words)
        if found.met and self._is_of_now(words):
            return OPEN
        if found.met is not None:
            return found
        free = self._free_of(words)
        return found if free.met is None and found.unread else free

    def any_at_all(self, words: str) -> Answer:
        """Whether a record that lists conditions has a lasting one, where the words ask for any ("comorbidity")."""
        if _cases("any at all").fullmatch(words) is None:
            return OPEN
        held = [words for name, words in self._sure.items() if name in said("states", "comorbidities")]
        if held:
            return Answer(True, held[0])
        return Answer(False, "no lasting illness recorded") if lists_conditions(self.patient) else OPEN

    def _is_of_now(self, words: str) -> bool:
        """Whether the words ask for what was before ("recent stroke"), and the patient's have it as the present one."""
        earlier = _cases("earlier").match(words)
        if earlier is None:
            return False
        names = set(phrases_in(words, self.patient.knowledge))
        entries = [each for each in self._entries if names & set(phrases_in(each, self.patient.knowledge))]
        told = (*entries, self.spelt) if names & self._named.keys() or not entries else entries
        return not any(_cases("earlier said").search(each) for each in told)

    @cached_property
    def told(self) -> Told:
        """The states that record and question tell of."""
        return Told(self.patient, self.question, self.spelt)

    @cached_property
    def since(self) -> Since:
        """When things were, by record and question."""
        return Since(self.patient, self.spelt)

    def _free_of(self, words: str) -> Answer:
        """That the question tells of no lasting illness but those that it names, where the words name another."""
        names = set(phrases_in(words, self.patient.knowledge))
        listed = {*said("states", "companions"), *said("states", "comorbidities")}
        if names & self._named.keys() or not (names & listed or _states("lasting").search(words)):
            return OPEN if names else UNREAD
        free = self.told.holds("without comorbidity")
        return Answer(False, free.fact) if free and free.met else OPEN if names else UNREAD

    def _illness(self, words: str) -> Answer:
        """Whether record or question name the illness."""
        knowledge = self.patient.knowledge
        meanings = dict.fromkeys(phrases_in(words, knowledge))
        own = self._own_words(words)
        if own.met is False:
            return own
        if not meanings:
            wide = umbrella(words, self.patient.concepts)
            return Answer(True, wide) if wide else own if own.met else self._none_of_kind(words)
        held = [self._concept(each, words) for each in meanings]
        either = _OR.search(words) is not None
        found = next((each for each in held if each.met), None)
        whole = found is not None if either else all(each.met for each in held)
        if found and whole:
            return found
        if own.met:
            return own
        if wide := umbrella(words, self._sure):
            return Answer(True, wide)
        return self._absent(held, words)

    def _absent(self, held: Sequence[Answer], words: str) -> Answer:
        """That the patient does not have what the words name: one of it, or each where they join them by "or"."""
        out = [each for each in held if each.met is False]
        if out and (_OR.search(words) is None or len(out) == len(held)):
            return out[0]
        none = self._none_of_kind(words)
        return UNREAD if none.met is None and UNREAD in held else none

    def _none_of_kind(self, words: str) -> Answer:
        return Answer(False, f"no {words}") if has_none(words, self.spelt) else OPEN

    def _concept(self, name: str, words: str) -> Answer:
        broader = implied(name, self.patient.knowledge)
        denied = next((each for each in broader if each in self._denied), None)
        if name in self._sure and (other := self._otherwise(name, words) or self._ruled_out(name, words)):
            return Answer(False, other)
        if name in self._sure:
            return Answer(True, self._sure[name]) if self._specific(name, words) else UNREAD
        title = self.patient.knowledge.conditions[name].name
        if denied and name not in self.patient.concepts:
            return Answer(False, f"no {self._denied[denied]}")
        lacking = not broader.keys().isdisjoint(said("states", "companions")) and lists_conditions(self.patient)
        if lacking and broader.keys().isdisjoint(self._named.keys() | self.patient.concepts.keys()):
            return Answer(False, f"not recorded: {title}")
        return OPEN

    def _otherwise(self, name: str, words: str) -> str | None:
        """The state that the question tells of, of what it is about, where the term is for another ("bilateral")."""
        if name not in self._named:
            return None
        for wanted in stated(words):
            told = [each for each in stated(self.spelt) if each.axis == wanted.axis]
            if told and all(each.clear and each.states.isdisjoint(wanted.states) for each in told):
                return ", ".join(sorted(told[0].states))
        return None

    def _specific(self, name: str, words: str) -> bool:
        """Whether the patient's words say what the term says beyond the concept's names ("anterior", "acute")."""
        knowledge = self.patient.knowledge
        text = f"{self._text}\n{initialled(words, self._text)}"
        phases = stated(words, CIRCUMSTANCES)
        if any(not _in_phase(each, text) for each in phases):
            return False
        for each in reversed(phases):
            words = words[: each.start] + words[each.end :]
        own = telling_words(_cases("hollow").sub(" ", words))
        beyond = self._beyond(name, words)
        bare = _cases("qualifiers").sub("", words)
        if bare != words and name in phrases_in(bare, knowledge):
            beyond += [each.lower() for each in _cases("qualifiers").findall(words)]
        return says_all(own, text) or says_all(dict.fromkeys(beyond), text)

    def _beyond(self, name: str, words: str) -> list[str]:
        """The words of a term that are no words of the concept's names."""
        names = " ".join(self.patient.knowledge.conditions[name].names)
        own = telling_words(_cases("hollow").sub(" ", words))
        return [each for each in own if not says_all((each,), names)]

    def _ruled_out(self, name: str, words: str) -> str | None:
        """That the question denies what the term says of the concept in several words ("obvious cause of anaemia")."""
        beyond = self._beyond(name, words)
        return f"no {words}" if len(beyond) > 1 and says(" ".join(beyond), self.spelt) is False else None

    @cached_property
    def _sure(self) -> dict[str, str]:
        """The concepts that record or question say the patient has, in words; not what is asked or feared."""
        patient, knowledge = self.patient, self.patient.knowledge
        doubted = [each for each in patient.patient.conditions or () if each.status is FactStatus.UNCERTAIN]
        open_ = resolve(doubted, knowledge).concepts
        firm = resolve([each for each in patient.patient.conditions or () if each not in doubted], knowledge).concepts
        sure = firm.keys() | self._named.keys() | (patient.concepts.keys() - open_.keys())
        return self._named | {name: words for name, words in patient.concepts.items() if name in sure}

    @cached_property
    def _named(self) -> dict[str, str]:
        """The concepts that the question names, but those to be kept away or looked for, and all that they imply."""
        knowledge = self.patient.knowledge
        read = wording(pattern("applicability", "feared").sub(" ", self.question), knowledge).affirmed
        names = [each.condition for each in read]
        return {broader: knowledge.conditions[each].name for each in names for broader in implied(each, knowledge)}

    @cached_property
    def _denied(self) -> dict[str, str]:
        knowledge = self.patient.knowledge
        out = {FactStatus.NEGATED, FactStatus.REFUTED}
        facts = [each for each in self.patient.patient.conditions or () if each.status in out]
        return {name: each.display for each in facts for name in phrases_in(each.display, knowledge)}

    @cached_property
    def _entries(self) -> tuple[str, ...]:
        patient = self.patient.patient
        facts = (*(patient.conditions or ()), *(patient.procedures or ()))
        own = [each.display for each in facts if each.current and not each.source.startswith("question:")]
        return tuple(in_english(each, self.patient.knowledge) for each in own)

    @cached_property
    def _text(self) -> str:
        return "\n".join((*self.patient.concepts.values(), *self._entries, self.spelt))

    def _own_words(self, words: str) -> Answer:
        """What the record's entries or the clauses of the question say in the term's own words."""
        asked = pattern("applicability", "feared").sub(" ", self.spelt)
        found = {said for text in (asked, *self._entries) if (said := says(words, text)) is not None}
        if found:
            return Answer(True, words) if True in found else Answer(False, f"no {words}")
        return OPEN

    def treated(self, words: str) -> Answer:
        """Whether the patient has what is a treatment and a condition in one ("dialysis")."""
        return self.has(words) if any(phrases_in(words, self.patient.knowledge)) else OPEN


def _in_phase(wanted: Stated, text: str) -> bool:
    """Whether the text tells of that phase ("acute", "flare"), and of no other of them."""
    told = [each for each in stated(text, CIRCUMSTANCES) if each.axis == wanted.axis]
    return bool(told) and all(each.states <= wanted.states for each in told)
