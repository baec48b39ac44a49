"""Free-text notes as facts: conditions, drugs, allergies and measurements, each with its character span.

What a note negates, suspects, plans, attributes to a relative or reports as history is kept with that status. A
note more than a year old no longer says what is current: its facts become uncertain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from medrag.knowledge import Knowledge
from medrag.patient.fhir.documents import Attachment
from medrag.patient.formats.note.agreement import agreed
from medrag.patient.formats.note.days import note_date
from medrag.patient.formats.note.header.births import birth_dates
from medrag.patient.formats.note.header.demographics import note_demographics
from medrag.patient.formats.note.named import DECIDING, Note, Target
from medrag.patient.formats.note.pregnancies import due, pregnancy_of
from medrag.patient.formats.note.status.judged import CHILD, as_ended, judged_facts
from medrag.patient.formats.note.tables.particulars import introduced
from medrag.patient.formats.note.targets import MOST_NAMES, find_targets
from medrag.patient.formats.note.values import has_unread_values, measurements
from medrag.patient.record.demographics import Demographics, differences
from medrag.patient.record.facts import DAYS_A_YEAR, FRESH_DAYS, age_on, assemble, days_before
from medrag.patient.record.foreign import moved, restored, unread
from medrag.reading.allergies import no_allergies
from medrag.reading.forms import answered
from medrag.reading.languages.gloss import Gloss, glossed
from medrag.reading.languages.spoken import figures
from medrag.reading.matcher import Token, tokens
from medrag.reading.people.ages import age_and_sex
from medrag.reading.sections import Sections, sections
from medrag.types import Allergy, Condition, Fact, FactStatus, Medication, Observation, Patient, Problem

MAX_CHARACTERS = 100_000


def read_note(text: str, origin: str, today: date, knowledge: Knowledge) -> Patient:
    """The patient of one free-text note, read with the names in ``knowledge``."""
    return read_glossed(glossed(text, knowledge), origin, today, knowledge)


def read_glossed(english: Gloss, origin: str, today: date, knowledge: Knowledge) -> Patient:
    """The patient of a note in English, or put into English.

    The age is today's: from the birth date, or as many years later than the note as have passed since.
    """
    said = english.text
    age, sex = age_and_sex(introduced(said))
    births = birth_dates(introduced(said), today)
    note = Note(said, origin, note_date(said))
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
        other = note_demographics(english, text, moment, today, knowledge)
        if apart := ("patients",) if other.several else differences(who, other, today):
            reason = f"the note is of another person than the record ({', '.join(apart)} differ); it was not used"
            problems.append(Problem(source=each.source, reason=reason))
            continue
        found, faults = _read(Note(text, each.source, moment), english, today, knowledge, other.age)
        facts += found
        problems += faults
    return facts, problems


def plain(text: str) -> str:
    """``text`` without HTML tags, where it is HTML."""
    if not re.match(r"\s*<(?:!doctype|html|div|p|table|body)\b", text, re.I):
        return text
    from html import unescape

    cells = re.sub(r"</t[dh]\s*>", "\t", text, flags=re.I)
    return unescape(re.sub(r"<[^<>]+>", " ", re.sub(r"<(?:br|/p|/div|/tr|/li|/h\d)[^<>]*>", "\n", cells, flags=re.I)))


def _read(
    whole: Note, english: Gloss, today: date, knowledge: Knowledge, age: float | None
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
        *measurements(note.text, note.origin, note.date, knowledge, parts, words, today),
    ]
    if age is None or age >= CHILD:
        facts += _due(note, facts, today)
    if has_unread_values(note.text, knowledge):
        reason = "rows of a table lack cells; their values were left unread"
        problems.append(Problem(source=note.origin, reason=reason, lost=("observations",)))
    if spoken.changed:
        facts = moved(facts, note.origin, spoken.origin)
    facts = restored(facts, english, note.origin)
    if note.date is None or days_before(note.date, today) <= FRESH_DAYS:
        return facts, problems
    reason = "the note is more than a year old; what it says as current is taken as uncertain"
    problems.append(Problem(source=note.origin, reason=reason))
    return [_aged(fact) for fact in facts], problems


def _cut(note: Note, reason: str) -> Problem:
    return Problem(source=note.origin, reason=reason, lost=("conditions", "allergies", "medications"))


def _aged(fact: Fact) -> Fact:
    if not fact.current or isinstance(fact, Observation):
        return fact
    return fact.model_copy(update={"status": FactStatus.UNCERTAIN})


def _no_allergies(note: Note) -> Iterator[Fact]:
    for each in no_allergies(note.text):
        if each.kind != "other":
            yield Allergy(
                display="No known allergies",
                status=FactStatus.NEGATED,
                source=f"{note.origin}:{each.start}-{each.end}",
                date=note.date,
            )


def _named(
    note: Note, parts: Sections, words: Sequence[Token], targets: Sequence[Target], age: float | None
) -> list[Fact]:
    """What the note names, each judged by the words around it.

    A drug that its plan stops is no longer taken; neither is one that is told to be stopped after the last word of
    its being taken, nor one that "was taken" and is anywhere said to be stopped.
    """
    judged = list(agreed(list(judged_facts(note, parts, words, targets, age))))
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
            decided = said.section in DECIDING
            last = drug.ingredients not in taken and "stopped" in said.cues
            if fact.status is FactStatus.RESOLVED and (decided or last):
                ended.add(drug.ingredients)
            over = (drug.ingredients in ended and not (decided and drug.ingredients in taken)) or (
                drug.ingredients in stopped and "narrated" in said.cues
            )
            if fact.status is FactStatus.ACTIVE and not over:
                taken.add(drug.ingredients)
        facts.append(as_ended(fact) if over and fact.status is FactStatus.ACTIVE else fact)
    return facts[::-1]


def _due(note: Note, facts: Sequence[Fact], today: date) -> list[Fact]:
    """The pregnancy that a due date gives, or the last period of one that the note names."""
    day = note.date.date() if isinstance(note.date, datetime) else note.date
    pregnant = any(isinstance(each, Condition) and each.current and "pregnan" in each.display for each in facts)
    found = due(note.text, day or today, pregnant=pregnant)
    return [pregnancy_of(weeks, f"{note.origin}:{start}-{end}", note.date) for start, end, weeks in found]
