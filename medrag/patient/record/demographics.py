"""Whether files are of one person: names, identifiers, birth dates, sexes and ages as each gives them, compared.

Two records are of two people where they disagree on the birth date or the sex, on all of the name, or, unless an
identifier or the day of birth ties them, on the family name, the given name or the number. What a file does not say
never speaks against it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import combinations
from typing import NamedTuple

from medrag.errors import PatientError
from medrag.patient.record.facts import DAYS_A_YEAR, days_before
from medrag.patient.record.names import Name, alike, comparable, given_alike, mistyped, spelt_alike
from medrag.types import Patient, Problem

TWO_PEOPLE = "two_people"
"""The code of the error that refuses them."""
DATED_SLACK_YEARS = 2.0
UNDATED_SLACK_YEARS = 5.0
_NATIONAL = {"SS", "NHS", "CN"}
_DAY_OF_BIRTH = len("2000-01-01")


class Identifier(NamedTuple):
    """A number and who gave it: a system's URL, ``MR`` (a hospital's), ``SS``, ``NHS``, ``CN`` (a Chinese
    citizen's), ``FHIR`` (a server's id).
    """

    kind: str
    value: str


@dataclass(frozen=True)
class Demographics:
    """Who a file says that it is about. ``births`` are ISO dates, several where day and month may be swapped, and may
    lack day or month; ``age`` is in years, as it was on ``seen``; ``twin`` is which of a multiple birth someone is
    ("A"); ``several``: the file itself tells of more than one patient.
    """

    names: frozenset[Name] = frozenset()
    identifiers: frozenset[Identifier] = frozenset()
    births: frozenset[str] = frozenset()
    sex: str | None = None
    age: float | None = None
    seen: date | datetime | None = None
    twin: str | None = None
    several: bool = False


class Part(NamedTuple):
    """What was read of one file, whom it is about by its own words, and what it is called."""

    patient: Patient
    who: Demographics = Demographics()
    origin: str = "request"


def identifier(kind: str, value: str) -> Identifier | None:
    """A number comparable between sources; None for one without a digit."""
    plain = re.sub(r"[^A-Z0-9]", "", value.upper()).lstrip("0")
    return Identifier(kind, plain) if re.search(r"\d", plain) else None


def ensure_one_person(parts: Sequence[Part], today: date) -> tuple[Problem, ...]:
    """What of the names differs though all parts are of one person.

    Raises :class:`~medrag.errors.PatientError` with code ``two_people`` where two parts are of two people.
    """
    if crowd := next((part.origin for part in parts if part.who.several), None):
        raise PatientError(
            f"{crowd} tells of several patients: give one file a patient, run them as a batch (--batch), or say that "
            "they are one person (--one-person; medrag.one_person in a request)",
            code=TWO_PEOPLE,
        )
    known = [(part.origin, _completed(part)) for part in parts]
    problems = []
    for (first, one), (second, other) in combinations(known, 2):
        if found := differences(one, other, today):
            raise PatientError(
                f"{first} and {second} are of two people: {', '.join(found)} differ. Give the files of one patient, or "
                "say that they are one person (--one-person; medrag.one_person in a request)",
                code=TWO_PEOPLE,
            )
        if one.names and other.names and not _named_alike(one, other):
            reason = f"gives another name than {second}; taken as one person, whom birth date or number ties"
            problems.append(Problem(source=first, reason=reason))
    return tuple(problems)


def _completed(part: Part) -> Demographics:
    """What the part's own words say, with what was read of its patient where they say nothing."""
    who, patient = part.who, part.patient
    births = who.births or (frozenset({patient.birth_date.isoformat()}) if patient.birth_date else frozenset())
    age = who.age if who.age is not None or births else patient.age_years
    return replace(who, births=births, sex=who.sex or patient.sex, age=age)


def differences(one: Demographics, other: Demographics, today: date) -> tuple[str, ...]:
    """In what the two cannot be one person; empty where they can."""
    found = []
    if one.births and other.births and not _born_alike(one, other):
        found.append("birth date")
    if {one.sex, other.sex} == {"female", "male"}:
        found.append("sex")
    if _aged_apart(one, other, today) or _aged_apart(other, one, today):
        found.append("age")
    shared = bool(_values(one) & _values(other))
    if one.names and other.names and not _named_alike(one, other) and not _renamed(one, other, numbered=shared):
        found.append("name")
    if not shared and _numbered_apart(one, other):
        found.append("identifier")
    if one.twin and other.twin and one.twin != other.twin:
        found.append("twin")
    return tuple(found)


def _born_alike(one: Demographics, other: Demographics) -> bool:
    return any(mine.startswith(theirs) or theirs.startswith(mine) for mine in one.births for theirs in other.births)


def _born_on_one_day(one: Demographics, other: Demographics) -> bool:
    return any(len(day) == _DAY_OF_BIRTH for day in one.births & other.births)


def _aged_apart(one: Demographics, other: Demographics, today: date) -> bool:
    """Whether the age of ``one`` does not fit the birth date of ``other``, or its age where it has none."""
    if one.age is None or (not other.births and other.age is None):
        return False
    day = one.seen or today
    slack = DATED_SLACK_YEARS if one.seen else UNDATED_SLACK_YEARS
    if other.births:
        return all(
            abs(days_before(_first_day(born), _day(day)) / DAYS_A_YEAR - one.age) > slack for born in other.births
        )
    passed = days_before(other.seen or today, _day(day)) / DAYS_A_YEAR
    return abs((other.age or 0) + passed - one.age) > UNDATED_SLACK_YEARS


def _first_day(born: str) -> date:
    year, month, day = (*map(int, born.split("-")), 1, 1)[:3]
    return date(year, month, day)


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


def _values(who: Demographics) -> frozenset[str]:
    """The numbers that say who someone is wherever they were given; a server's ids do not."""
    return frozenset(each.value for each in who.identifiers if each.kind != "FHIR" and len(each.value) > 2)


def _named_alike(one: Demographics, other: Demographics) -> bool:
    return any(alike(mine, theirs) for mine in one.names for theirs in other.names)


def _renamed(one: Demographics, other: Demographics, *, numbered: bool) -> bool:
    """Whether two names are of one person whom a number or the day of birth ties: one part of the name stayed, the
    given one without a number (a twin has the family's), or is spelt otherwise, or they are in different scripts.
    """
    tied = _born_on_one_day(one, other) and not _numbers_of_one_giver_differ(one, other)
    return (numbered or tied) and any(
        not comparable(mine, theirs)
        or given_alike(mine, theirs)
        or spelt_alike(mine, theirs)
        or mistyped(mine, theirs)
        or (numbered and bool(mine.family & theirs.family))
        for mine in one.names
        for theirs in other.names
    )


def _numbered_apart(one: Demographics, other: Demographics) -> bool:
    """Whether both have numbers of one giver and none in common; without a giver, if nothing else ties the two."""
    kinds = _kinds(one, other)
    apart = {kind for kind in kinds if not _of(kind, one) & _of(kind, other)}
    births, names = bool(one.births and other.births), bool(one.names and other.names)
    if any(kind in _NATIONAL or ":" in kind for kind in apart):
        return True
    if apart == {"FHIR"}:
        return not (births or names)
    if not kinds and (_only_by_hand(one, other) or _only_by_hand(other, one)):
        return not births
    return bool(apart) and not (births and names)


def _kinds(one: Demographics, other: Demographics) -> set[str]:
    return {each.kind for each in one.identifiers} & {each.kind for each in other.identifiers}


def _numbers_of_one_giver_differ(one: Demographics, other: Demographics) -> bool:
    return any(not _of(kind, one) & _of(kind, other) for kind in _kinds(one, other) - {"FHIR"})


def _only_by_hand(one: Demographics, other: Demographics) -> bool:
    """Whether ``one`` has a record number of no named giver alone ("MRN 4711"), and ``other`` numbers of named ones."""
    return {each.kind for each in one.identifiers} == {"MR"} and any(":" in each.kind for each in other.identifiers)


def _of(kind: str, who: Demographics) -> set[str]:
    return {each.value for each in who.identifiers if each.kind == kind}
