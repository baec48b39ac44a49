"""The patient's own particulars, completed from the facts: age, weight, height, pregnancy, breast-feeding, allergies.

What is stated stays; what is not stated is taken from the newest fact that says it, never assumed.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from medrag.knowledge import Knowledge
from medrag.knowledge.vocabulary import Measurement
from medrag.patient.measures import analytes, inputs
from medrag.patient.measures.inputs import Unavailable
from medrag.patient.measures.units import UnitError
from medrag.patient.record.cleaning import not_possible, says_none
from medrag.patient.record.facts import CHILD_YEARS, age_on, days_before, moment, of_child
from medrag.patient.record.freshness import apart
from medrag.reading.dates import dates_at
from medrag.types import Condition, Fact, FactStatus, Observation, Patient, Problem

GESTATION_DAYS = 300
NOT_PREGNANT_DAYS = 30
OVERDUE_DAYS = 14
MENARCHE_YEARS = 9
_AGE_SLACK_YEARS = 1.5

_PREGNANT = re.compile(
    r"^(?:currently |(?:normal|high[- ]risk|single|twin|multiple|intrauterine|viable|early) )?pregnan(?:t|"
    r"cy)\b(?! (?:loss|test|of|prevention))"
    r"|\b(?:first|second|third) trimester\b|\b\d{1,2} weeks pregnant\b|\bpregnancy test positive\b|^(?:viable )?IUP\b",
    re.I,
)
_LACTATING = re.compile(r"\b(?:breast-?feeding|lactat(?:ing|ion)|nursing mother)\b", re.I)
_NEGATIVE = re.compile(r"\b(?:not|no|negative|non-?pregnant|false)\b", re.I)
_UNKNOWN = re.compile(r"\b(?:unknown|possible|possibly|uncertain|asked)\b", re.I)


def complete_person(patient: Patient, today: date, knowledge: Knowledge) -> tuple[dict[str, Any], list[Problem]]:
    """The particulars to put in place, and what was wrong with those given."""
    problems: list[Problem] = []
    update: dict[str, Any] = {}
    update["age_years"] = _age(patient, today, problems)
    aged = patient.model_copy(update=update)
    update["weight_kg"] = _size(aged, "weight", patient.weight_kg, today, knowledge, problems)
    update["height_cm"] = _size(aged, "height", patient.height_cm, today, knowledge, problems)
    update["pregnant"] = (
        patient.pregnant if patient.pregnant is not None else _pregnant(aged, today, knowledge, problems)
    )
    update["lactating"] = patient.lactating if patient.lactating is not None else _lactating(patient, today)
    update["no_known_allergies"] = _no_known_allergies(patient)
    return update, problems


def _age(patient: Patient, today: date, problems: list[Problem]) -> float | None:
    if patient.birth_date is None:
        return patient.age_years
    age = age_on(patient.birth_date, min(today, patient.death_date or today))
    if not 0 <= age <= 130:
        problems.append(Problem(source="record", reason="the birth date is not possible; age not computed"))
        return patient.age_years
    if patient.age_years is not None and abs(patient.age_years - age) > _AGE_SLACK_YEARS:
        problems.append(Problem(source="record", reason="age and birth date disagree; the birth date is used"))
    return age


def _size(  # noqa: PLR0913 (one particular, and what it is read with)
    patient: Patient, key: str, stated: float | None, today: date, knowledge: Knowledge, problems: list[Problem]
) -> float | None:
    """Weight or height: as stated, else the newest measurement (an adult's even when old, which is reported).

    A measurement of today stands before what was stated, and so does the newest where an older one was stated.
    """
    analyte = knowledge.measurements[key]
    if stated is not None and (reason := not_possible(analyte, stated, analyte.unit, stated)):
        problems.append(Problem(source="structured", reason=reason))
        return None
    try:
        measured = inputs.measured(patient, key, today, knowledge)
    except Unavailable:
        return _last_of_adult(patient, analyte, knowledge, problems) if stated is None else stated
    value = round(float(measured.value), 2)
    if stated is None or measured.date == today or _was_measured(patient, analyte, stated, knowledge):
        return value
    if apart(value, stated):
        reason = f"the {analyte.key} stated differs from the one measured; the stated one is used"
        problems.append(Problem(source=measured.source or "record", reason=reason, lost=("observations",)))
    return stated


def _was_measured(patient: Patient, analyte: Measurement, stated: float, knowledge: Knowledge) -> bool:
    """Whether what is stated is one of the measurements."""
    for each in analytes.of(patient.observations or (), analyte, knowledge):
        try:
            if round(analytes.measure(analyte, each), 2) == stated:
                return True
        except UnitError:
            continue
    return False


def _last_of_adult(
    patient: Patient, analyte: Measurement, knowledge: Knowledge, problems: list[Problem]
) -> float | None:
    measured = analytes.of(patient.observations or (), analyte, knowledge)
    grown = [each for each in measured if not of_child(each.date, patient.birth_date)]
    held = [each for each in grown if each.status is FactStatus.RESOLVED]
    if not held or patient.age_years is None or patient.age_years < CHILD_YEARS:
        return None
    last = max(held, key=lambda each: moment(each.date))
    try:
        value = analytes.measure(analyte, last)
    except UnitError:
        return None
    reason = (
        f"{analyte.key} was last measured on {last.date:%Y-%m-%d}; it is shown but not computed with"
        if last.date
        else f"{analyte.key} is old"
    )
    problems.append(Problem(source=last.source, reason=reason))
    return round(value, 2)


def _pregnant(patient: Patient, today: date, knowledge: Knowledge, problems: list[Problem]) -> bool | None:
    """The newest of the facts that say so: pregnant for ten months, not pregnant for one; else unknown."""
    says = [
        (moment(fact.date), said, fact)
        for fact in _candidates(patient)
        if (said := _pregnancy(fact, knowledge)) is not None
    ]
    expecting = any(_expects(each, patient, today, knowledge) for each in patient.observations or ())
    if expecting and patient.sex != "male" and all(said for _, said, _ in says):
        return True
    if not says:
        return None
    _, said, fact = max(says, key=lambda each: (each[0], each[1]))
    age = days_before(fact.date, today) if fact.date else 0
    if age <= (GESTATION_DAYS if said else NOT_PREGNANT_DAYS):
        return said
    if said:
        problems.append(
            Problem(source=fact.source, reason="a pregnancy is recorded as current for more than ten months; unknown")
        )
    return None


def _expects(each: Observation, patient: Patient, today: date, knowledge: Knowledge) -> bool:
    """Whether it gives a delivery that is still to come: its day, or weeks of gestation, which a newborn's are not."""
    if not each.current or (patient.age_years or MENARCHE_YEARS) < MENARCHE_YEARS:
        return False
    analyte = analytes.measured_by(each, knowledge)
    if each.code in knowledge.stated_codes["delivery_expected"]:
        due = dates_at(str(each.value), 0, today + timedelta(days=GESTATION_DAYS))
        return any(-OVERDUE_DAYS <= (day - today).days <= GESTATION_DAYS for day in due)
    if analyte is None or analyte.key != "gestational_age" or each.date is None:
        return False
    try:
        weeks = analytes.measure(analyte, each)
    except UnitError:
        return False
    return weeks * 7 + days_before(each.date, today) <= GESTATION_DAYS


def _candidates(patient: Patient) -> list[Fact]:
    standing = {FactStatus.ACTIVE, FactStatus.RESOLVED}
    observed = [each for each in patient.observations or () if each.status in standing]
    return [*(each for each in patient.conditions or () if each.current), *observed]


def _pregnancy(fact: Fact, knowledge: Knowledge) -> bool | None:
    stated = knowledge.stated_codes
    if isinstance(fact, Condition):
        icd = fact.system == "ICD-10" and (fact.code or "").upper().startswith(tuple(stated["pregnant_icd10"]))
        return True if icd or fact.code in stated["pregnant"] or _PREGNANT.search(fact.display) else None
    if not isinstance(fact, Observation) or not isinstance(fact.value, str):
        return None
    if fact.code not in stated["pregnancy_observed"] and not re.match(
        r"pregnan(?:t|cy)(?: status| test)?\b", fact.display, re.I
    ):
        return None
    if "intention" in fact.display.casefold() or _UNKNOWN.search(fact.value):
        return None
    return not _NEGATIVE.search(fact.value)


def _lactating(patient: Patient, today: date) -> bool | None:
    for fact in patient.conditions or ():
        if fact.current and _LACTATING.search(fact.display):
            return True
    held = [each for each in patient.observations or () if each.current and _LACTATING.search(each.display)]
    newest = max(held, key=lambda each: moment(each.date), default=None)
    if newest is None or not isinstance(newest.value, str) or _UNKNOWN.search(newest.value):
        return None
    negative = bool(_NEGATIVE.search(newest.value))
    old = newest.date is not None and days_before(newest.date, today) > NOT_PREGNANT_DAYS
    return None if negative and old else not negative


def _no_known_allergies(patient: Patient) -> bool | None:
    if any(fact.current for fact in patient.allergies or ()):
        return False
    if any(fact.status is FactStatus.NEGATED and says_none(fact) for fact in patient.allergies or ()):
        return True
    return patient.no_known_allergies
