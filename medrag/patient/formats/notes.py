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
from medrag.patient.fhir.documents import Attachment
from medrag.patient.formats.note.agreement import agreed
from medrag.patient.formats.note.allergies import allergy_of, is_allergy, reaction_end
from medrag.patient.formats.note.conditions import condition_of, habit_of
from medrag.patient.formats.note.days import note_date
from medrag.patient.formats.note.exchanges import exchanged
from medrag.patient.formats.note.header import birth_dates, note_demographics, patients_names
from medrag.patient.formats.note.medications import medication_of
from medrag.patient.formats.note.named import Said, Target
from medrag.patient.formats.note.pregnancies import due, is_tested_not_pregnant, not_pregnant, pregnancy_of
from medrag.patient.formats.note.targets import MOST_NAMES, find_targets
from medrag.patient.formats.note.values import measurements
from medrag.patient.record.demographics import Demographics, differences
from medrag.patient.record.facts import DAYS_A_YEAR, FRESH_DAYS, age_on, assemble, days_before
from medrag.patient.record.foreign import moved, restored, unread
from medrag.reading.allergies import no_allergies
from medrag.reading.boundaries import sentences
from medrag.reading.context import Context
from medrag.reading.forms import answered
from medrag.reading.languages.gloss import Gloss, glossed
from medrag.reading.languages.spoken import figures
from medrag.reading.matcher import Token, tokens
from medrag.reading.people.ages import age_and_sex
from medrag.reading.people.pregnancy import current_pregnancies
from medrag.reading.sections import Sections, sections
from medrag.reading.terms import Kind
from medrag.types import Allergy, Condition, Fact, FactStatus, Medication, Observation, Patient, Problem

MAX_CHARACTERS = 100_000
_DECIDING = frozenset({"plan", "assessment", "instructions", "stopped"})
"""Sections that say what happens with a drug from now on."""
CHILD = 10.0
"""Years below which a gestation in the note is the mother's, or how the patient was born."""
_OF_EXCHANGE = frozenset({"stopped", "taking", "planned", "past", "history", "narrated", "conditional"})
"""What other cues say of drugs of which one takes the other's place."""
_EMPTY_CELL = re.compile(r"\|\s*(?:nil|none|no|-|–)\s*\|", re.IGNORECASE)
"""A cell of a row of drugs that says that it was not taken there, which denies nothing."""


@dataclass(frozen=True)
class _Note:
    text: str
    origin: str
    date: date | datetime | None


def read_note(text: str, origin: str, today: date, knowledge: Knowledge) -> Patient:
    """The patient of one free-text note, read with the names in ``knowledge``."""
    return read_glossed(glossed(text, knowledge), origin, today, knowledge)


def read_glossed(english: Gloss, origin: str, today: date, knowledge: Knowledge) -> Patient:
    """The patient of a note in English, or put into English.

    The age is today's: from the birth date, or as many years later than the note as have passed since.
    """
    said = english.text
    age, sex = age_and_sex(said)
    births = birth_dates(said, today)
    note = _Note(said, origin, note_date(said))
    facts, problems = _read(note, english, today, knowledge, age)
    if not facts and age is None and not births:
        problems.append(Problem(source=origin, reason="nothing in the text was recognised"))
    passed = days_before(note.date, today) if note.date else 0
    if age is not None and passed > FRESH_DAYS and not births:
        age = round(age + passed / DAYS_A_YEAR, 2) if age < CHILD else float(int(age + passed / DAYS_A_YEAR))
        problems.append(
            Problem(source=origin, reason="the age is that of a note more than a year old, and the years since")
        )
    if age is None and births:
        age = age_on(births[0], today)
    return assemble(facts, problems, birth_date=births[0] if len(births) == 1 else None, age_years=age, sex=sex)


def read_attached(
    documents: Sequence[Attachment], who: Demographics, today: date, knowledge: Knowledge
) -> tuple[list[Fact], list[Problem]]:
    """The facts of notes attached to the record of ``who``. A note about someone else is left out and reported."""
    facts: list[Fact] = []
    problems: list[Problem] = []
    for each in documents:
        text = plain(each.text)
        english = glossed(text, knowledge)
        said = english.text
        moment = note_date(said) or each.date
        other = note_demographics(said, moment, today, knowledge)
        if apart := differences(who, other, today):
            reason = f"the note is of another person than the record ({', '.join(apart)} differ); it was not used"
            problems.append(Problem(source=each.source, reason=reason))
            continue
        found, faults = _read(_Note(text, each.source, moment), english, today, knowledge, other.age)
        facts += found
        problems += faults
    return facts, problems


def plain(text: str) -> str:
    """``text`` without HTML tags, where it is HTML."""
    if not re.match(r"\s*<(?:!doctype|html|div|p|table|body)\b", text, re.I):
        return text
    from html import unescape

    return unescape(re.sub(r"<[^<>]+>", " ", re.sub(r"<(?:br|/p|/div|/tr|/li|/h\d)[^<>]*>", "\n", text, flags=re.I)))


def _read(
    whole: _Note, english: Gloss, today: date, knowledge: Knowledge, age: float | None
) -> tuple[list[Fact], list[Problem]]:
    spoken = figures(english.text[:MAX_CHARACTERS])
    note = replace(whole, text=answered(spoken.text))
    problems = unread(note.text, note.origin)
    if len(english.text) > MAX_CHARACTERS:
        problems.append(_cut(note, f"only the first {MAX_CHARACTERS} characters were read"))
    parts, words = sections(note.text), tokens(note.text)
    targets = find_targets(note.text, words, parts, knowledge)
    if len(targets) >= MOST_NAMES:
        problems.append(_cut(note, f"only the first {MOST_NAMES} names in the note were read"))
    facts: list[Fact] = [
        *_no_allergies(note),
        *_named(note, parts, words, targets, age),
        *measurements(note.text, note.origin, note.date, knowledge, parts, words),
    ]
    if age is None or age >= CHILD:
        facts += _due(note, facts, today)
    if spoken.changed:
        facts = moved(facts, note.origin, spoken.origin)
    facts = restored(facts, english, note.origin)
    if note.date is None or days_before(note.date, today) <= FRESH_DAYS:
        return facts, problems
    reason = "the note is more than a year old; what it says as current is taken as uncertain"
    problems.append(Problem(source=note.origin, reason=reason))
    return [_aged(fact) for fact in facts], problems


def _cut(note: _Note, reason: str) -> Problem:
    return Problem(source=note.origin, reason=reason, lost=("conditions", "allergies", "medications"))


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
) -> list[Fact]:
    """What the note names, each judged by the words around it.

    A drug that its plan stops is no longer taken; neither is one that is told to be stopped after the last word of
    its being taken, nor one that "was taken" and is anywhere said to be stopped.
    """
    judged = list(agreed(list(_judged(note, parts, words, targets, age))))
    stopped = {
        said.target.term.drug.ingredients
        for said, fact in judged
        if said and said.target.term.drug and isinstance(fact, Medication) and fact.status is FactStatus.RESOLVED
    }
    facts: list[Fact] = []
    ended: set[tuple[str, ...]] = set()
    taken: set[tuple[str, ...]] = set()
    for said, fact in reversed(judged):
        drug = said.target.term.drug if said else None
        over = False
        if said and drug and drug.ingredients and isinstance(fact, Medication):
            decided = said.section in _DECIDING
            last = drug.ingredients not in taken and "stopped" in said.cues
            if fact.status is FactStatus.RESOLVED and (decided or last):
                ended.add(drug.ingredients)
            over = (drug.ingredients in ended and not (decided and drug.ingredients in taken)) or (
                drug.ingredients in stopped and "narrated" in said.cues
            )
            if fact.status is FactStatus.ACTIVE and not over:
                taken.add(drug.ingredients)
        facts.append(_ended(fact) if over and fact.status is FactStatus.ACTIVE else fact)
    return facts[::-1]


def _ended(fact: Fact) -> Fact:
    return fact.model_copy(update={"status": FactStatus.RESOLVED})


def _judged(
    note: _Note, parts: Sections, words: Sequence[Token], targets: Sequence[Target], age: float | None
) -> Iterator[tuple[Said | None, Fact]]:
    text = note.text
    context = Context(text, words, [(each.start, each.end) for each in targets], patient=patients_names(text))
    breaks = sorted(
        [
            *(place for section in parts.all for place in (section.heading, section.start)),
            *_entries(text, parts, targets),
        ]
    )
    by_arrow = exchanged(text, targets)
    for sentence in sentences(text, breaks):
        reaction: Said | None = None
        row = sentence.row
        for place, said_of_it in context.judge(sentence):
            target, cues = targets[place], said_of_it
            if reaction and target.term.kind is Kind.CONDITION and target.start < reaction_end(reaction, target.term):
                continue
            section = "medications" if row else parts.category(target.start)
            row = False
            if section != "allergies" and place in by_arrow:
                cues = (cues - _OF_EXCHANGE) | {by_arrow[place]}
            if target.term.says:
                cues |= {target.term.says}
            if sentence.row and _EMPTY_CELL.search(text, sentence.start, sentence.end):
                cues -= {"absent"}
            said = Said(target, cues, section, text, note.origin, note.date)
            fact = _fact(said, age)
            if fact is not None:
                yield said, fact
            given_up = "stopped" in cues or section in {"past", "stopped"}
            if isinstance(fact, Allergy) and given_up and (drug := medication_of(said)):
                yield said, drug
            if isinstance(fact, Condition) and is_tested_not_pregnant(said, fact):
                yield None, not_pregnant(said)
            if isinstance(fact, Allergy):
                reaction = said
        if age is None or age >= CHILD:
            for start, end, weeks in current_pregnancies(text, sentence.start, sentence.end):
                yield None, pregnancy_of(weeks, f"{note.origin}:{start}-{end}", note.date)


def _entries(text: str, parts: Sections, targets: Sequence[Target]) -> Iterator[int]:
    """Where a line of a list of drugs begins with one: nothing said in the line before reaches into it."""
    for each in targets:
        line = text.rfind("\n", 0, each.start) + 1
        if parts.category(each.start) in {"medications", "stopped"} and not text[line : each.start].strip(" \t-*•"):
            yield line


def _due(note: _Note, facts: Sequence[Fact], today: date) -> list[Fact]:
    """The pregnancy that a due date gives, or the last period of one that the note names."""
    day = note.date.date() if isinstance(note.date, datetime) else note.date
    pregnant = any(isinstance(each, Condition) and each.current and "pregnan" in each.display for each in facts)
    found = due(note.text, day or today, pregnant=pregnant)
    return [pregnancy_of(weeks, f"{note.origin}:{start}-{end}", note.date) for start, end, weeks in found]


def _fact(said: Said, age: float | None) -> Fact | None:
    if said.target.term.kind is Kind.CONDITION:
        child = age is not None and age < CHILD
        if child and "pregnan" in said.target.term.name:
            return None
        condition = condition_of(said)
        newborn = age is not None and age >= 1 and said.target.term.name.startswith("neonatal")
        return _ended(condition) if condition and condition.current and newborn else condition
    if is_allergy(said):
        return allergy_of(said)
    if habit := habit_of(said):
        return habit
    return medication_of(said) if said.target.term.kind is Kind.DRUG else None
