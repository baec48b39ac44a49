"""What a question, a patient and a sentence under its heading have in common: words, conditions, drugs, what is asked.

An encoder sees how near two texts are. That "spiro" is one of the drugs a sentence on aldosterone antagonists is about,
that a warning concerns a condition the patient has, or that a sentence is about kidneys of which nobody spoke, is read
with the vocabulary.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from medrag.knowledge import Knowledge
from medrag.reading.matcher import tokens
from medrag.reading.terms import Kind, Term, terms
from medrag.retrieval.question.asks import KINDS, asked_for, told_of
from medrag.retrieval.question.query import Query
from medrag.retrieval.store.lexical import Tokeniser

_WORDS = (
    "question in sentence", "question in heading", "question in title", "patient in sentence", "patient in heading",
    "sentence in question or patient", "more than the topic in question or patient",
)  # fmt: skip
_CONDITIONS = (
    "question's conditions in title", "none of the question's conditions in title", "conditions in title",
    "question's conditions in sentence", "patient's conditions in sentence", "other conditions in sentence",
    "other conditions in heading", "opens with the question's condition",
)  # fmt: skip
_DRUGS = (
    "question's drugs in sentence", "classes of the question's drugs in sentence",
    "drugs of the question's classes in sentence", "none of the question's drugs in sentence",
    "patient's drugs in sentence", "classes of the patient's drugs in sentence", "other drugs in sentence",
    "question's drugs in heading",
)  # fmt: skip
_ABOUT = (
    "avoiding, the question's drugs", "avoiding, the patient's conditions", "avoiding, the patient's drugs",
    "avoiding, none of these", "dose asked, of the question's drugs", "dose asked, not of the question's drugs",
)  # fmt: skip
_OF_PEOPLE = ("child", "pregnancy", "kidney", "allergy")
"""What a sentence may tell of that is of no concern to those of whom it was not said."""
_MANY = 2
"""More drugs in common than this say no more."""
_OPENING = 60
"""Letters within which a sentence names what it is about."""


def features() -> tuple[str, ...]:
    """The names of what :meth:`Overlap.rows` gives, in order."""
    told = [f"{where}: {kind}" for where in ("sentence tells", "heading tells") for kind in KINDS]
    asked = [f"{each}, asked" for each in told]
    people = [f"sentence tells: {kind}, {whose}" for kind in _OF_PEOPLE for whose in ("of the patient", "unsaid")]
    return (*_WORDS, *_CONDITIONS, "length", *_DRUGS, *_ABOUT, *told, *asked, *people)


@dataclass(frozen=True)
class Drugs:
    """The ingredients and the classes that a text names."""

    ingredients: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.ingredients or self.classes)

    def __sub__(self, other: Drugs) -> Drugs:
        return Drugs(self.ingredients - other.ingredients, self.classes - other.classes)


@dataclass(frozen=True)
class _Text:
    """What is read of one text: stems, conditions, drugs, what it tells of."""

    stems: frozenset[str]
    conditions: frozenset[str]
    drugs: Drugs
    told: frozenset[str]


@dataclass(frozen=True)
class _Sentence:
    """A sentence, its heading and its document's title; ``opens`` are the conditions it begins with."""

    text: _Text
    heading: _Text
    title: _Text
    opens: frozenset[str]
    length: int


@dataclass(frozen=True)
class _Asked:
    """The question, the patient's facts beside it, the kinds that are asked for, and what either tells of."""

    question: _Text
    patient: _Text
    kinds: frozenset[str]

    @property
    def conditions(self) -> frozenset[str]:
        """Those of the question and of the patient."""
        return self.question.conditions | self.patient.conditions


class Overlap:
    """Reads what queries share with sentences. Keeps what it read of sentences, nothing of a query."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._matcher = terms(knowledge)
        self._members = knowledge.members
        self._stems = Tokeniser()
        # Of the index's sentences alone.
        self._sentence = lru_cache(maxsize=50_000)(self._read_sentence)
        self._topic = lru_cache(maxsize=10_000)(self._read)

    def rows(self, query: Query, sentences: Sequence[tuple[str, str, str]]) -> Iterator[list[float]]:
        """A row for each of ``sentences``: title, heading, words."""
        question, _, facts = query.described.partition("\n")
        asked = _Asked(self._read(question), self._read(facts), asked_for(question))
        read = [self._sentence(*each) for each in sentences]
        rarity = _Rarity(read)
        for each in read:
            yield [
                *_words(asked, each, rarity),
                *_conditions(asked, each),
                each.length,
                *self._drugs(asked, each),
                *self._about(asked, each),
                *_told(asked, each),
            ]

    def _read_sentence(self, title: str, heading: str, quote: str) -> _Sentence:
        return _Sentence(
            text=self._read(quote),
            heading=self._topic(heading),
            title=self._topic(title),
            opens=_conditions_of(self._values(quote[:_OPENING])),
            length=len(quote.split()),
        )

    def _read(self, text: str) -> _Text:
        values = self._values(text)
        drugs = [value.drug for value in values if value.drug]
        return _Text(
            stems=frozenset(self._stems(text)),
            conditions=_conditions_of(values),
            drugs=Drugs(
                frozenset(each for drug in drugs for each in drug.ingredients),
                frozenset(drug.drug_class for drug in drugs if drug.drug_class),
            ),
            told=told_of(text),
        )

    def _values(self, text: str) -> list[Term]:
        return [value for match in self._matcher.find(text, tokens(text)) for value in match.values]

    def _drugs(self, asked: _Asked, each: _Sentence) -> list[float]:
        question, sentence = asked.question.drugs, each.text.drugs
        patient = asked.patient.drugs - question
        shared = self._shared(question, sentence)
        taken = self._shared(patient, sentence)
        others = sentence.ingredients - question.ingredients - patient.ingredients
        return [
            *(min(count, _MANY) for count in shared),
            float(bool(question) and not any(shared)),
            min(taken[0], _MANY),
            min(taken[1], _MANY),
            min(len(others), 2 * _MANY),
            min(sum(self._shared(question, each.heading.drugs)), _MANY),
        ]

    def _shared(self, named: Drugs, text: Drugs) -> tuple[int, int, int]:
        """How many drugs both name; are of a class that ``text`` names; of ``text``, are of a class that is named."""
        both = named.ingredients & text.ingredients
        upward = {each for each in named.ingredients - both if self._of(each, text.classes)}
        downward = {each for each in text.ingredients - both if self._of(each, named.classes)}
        return len(both), len(upward), len(downward) + len(named.classes & text.classes)

    def _of(self, ingredient: str, classes: Set[str]) -> bool:
        return any(ingredient in self._members.get(each, ()) for each in classes)

    def _about(self, asked: _Asked, each: _Sentence) -> list[float]:
        question, sentence = asked.question.drugs, each.text.drugs
        drugs = any(self._shared(question, sentence))
        taken = any(self._shared(asked.patient.drugs - question, sentence)[:2])
        conditions = bool(asked.conditions & each.text.conditions - each.title.conditions)
        avoiding = "avoiding" in each.text.told
        dose = "dose" in asked.kinds and "dose" in each.text.told and bool(question)
        found = (
            *(avoiding and there for there in (drugs, conditions, taken, not (drugs or conditions or taken))),
            dose and drugs,
            dose and not drugs,
        )
        return [float(there) for there in found]


def _conditions_of(values: Iterable[Term]) -> frozenset[str]:
    return frozenset(value.name for value in values if value.kind is Kind.CONDITION)


class _Rarity:
    """Weighs words by how few of the candidates hold them."""

    def __init__(self, read: Sequence[_Sentence]) -> None:
        held = ({*each.text.stems, *each.heading.stems, *each.title.stems} for each in read)
        self._held = Counter(stem for stems in held for stem in stems)
        self._all = len(read) + 1

    def share(self, words: Set[str], within: Set[str]) -> float:
        """The weight of the ``words`` that stand in ``within``, as a share of the weight of all of them."""
        whole = sum(map(self._weight, words))
        return sum(map(self._weight, words & within)) / whole if whole else 0.0

    def _weight(self, stem: str) -> float:
        return math.log(self._all / (self._held[stem] + 0.5))


def _words(asked: _Asked, each: _Sentence, rarity: _Rarity) -> list[float]:
    question, patient = asked.question.stems, asked.patient.stems
    sentence, heading, title = each.text.stems, each.heading.stems, each.title.stems
    pairs = (
        (question, sentence), (question, heading), (question, title), (patient, sentence), (patient, heading),
        (sentence, question | patient), (sentence - title - heading, question | patient),
    )  # fmt: skip
    return [rarity.share(words, within) for words, within in pairs]


def _conditions(asked: _Asked, each: _Sentence) -> list[float]:
    named, recorded, title = asked.question.conditions, asked.patient.conditions, each.title.conditions
    known = asked.conditions | title
    return [
        len(named & title),
        float(bool(named) and not named & title),
        len(asked.conditions & title),
        len(named & each.text.conditions),
        len(recorded & each.text.conditions),
        len(each.text.conditions - known),
        len(each.heading.conditions - known),
        float(bool(named & each.opens)),
    ]


def _told(asked: _Asked, each: _Sentence) -> list[float]:
    where = (each.text.told, each.heading.told)
    told = [float(kind in words) for words in where for kind in KINDS]
    wanted = [float(kind in asked.kinds and kind in words) for words in where for kind in KINDS]
    said = asked.question.told | asked.patient.told
    people = [
        float(kind in each.text.told and there)
        for kind in _OF_PEOPLE
        for there in (kind in asked.patient.told, kind not in said)
    ]
    return told + wanted + people
