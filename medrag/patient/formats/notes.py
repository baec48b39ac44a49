"""Free-text notes as facts: conditions, drugs, allergies and measurements, each with its character span.

What a note negates, suspects, plans, attributes to a relative or reports as history is kept with that status. A
note more than a year old no longer says what is current: its facts become uncertain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from medrag.knowledge import load
from medrag.knowledge.names import normalise
from medrag.knowledge.vocabulary import Condition as KnownCondition
from medrag.patient.fhir.observations import Attachment
from medrag.patient.formats.note_targets import (
    condition_named,
    dosage_after,
    find_targets,
    severity_around,
    stage_after,
)
from medrag.patient.formats.note_values import age_and_sex, measurements, note_date
from medrag.patient.record.facts import assemble, days_before
from medrag.reading.context import Mention, judge, sections, segment
from medrag.types import Allergy, Condition, Fact, FactStatus, Medication, Observation, Patient, Problem

FRESH_DAYS = 365
MAX_CHARACTERS = 100_000

_NO_ALLERGY = re.compile(
    r"\b(?P<words>NKDA|NKA|NKFA|no known (?:drug |medication |food |medicine )?allerg(?:y|ies)|no (?:drug |"
    r"medication )?allergies|denies (?:any )?(?:drug |medication )?allergies|allerg(?:y|ies)\s*:\s*(?:none|nil|"
    r"no)\b(?:\s+known)?)",
    re.IGNORECASE,
)
_REACTION = re.compile(
    r"\s*(?:\((?P<a>[^)\n]{2,60})\)|(?:-|–|:|=>|->|causes|causing|reaction:?)\s*(?P<b>[^\n;,.(]{3,60}))"
)
_FAMILY_SECTION = "family"
_GRADED = {"ascites", "hepatic encephalopathy"}


@dataclass(frozen=True)
class _Note:
    text: str
    origin: str
    date: date | datetime | None

    def source(self, start: int, end: int) -> str:
        return f"{self.origin}:{start}-{end}"


def read_note(text: str, origin: str, today: date) -> Patient:
    """The patient of one free-text note."""
    age, sex = age_and_sex(text)
    note = _Note(text, origin, note_date(text))
    facts, problems = _read(note, today)
    if not facts and age is None:
        problems.append(Problem(source=origin, reason="nothing in the text was recognised"))
    if age is not None and note.date and days_before(note.date, today) > FRESH_DAYS:
        problems.append(Problem(source=origin, reason="the age is that of the note, which is more than a year old"))
    return assemble(facts, problems, age_years=age, sex=sex)


def read_attached(documents: Sequence[Attachment], patient: Patient, today: date) -> tuple[list[Fact], list[Problem]]:
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
        found, faults = _read(_Note(text, each.source, moment), today)
        facts += found
        problems += faults
    return facts, problems


def plain(text: str) -> str:
    """``text`` without HTML tags, where it is HTML."""
    if not re.match(r"\s*<(?:!doctype|html|div|p|table|body)\b", text, re.I):
        return text
    from html import unescape

    return unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<(?:br|/p|/div|/tr|/li|/h\d)[^>]*>", "\n", text, flags=re.I)))


def _someone_else(patient: Patient, age: float | None, sex: str | None, moment: date | datetime | None) -> str | None:
    if sex and patient.sex in {"female", "male"} and sex != patient.sex:
        return f"the note describes a {sex} patient and the record a {patient.sex} one; the note was not used"
    if age is not None and patient.birth_date and moment:
        expected = -days_before(moment, patient.birth_date) / 365.25
        if abs(expected - age) > 2:
            return "the note describes a patient of another age than the record's; the note was not used"
    return None


def _read(whole: _Note, today: date) -> tuple[list[Fact], list[Problem]]:
    note = replace(whole, text=whole.text[:MAX_CHARACTERS])
    problems: list[Problem] = []
    if len(note.text) < len(whole.text):
        problems.append(Problem(source=note.origin, reason=f"only the first {MAX_CHARACTERS} characters were read"))
    doc = segment(note.text)
    parts = sections(doc)
    mentions = judge(doc, find_targets(note.text, parts))
    family = [(start, end) for category, start, end in parts if category == _FAMILY_SECTION]
    facts: list[Fact] = [
        *_no_allergies(note),
        *(fact for mention in mentions if (fact := _fact(mention, note)) is not None),
        *measurements(note.text, note.origin, note.date, family),
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
    for match in _NO_ALLERGY.finditer(note.text):
        yield Allergy(
            display="No known allergies",
            status=FactStatus.NEGATED,
            source=note.source(*match.span()),
            date=note.date,
        )


def _fact(mention: Mention, note: _Note) -> Fact | None:
    if mention.label == "CONDITION":
        return _condition(mention, note)
    if mention.section == "allergies" or "ALLERGIC" in mention.cues:
        return _allergy(mention, note)
    return _medication(mention, note) if normalise(mention.text) not in load().allergen_names else None


def _condition(mention: Mention, note: _Note) -> Condition | None:
    if mention.section == "allergies":
        return None
    name, known = condition_named(mention.text) or (mention.text, None)
    stage = stage_after(note.text, mention.end)
    severity = severity_around(note.text, mention.start, mention.end) if name in _GRADED else None
    parts = (severity, name) if severity else (name, stage)
    return Condition(
        display=" ".join(part for part in parts if part),
        status=_condition_status(mention, known),
        source=note.source(mention.start, mention.end),
        date=note.date,
    )


def _condition_status(mention: Mention, known: KnownCondition | None) -> FactStatus:
    cues = mention.cues
    if "FAMILY" in cues or mention.section == _FAMILY_SECTION:
        return FactStatus.FAMILY_HISTORY
    if "NEGATED_EXISTENCE" in cues:
        return FactStatus.NEGATED
    if cues & {"POSSIBLE_EXISTENCE", "HYPOTHETICAL"} or mention.section == "instructions":
        return FactStatus.UNCERTAIN
    if "OVER" in cues:
        return FactStatus.RESOLVED
    event = known.event if known else False
    over = "HISTORICAL" in cues or mention.section in {"history", "surgery"}
    return FactStatus.RESOLVED if over and (event or (known is None and "HISTORICAL" in cues)) else FactStatus.ACTIVE


def _allergy(mention: Mention, note: _Note) -> Allergy | None:
    if "FAMILY" in mention.cues:
        return None
    match = _REACTION.match(note.text, mention.end)
    reaction = (match["a"] or match["b"]).strip() if match else None
    negated = "NEGATED_EXISTENCE" in mention.cues
    tolerated = "intoleran" in note.text[max(0, mention.start - 30) : mention.start].casefold()
    return Allergy(
        display=mention.text,
        status=FactStatus.NEGATED if negated else FactStatus.ACTIVE,
        source=note.source(mention.start, mention.end),
        date=note.date,
        kind="intolerance" if tolerated else "allergy",
        reaction=reaction,
    )


def _medication(mention: Mention, note: _Note) -> Medication | None:
    if "FAMILY" in mention.cues or mention.section == _FAMILY_SECTION:
        return None
    dosage, end = dosage_after(note.text, mention.end)
    return Medication(
        display=mention.text,
        dosage=dosage,
        status=_medication_status(mention, dosage is not None),
        source=note.source(mention.start, end),
        date=note.date,
    )


# In the order in which they decide.
_MEDICATION_CUES = {
    "NEGATED_EXISTENCE": FactStatus.NEGATED,
    "STOPPED": FactStatus.RESOLVED,
    "STARTING": FactStatus.PLANNED,
    "HYPOTHETICAL": FactStatus.UNCERTAIN,
    "POSSIBLE_EXISTENCE": FactStatus.UNCERTAIN,
    "TAKING": FactStatus.ACTIVE,
    "HISTORICAL": FactStatus.UNCERTAIN,
}


def _medication_status(mention: Mention, dosed: bool) -> FactStatus:
    cues, section = mention.cues, mention.section
    for cue, status in _MEDICATION_CUES.items():
        if cue in cues and not (cue == "HISTORICAL" and section == "medications"):
            return status
    if section == "medications":
        return FactStatus.ACTIVE
    if section in {"plan", "assessment", "instructions"}:
        return FactStatus.PLANNED if dosed else FactStatus.UNCERTAIN
    return FactStatus.ACTIVE if dosed else FactStatus.UNCERTAIN
