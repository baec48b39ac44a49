"""Whom a note says that it is about: names, numbers, birth dates, sexes and ages at its beginning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import partial

from medrag.knowledge import Knowledge
from medrag.patient.formats.note.header.births import births
from medrag.patient.formats.note.header.chinese import chinese_demographics
from medrag.patient.formats.note.header.names import names_asked_for, names_in
from medrag.patient.formats.note.header.several import apart, headers, listed_apart
from medrag.patient.formats.note.tables.particulars import introduced
from medrag.patient.record.demographics import Demographics, Identifier, identifier
from medrag.reading.languages import language, pattern
from medrag.reading.languages.gloss import Gloss, glossed
from medrag.reading.people.ages import INFANT, READ, Sex, age_and_sex, ages, asked_about, described_sex

_said = partial(pattern, "header")
_IN_TITLE = 200
"""Characters in which each of several patients in one text is named."""
_BABY = 2.0
"""Years below which "baby" in a note is the patient."""


def note_demographics(
    english: Gloss, original: str, seen: date | datetime | None, today: date, knowledge: Knowledge
) -> Demographics:
    """Whom the note is about, as far as its beginning says; ``seen`` is the note's own date.

    Its ``original`` words are those of a Chinese note before it was put into ``english``.
    """
    text = introduced(english.text)
    head = text[:READ]
    age, sex = age_and_sex(text)
    chinese = chinese_demographics(original)
    return Demographics(
        several=_several(english.text, today, knowledge),
        names=names_in(head, knowledge) | chinese.names,
        identifiers=frozenset(_numbers(head)) | chinese.identifiers,
        births=births(head, today) or chinese.births or _birth_year(head),
        twin=next((match["which"].upper() for match in _said("twin").finditer(head)), None),
        sex=sex or described_sex(head) or chinese.sex,
        age=_own_age(head, age),
        seen=seen,
    )


def _own_age(head: str, age: float | None) -> float | None:
    """The ``age`` told; an infant's only where the text begins with the infant, which may else be the patient's."""
    if _said("opens_with_infant").match(head):
        return age if age is not None and age < 1 else INFANT
    return age if age is None or age >= 1 else None


def _several(text: str, today: date, knowledge: Knowledge) -> bool:
    heads = [part[:_IN_TITLE] for part in headers(text)]
    people = [
        Demographics(
            names=names_in(head, knowledge),
            identifiers=frozenset(_numbers(head)),
            births=births(head, today),
        )
        for head in heads
    ]
    return listed_apart(text, today) or apart(people, today)


def asked_demographics(question: str, today: date, knowledge: Knowledge) -> Demographics:
    """Whom a question is about: as of a note, or the relative or the child that it asks about.

    A pronoun ("she") tells no sex here, since people type the wrong one, unless she is pregnant.
    """
    english = glossed(question, knowledge)
    who = note_demographics(english, question, None, today, knowledge)
    age, sex = asked_about(english.text)
    own = age_and_sex(english.text)[1] or _expecting(english.text)
    return replace(
        who,
        sex=sex or own,
        age=age if age is not None else who.age,
        names=who.names | names_asked_for(english.text, knowledge),
    )


def _expecting(question: str) -> Sex | None:
    """Female where the question is of one person who is pregnant."""
    return "female" if _said("is_pregnant").search(question) else None


def _birth_year(head: str) -> frozenset[str]:
    found = _said("year_of_birth").search(head)
    return frozenset({found["year"]} if found else ())


def _numbers(head: str) -> Iterator[Identifier]:
    for match in _said("number").finditer(head):
        kind = next(kind for kind in ("MR", "NHS", "SS") if match[kind])
        bare = (match["MR"] or "").casefold() in {"hospital", "unit", "patient", "chart"}
        if (not bare or match["noun"]) and (found := identifier(kind, match["value"])):
            yield found


def patients_names(text: str) -> frozenset[str]:
    """The words for relatives that in ``text`` name the patient: "dad" where a son calls about his father."""
    head = text[:READ]
    kin: frozenset[str] = frozenset()
    if match := _said("calls").search(head):
        kin = next((group for group in _groups() if match["kin"].casefold() in group), kin)
    first = next(ages(head), None)
    if first is not None and first.years < _BABY:
        kin |= language().words["babies"]
    return kin


def _groups() -> tuple[frozenset[str], ...]:
    words = language().words
    return tuple(words[name] for name in ("fathers", "mothers", "husbands", "wives", "sons", "daughters", "babies"))
