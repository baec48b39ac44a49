"""From a case to the text that is searched for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from medrag.types import Case, Patient

# MiniLM reads 256 tokens, and each fact beyond the first few draws the vector away from the question.
MAX_QUESTION_WORDS = 120
MAX_PATIENT_WORDS = 40

# SNOMED CT's semantic tags: in records, findings and situations are mostly social or administrative.
_TAG = re.compile(r"\s*\((disorder|finding|situation|event|person|procedure)\)\s*$", re.IGNORECASE)
_KEPT_TAGS = frozenset({"disorder"})


def query_for(case: Case) -> str:
    """The question, then what of the patient decides which guideline applies, within the encoder's limit.

    Current conditions the question does not name already, pregnancy and lactation; one line each.
    """
    question = " ".join(case.question.split()[:MAX_QUESTION_WORDS])
    facts = _within(_facts(case.patient, question.casefold()), MAX_PATIENT_WORDS) if case.patient else []
    return f"{question}\nPatient with {', '.join(facts)}" if facts else question


def _facts(patient: Patient, question: str) -> Iterator[str]:
    seen = set()
    if patient.pregnant:
        yield "pregnancy"
    if patient.lactating:
        yield "breastfeeding"
    for condition in patient.conditions:
        tag = _TAG.search(condition.display)
        name = _TAG.sub("", condition.display)
        relevant = tag is None or tag.group(1).lower() in _KEPT_TAGS
        if condition.current and relevant and name.casefold() not in question and name.casefold() not in seen:
            seen.add(name.casefold())
            yield name


def _within(facts: Iterator[str], budget: int) -> list[str]:
    kept = []
    for fact in facts:
        budget -= len(fact.split())
        if budget < 0:
            break
        kept.append(fact)
    return kept
