"""Free-text notes as facts: conditions, drugs, allergies and measurements, each with its character span.

What a note negates, suspects, plans, attributes to a relative or reports as history is kept with that status. A
note more than a year old no longer says what is current: its facts become uncertain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from medrag.knowledge import Knowledge
from medrag.patient.fhir.observations import Attachment
from medrag.patient.formats.note_facts import (
    Said,
    allergy_of,
    condition_of,
    is_allergy,
    medication_of,
    pregnancy_of,
    reaction_end,
)
from medrag.patient.formats.note_targets import MOST_NAMES, Target, find_targets
from medrag.patient.formats.note_values import measurements, note_date
from medrag.patient.record.facts import assemble, days_before
from medrag.reading.ages import age_and_sex
from medrag.reading.allergies import no_allergies
from medrag.reading.boundaries import sentences
from medrag.reading.context import Context
from medrag.reading.matcher import Token, tokens
from medrag.reading.pregnancy import current_pregnancies
from medrag.reading.sections import Sections, sections
from medrag.reading.terms import Kind
from medrag.types import Allergy, Fact, FactStatus, Observation, Patient, Problem

FRESH_DAYS = 365
MAX_CHARACTERS = 100_000
CHILD = 10.0
"""Years below which a gestation in the note is the mother's, or how the patient was born."""


@dataclass(frozen=True)
class _Note:
    text: str
    origin: str
    date: date | datetime | None


def read_note(text: str, origin: str, today: date, knowledge: Knowledge) -> Patient:
    """The patient of one free-text note, read with the names in ``knowledge``."""
    age, sex = age_and_sex(text)
    note = _Note(text, origin, note_date(text))
    facts, problems = _read(note, today, knowledge, age)
    if not facts and age is None:
        problems.append(Problem(source=origin, reason="nothing in the text was recognised"))
    if age is not None and note.date and days_before(note.date, today) > FRESH_DAYS:
        problems.append(Problem(source=origin, reason="the age is that of the note, which is more than a year old"))
    return assemble(facts, problems, age_years=age, sex=sex)


def read_attached(
    documents: Sequence[Attachment], patient: Patient, today: date, knowledge: Knowledge
) -> tuple[list[Fact], list[Problem]]:
    """The facts of notes attached to ``patient``'s record. A note about someone of another sex or age is left out."""
    facts: list[Fact] = []
    problems: list[Problem] = []
    for each in documents:
        text = plain(each.text)
        moment = note_date(text) or each.date
        age, sex = age_and_sex(text)
        if reason := _someone_else(patient, age, sex, moment):
            problems.append(Problem(source=each.source, reason=reason))
            continue
        found, faults = _read(_Note(text, each.source, moment), today, knowledge, age)
        facts += found
        problems += faults
    return facts, problems


def plain(text: str) -> str:
    """``text`` without HTML tags, where it is HTML."""
    if not re.match(r"\s*<(?:!doctype|html|div|p|table|body)\b", text, re.I):
        return text
    from html import unescape

    return unescape(re.sub(r"<[^<>]+>", " ", re.sub(r"<(?:br|/p|/div|/tr|/li|/h\d)[^<>]*>", "\n", text, flags=re.I)))


def _someone_else(patient: Patient, age: float | None, sex: str | None, moment: date | datetime | None) -> str | None:
    if sex and patient.sex in {"female", "male"} and sex != patient.sex:
        return f"the note describes a {sex} patient and the record a {patient.sex} one; the note was not used"
    if age is not None and patient.birth_date and moment:
        expected = -days_before(moment, patient.birth_date) / 365.25
        if abs(expected - age) > 2:
            return "the note describes a patient of another age than the record's; the note was not used"
    return None


def _read(whole: _Note, today: date, knowledge: Knowledge, age: float | None) -> tuple[list[Fact], list[Problem]]:
    note = replace(whole, text=whole.text[:MAX_CHARACTERS])
    problems: list[Problem] = []
    if len(note.text) < len(whole.text):
        problems.append(Problem(source=note.origin, reason=f"only the first {MAX_CHARACTERS} characters were read"))
    parts, words = sections(note.text), tokens(note.text)
    targets = find_targets(note.text, words, parts, knowledge)
    if len(targets) >= MOST_NAMES:
        problems.append(Problem(source=note.origin, reason=f"only the first {MOST_NAMES} names in the note were read"))
    facts: list[Fact] = [
        *_no_allergies(note),
        *_named(note, parts, words, targets, age),
        *measurements(note.text, note.origin, note.date, knowledge, parts),
    ]
    if note.date is None or days_before(note.date, today) <= FRESH_DAYS:
        return facts, problems
    reason = "the note is more than a year old; what it says as current is taken as uncertain"
    problems.append(Problem(source=note.origin, reason=reason))
    return [_aged(fact) for fact in facts], problems


def _aged(fact: Fact) -> Fact:
    if not fact.current or isinstance(fact, Observation):
        return fact
    return fact.model_copy(update={"status": FactStatus.UNCERTAIN})


def _no_allergies(note: _Note) -> Iterator[Fact]:
    for each in no_allergies(note.text):
        if each.kind != "other":
            yield Allergy(
                display="No known allergies",
                status=FactStatus.NEGATED,
                source=f"{note.origin}:{each.start}-{each.end}",
                date=note.date,
            )


def _named(
    note: _Note, parts: Sections, words: Sequence[Token], targets: Sequence[Target], age: float | None
) -> Iterator[Fact]:
    """What the note names, each judged by the words around it."""
    text = note.text
    context = Context(text, words, [(each.start, each.end) for each in targets])
    breaks = [place for section in parts.all for place in (section.heading, section.start)]
    for sentence in sentences(text, breaks):
        reacted = 0
        for place, cues in context.judge(sentence):
            target = targets[place]
            if target.term.kind is Kind.CONDITION and target.start < reacted:
                continue
            said = Said(target, cues, parts.category(target.start), text, note.origin, note.date)
            fact = _fact(said, age)
            if fact is not None:
                yield fact
            if isinstance(fact, Allergy):
                reacted = reaction_end(said)
        if age is None or age >= CHILD:
            for start, end, weeks in current_pregnancies(text, sentence.start, sentence.end):
                yield pregnancy_of(weeks, f"{note.origin}:{start}-{end}", note.date)


def _fact(said: Said, age: float | None) -> Fact | None:
    if said.target.term.kind is Kind.CONDITION:
        child = age is not None and age < CHILD
        return None if child and "pregnan" in said.target.term.name else condition_of(said)
    if is_allergy(said):
        return allergy_of(said)
    return medication_of(said) if said.target.term.kind is Kind.DRUG else None
