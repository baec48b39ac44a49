"""Merging partial patients into one, then cleaning and completing it: the same steps whatever the formats were."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from medrag.knowledge import Knowledge
from medrag.patient.conditions import is_past
from medrag.patient.formats.note.values import measurements
from medrag.patient.measures.derived import derive
from medrag.patient.record import cleaning
from medrag.patient.record import freshness as currency
from medrag.patient.record.facts import DAYS_A_YEAR, LISTS, unique
from medrag.patient.record.person import complete_person
from medrag.reading.languages.gloss import in_english
from medrag.types import Fact, Observation, Patient, Problem

SCALARS = (
    *("birth_date", "death_date", "age_years", "sex", "pregnant", "lactating", "weight_kg", "height_cm"),
    "no_known_allergies",
)
_PAIR = re.compile(r"\s*\d+\s*/\s*\d+\b[^/]*")
_LISTED = {
    "medications": "interaction checks",
    "conditions": "checks of contraindications",
    "genotypes": "pharmacogenetic checks",
}


def merge(parts: Sequence[Patient]) -> Patient:
    """The facts of all parts in one record. Where two parts disagree on a particular, the first stands, reported.

    A list that no part records stays not recorded (None); an empty one says "none".
    """
    problems = [problem for part in parts for problem in part.problems]
    person: dict[str, Any] = {}
    for name in SCALARS:
        values = unique(value for part in parts if (value := getattr(part, name)) is not None)
        person[name] = values[0] if values else None
        if len(values) > 1:
            problems.append(Problem(source="record", reason=f"the files disagree on {name}; the first is used"))
    lists: dict[str, Any] = {
        name: tuple(fact for each in given for fact in each)
        for name in LISTS
        if (given := [each for part in parts if (each := getattr(part, name)) is not None])
    }
    derived = {name: value for part in reversed(parts) for name, value in part.derived.items()}
    return Patient(**person, **lists, derived=derived, problems=tuple(problems))


def complete(patient: Patient, today: date, knowledge: Knowledge) -> Patient:
    """``patient`` cleaned (duplicates, impossible values, old ones) and completed (particulars, derived, missing)."""
    given = {name: facts for name in LISTS if (facts := getattr(patient, name)) is not None}
    if told := _told(patient, knowledge):
        given["observations"] = (*told, *given.get("observations", ()))
    lists: dict[str, Any] = {name: cleaning.merge_duplicates(facts) for name, facts in given.items()}
    observations, impossible = cleaning.flag_impossible(lists.get("observations", ()), knowledge)
    observations, future = currency.mark_future(observations, today)
    observations, undated = currency.mark_old(observations, today, _born(patient, today), knowledge)
    if "observations" in lists:
        lists["observations"] = observations
    clean = patient.model_copy(update=lists)
    person, personal = complete_person(clean, today, knowledge)
    whole = clean.model_copy(update=person)
    derived, blocked = derive(whole, today, knowledge)
    contradictions = [*cleaning.contradictions(clean, knowledge), *cleaning.contradictions(whole, knowledge)]
    problems = unique([*patient.problems, *impossible, *future, *undated, *personal, *contradictions])
    update = {
        "derived": {**patient.derived, **derived},
        "missing": _missing(whole, blocked, knowledge),
        "problems": tuple(problems),
    }
    return whole.model_copy(update=update)


def _told(patient: Patient, knowledge: Knowledge) -> tuple[Observation, ...]:
    """The values that current entries give in words ("cardiomyopathy, EF 20 %"; "blood pressure", of "82/50")."""
    return tuple(
        value.model_copy(update={"source": each.source})
        for each, words in _worded(patient, knowledge)
        for value in measurements(in_english(words, knowledge), each.source, each.date, knowledge)
        if value.current
    )


def _worded(patient: Patient, knowledge: Knowledge) -> Iterator[tuple[Fact, str]]:
    """Current conditions with a figure, and observations of two values at once ("82/50")."""
    for each in patient.conditions or ():
        if each.current and any(map(str.isdigit, each.display)) and not is_past(each, knowledge):
            yield each, each.display
    for held in patient.observations or ():
        if held.current and isinstance(held.value, str) and _PAIR.fullmatch(held.value):
            yield held, f"{held.display} {held.value} {held.unit or ''}"


def _born(patient: Patient, today: date) -> date | None:
    """When the patient was born: as recorded, or by the age, which is as near as its years are."""
    if patient.birth_date or patient.age_years is None:
        return patient.birth_date
    return today - timedelta(days=patient.age_years * DAYS_A_YEAR)


def _missing(patient: Patient, blocked: dict[str, list[str]], knowledge: Knowledge) -> tuple[str, ...]:
    """What is not known, each with what it blocks."""
    lines = []
    if patient.allergies is None and patient.no_known_allergies is None:
        lines.append("allergies: not recorded; blocks allergy checks")
    for name, checks in _LISTED.items():
        if getattr(patient, name) is None:
            lines.append(f"{name}: not recorded; blocks {checks}")
    fertile = patient.sex != "male" and knowledge.age_limits["childbearing"].holds(patient.age_years)
    if patient.pregnant is None and fertile:
        lines.append("pregnancy: not recorded; blocks pregnancy checks")
    if patient.age_years is None and not any(line.startswith("age") for line in blocked):
        lines.append("age: not recorded; blocks age checks")
    return (*lines, *(f"{what}; blocks {', '.join(titles)}" for what, titles in blocked.items()))
