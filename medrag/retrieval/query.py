"""From a case to the text that is searched for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from medrag.knowledge import Knowledge, load
from medrag.reading.languages.gloss import is_chinese, known_words
from medrag.types import Case, Patient

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


def query_for(case: Case, knowledge: Knowledge | None = None) -> str:
    """The question, then what of the patient decides which guideline applies, within the encoder's limit.

    Current conditions the question does not name already, pregnancy and lactation, on a second line. Of a question
    that is a long narrative only the sentences that ask are kept: :func:`asking`. ``knowledge`` has the names that
    Chinese is put into English by, the bundled ones unless given.
    """
    question = asking(searchable(case.question, knowledge))
    named = _facts(case.patient, question.casefold()) if case.patient else iter(())
    facts = _within((searchable(each, knowledge) for each in named), MAX_PATIENT_WORDS)
    return f"{question}\nPatient with {', '.join(facts)}" if facts else question


def described(case: Case, knowledge: Knowledge | None = None) -> str:
    """The question, and on a second line the patient in a few words: what the ranking of sentences reads.

    Age, sex, pregnancy, allergies, conditions, drugs and measurements as far as the record has them.
    """
    question = asking(searchable(case.question, knowledge))
    named = ", ".join(searchable(each, knowledge) for each in _described(case.patient)) if case.patient else ""
    facts = " ".join(named.split()[:MAX_PATIENT_WORDS])
    return f"{question}\nPatient: {facts}" if facts else question


def condensed(text: str) -> str:
    """``text``, or of a narrative of more than MAX_QUESTION_WORDS what it asks and the conditions it names.

    For searches without a patient; an engine's case already has the narrative's facts in its patient. Loads the
    note reader for a narrative.
    """
    english = searchable(text)
    if len(english.split()) <= MAX_QUESTION_WORDS:
        return english
    from medrag.patient.load import hear

    return query_for(Case(question=text, patient=hear(None, text)))


def searchable(text: str, knowledge: Knowledge | None = None) -> str:
    """``text`` as English passages can be searched for it: of a Chinese one what the vocabulary has in English."""
    return (known_words(text, knowledge or load()) or text) if is_chinese(text) else text


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
