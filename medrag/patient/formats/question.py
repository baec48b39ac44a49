"""A question as a note about the patient, without what it asks about people in general."""

from __future__ import annotations

import re
from datetime import date
from functools import partial
from typing import Any

from medrag.knowledge import Knowledge
from medrag.patient.conditions import meanings_of, resolve
from medrag.patient.formats.notes import read_note
from medrag.patient.record.facts import all_facts, assemble
from medrag.patient.record.foreign import restored_patient
from medrag.reading.languages import pattern
from medrag.reading.languages.gloss import glossed
from medrag.reading.people.population import General, in_general
from medrag.types import Allergy, Condition, Fact, FactStatus, Genotype, Lost, Medication, Observation, Patient, Problem

ORIGIN = "question"
OWN_FIELDS = {"pregnancy", "breastfeeding"}
_said = partial(pattern, "applicability")
_SPAN = re.compile(r"question:(\d+)-(\d+)")
_LISTS: dict[type[Any], Lost] = {
    Condition: "conditions",
    Allergy: "allergies",
    Medication: "medications",
    Observation: "observations",
}


def read_question(question: str, record: Patient | None, today: date, knowledge: Knowledge) -> Patient:
    """What a question says of the patient. Without a ``record`` the people it asks about are the patient.

    With one, a group that it names ("in pregnancy", "people with asthma") is no fact of this patient; whether the
    patient is of it is open, unless the record says so, and the checks that look there are told. "In heart failure",
    without people, is how one asks about a patient who has it.
    """
    english = glossed(question, knowledge)
    said = _read(english.text, record, today, knowledge)
    return restored_patient(said, english, ORIGIN)


def _read(question: str, record: Patient | None, today: date, knowledge: Knowledge) -> Patient:
    said = _asked(read_note(question, ORIGIN, today, knowledge), question, record)
    if record is None:
        return said
    said = _of_today(said, today)
    facts = all_facts(said)
    general = in_general(question)
    others = [
        each for each in facts if _general(each, question, general, knowledge) or _impossible(each, record, knowledge)
    ]
    if not others:
        return said
    known = resolve(record.conditions or (), knowledge).concepts
    problems = [_open(each) for each in others if type(each) in _LISTS and not _recorded(each, known, knowledge)]
    left = {id(each) for each in others}
    kept = assemble((each for each in facts if id(each) not in left), [*said.problems, *problems])
    return kept.model_copy(update={"age_years": said.age_years, "birth_date": said.birth_date, "sex": said.sex})


def _of_today(said: Patient, today: date) -> Patient:
    """With the values that it gives without a day as those of the day on which it is asked, newer than a record's."""
    held = tuple(
        each.model_copy(update={"date": today}) if each.date is None and each.current else each
        for each in said.observations or ()
    )
    return said.model_copy(update={"observations": held}) if held else said


def _asked(said: Patient, question: str, record: Patient | None) -> Patient:
    """With the drugs of which it only asks whether to give them as intended ones.

    Those of which it tells a reaction are over, where a record lists what is taken.
    """
    if not said.medications:
        return said
    reacted = {each.source for each in said.allergies or ()} if record and record.medications else set()
    drugs = (_as_meant(each, question, reacted) for each in said.medications)
    return said.model_copy(update={"medications": tuple(drugs)})


def _as_meant(fact: Medication, question: str, reacted: set[str]) -> Medication:
    if fact.status is FactStatus.UNCERTAIN and fact.source in reacted:
        return fact.model_copy(update={"status": FactStatus.RESOLVED})
    return fact.model_copy(update={"status": FactStatus.PLANNED}) if _is_asked(fact, question) else fact


def _is_asked(fact: Medication, question: str) -> bool:
    span = _SPAN.fullmatch(fact.source)
    if fact.status is not FactStatus.UNCERTAIN or span is None:
        return False
    before, end = question[: int(span[1])], int(span[2])
    asks = _said("is it").search(before) and _said("right").match(question, end)
    chosen = _said("other of a choice").search(before) or _said("one of a choice").match(question, end)
    return bool(asks or chosen) or _said("would give").search(before) is not None


def _general(fact: Fact | Genotype, question: str, general: General, knowledge: Knowledge) -> bool:
    """Said of people in general; of a stage of life also where it is only the setting ("gout in pregnancy")."""
    span = _SPAN.fullmatch(fact.source)
    if span is None:
        return False
    start, end = int(span[1]), int(span[2])
    return general.of_people(start, end) or (_stage(fact, knowledge) and general.as_setting(question, start))


def _impossible(fact: Fact | Genotype, record: Patient, knowledge: Knowledge) -> bool:
    """A pregnancy where the record is of a man."""
    return record.sex == "male" and _stage(fact, knowledge)


def _stage(fact: Fact | Genotype, knowledge: Knowledge) -> bool:
    """Whether the fact is a pregnancy or breastfeeding."""
    return isinstance(fact, Condition) and any(each.condition in OWN_FIELDS for each in meanings_of(fact, knowledge))


def _recorded(fact: Fact | Genotype, known: dict[str, str], knowledge: Knowledge) -> bool:
    """Whether the record settles it: a condition that it names; a stage of life has a field of its own."""
    if not isinstance(fact, Condition):
        return False
    meant = {each.condition for each in meanings_of(fact, knowledge)}
    return bool(meant & OWN_FIELDS) or (bool(meant) and meant <= known.keys())


def _open(fact: Fact | Genotype) -> Problem:
    reason = "the question asks about people of whom the record does not say whether the patient is one"
    return Problem(source=fact.source, reason=reason, lost=(_LISTS[type(fact)],))
