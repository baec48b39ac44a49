"""From a case to the text that is searched for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from medrag.knowledge import Knowledge
from medrag.knowledge.names import fold
from medrag.reading.languages.gloss import in_english, is_chinese, known_words
from medrag.reading.spelling import spelt_out
from medrag.retrieval.question.presentations import described_conditions
from medrag.types import Case, Patient

if TYPE_CHECKING:
    from medrag.patient.applicability import Applicant

# MiniLM reads 256 tokens, and each fact beyond the first few draws the vector away from the question.
MAX_QUESTION_WORDS = 120
MAX_PATIENT_WORDS = 40

# SNOMED CT's semantic tags: in records, findings and situations are mostly social or administrative.
_TAG = re.compile(r"\s*\((disorder|finding|situation|event|person|procedure)\)\s*$", re.IGNORECASE)
_KEPT_TAGS = frozenset({"disorder"})

_END = re.compile(r"(?<=[.!?])\s+")
_ASKS = re.compile(
    r"\?|\b(?:please (?:advise|suggest|recommend)|(?:would|should) (?:like|be grateful)|advice (?:on|about|regarding)"
    r"|question is|(?:want|need|wish)(?:s|ed)? to know|wonder(?:s|ed|ing)? (?:if|whether|what|which|how))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Query:
    """What is searched for, in English as far as the vocabulary has it.

    ``text`` finds passages: the question, and on a second line what of the patient decides which guideline applies.
    ``described`` ranks sentences: the question, and on a second line the patient in a few words. ``asked`` is the
    question as it was written, ``applicant`` what it and the record tell of the patient, where they tell of one.
    """

    text: str
    described: str
    asked: str
    applicant: Applicant | None = field(default=None, repr=False, compare=False)

    @classmethod
    def of(cls, text: str) -> Query:
        """A query of nothing but these words."""
        return cls(text, text, text)


def query_for(case: Case, knowledge: Knowledge, applicant: Applicant | None = None) -> Query:
    """What to search for to answer a case, within the encoder's limit.

    Of a question that is a long narrative only the sentences that ask are kept: :func:`asking`. Conditions that the
    question does not name already, pregnancy and lactation find passages; age, sex, pregnancy, allergies, conditions,
    drugs and measurements, as far as the record has them, rank sentences. What a value of either means ("BM 2.1") does
    both. ``applicant`` is what record and question tell of the patient, where that is read already.
    """
    from medrag.patient.view import established

    question = asked_text(case.question, knowledge)
    patient = case.patient or Patient()
    applicant = applicant or _applicant(case, knowledge)
    values = established(applicant.view.patient, knowledge) if applicant else ()
    meant = [each for each in values if each.casefold() not in question.casefold()]
    said = (*meant, *_facts(patient, question.casefold()))
    deciding = _within((searchable(each, knowledge) for each in said), MAX_PATIENT_WORDS)
    described = (*_described(patient), *meant)
    facts = ", ".join(searchable(each, knowledge) for each in described).split()[:MAX_PATIENT_WORDS]
    return Query(
        text=f"{question}\nPatient with {', '.join(deciding)}" if deciding else question,
        described=f"{question}\nPatient: {' '.join(facts)}" if facts else question,
        asked=case.question,
        applicant=applicant,
    )


def _applicant(case: Case, knowledge: Knowledge) -> Applicant | None:
    """What record and question tell of the patient; None where they tell of none."""
    from medrag.patient.applicability import Applicant
    from medrag.patient.load import hear
    from medrag.patient.view import view

    heard = hear(case.patient, case.question, knowledge=knowledge)
    return Applicant(view(heard, case.patient, knowledge), in_english(case.question, knowledge)) if heard else None


def condensed(text: str, knowledge: Knowledge) -> Query:
    """A query of ``text``, or of a narrative of more than MAX_QUESTION_WORDS what it asks and the conditions it names.

    For searches without a patient; an engine's case already has the narrative's facts in its patient. Loads the
    note reader for a narrative.
    """
    english = searchable(text, knowledge)
    if len(english.split()) <= MAX_QUESTION_WORDS:
        return Query(english, english, text)
    from medrag.patient.load import hear

    return query_for(Case(question=text, patient=hear(None, text, knowledge=knowledge)), knowledge)


def searchable(text: str, knowledge: Knowledge) -> str:
    """``text`` as English passages can be searched for it: of a Chinese one what the vocabulary has in English.

    An English one has its short and other names spelt out.
    """
    return (known_words(text, knowledge) or text) if is_chinese(text) else spelt_out(text, knowledge)


def asking(text: str) -> str:
    """``text`` in one line or, when it is longer than MAX_QUESTION_WORDS, its sentences that ask something.

    The last sentence where none does: a narrative ends with what is wanted.
    """
    words = text.split()
    if len(words) <= MAX_QUESTION_WORDS:
        return " ".join(words)
    sentences = [sentence for line in text.splitlines() for sentence in _END.split(line) if sentence.strip()]
    asked = [each for each in sentences if _ASKS.search(each)] or sentences[-1:]
    return " ".join(" ".join(asked).split()[:MAX_QUESTION_WORDS])


def asked_text(text: str, knowledge: Knowledge) -> str:
    """What a question asks, as passages can be searched for it, and what it describes without naming it.

    With an emergency, the drugs that come first in it. Of a Chinese question emergencies alone, named or not: the
    words of presentations are those of people who write English, and a reaction's cause is read as an allergy.
    """
    english = searchable(text, knowledge)
    question = asking(english)
    described = described_conditions(english, knowledge)
    first = {flag.name: flag.first for flag in knowledge.red_flags}
    said = fold(question)
    unnamed = [each for each in described if fold(each) not in said and (each in first or not is_chinese(text))]
    emergencies = described if is_chinese(text) else unnamed
    unnamed += [drug for each in emergencies for drug in first.get(each, ()) if fold(drug) not in said]
    return f"{question} ({', '.join(unnamed)})" if unnamed else question


def _facts(patient: Patient, question: str) -> Iterator[str]:
    seen = set()
    if patient.pregnant:
        yield "pregnancy"
    if patient.lactating:
        yield "breastfeeding"
    for condition in patient.conditions or ():
        tag = _TAG.search(condition.display)
        name = _TAG.sub("", condition.display)
        relevant = tag is None or tag.group(1).lower() in _KEPT_TAGS
        if condition.current and relevant and name.casefold() not in question and name.casefold() not in seen:
            seen.add(name.casefold())
            yield name


def _described(patient: Patient) -> Iterator[str]:
    if patient.age_years is not None:
        yield f"age {patient.age_years:g}"
    if patient.sex:
        yield patient.sex
    if patient.pregnant:
        yield "pregnant"
    if patient.lactating:
        yield "breastfeeding"
    yield from (f"{each.display} allergy" for each in patient.allergies or () if each.current)
    yield from (each.display for each in patient.conditions or () if each.current)
    yield from (f"takes {each.display}" for each in patient.medications or () if each.current)
    yield from (f"{each.display} {each.value}" for each in patient.observations or () if each.current and each.value)


def _within(facts: Iterator[str], budget: int) -> list[str]:
    kept = []
    for fact in facts:
        budget -= len(fact.split())
        if budget < 0:
            break
        kept.append(fact)
    return kept
