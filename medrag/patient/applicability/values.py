"""What a measurement, a score or an age of a patient is, or may be, and whether it is within a limit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from medrag.knowledge.scoring import Test
from medrag.patient.measures.calculators import calculators
from medrag.patient.measures.derived import Refusal, calculate, value_of
from medrag.patient.measures.inputs import Unavailable
from medrag.patient.record.facts import FRESH_DAYS, days_before, moment
from medrag.patient.view import PatientView
from medrag.reading import drugs
from medrag.reading.languages import pattern, said
from medrag.reading.languages.gloss import in_english
from medrag.reading.thresholds.mentions import values as values_in
from medrag.types import FactStatus

BESIDE = 3
"""Characters between a drug and two amounts of it ("250/50")."""
CLEARANCE = (0.6, 1.6)
"""Of an eGFR, between which creatinine clearance is taken to be where it is not known."""


def said_values(patient: PatientView, question: str) -> dict[str, float]:
    """What the question, and the words of the patient's conditions, give a value of."""
    found = _pressures(question, patient) | _stated(question) | values_in(question, patient.knowledge)
    for each in patient.patient.conditions or ():
        found |= values_in(in_english(each.display, patient.knowledge), patient.knowledge) if each.current else {}
    return found


def _stated(question: str) -> dict[str, float]:
    """Values that stand before their name, or beside another of it ("80% ICA")."""
    ways = (each.partition(": ") for each in said("applicability", "stated values"))
    found = ((key, re.search(words, question, re.I)) for key, _, words in ways)
    return {key: float(match[1]) for key, match in found if match}


def _pressures(question: str, patient: PatientView) -> dict[str, float]:
    """The two of a blood pressure that stands there without its name ("172/114"), where there is one."""
    named = drugs(question, patient.knowledge)
    for match in pattern("applicability", "pressure").finditer(question):
        if not any(0 <= match.start() - each.end <= BESIDE for each in named):
            return {"systolic": float(match["systolic"]), "diastolic": float(match["diastolic"])}
    return {}


def known_values(key: str, patient: PatientView, said: Mapping[str, float]) -> Sequence[float | str]:
    """The values that the input may have by the record, else the one that was said; none where it is not known."""
    return _values(key, patient) or _said(key, said)


def holds(test: Test, held: Sequence[float | str]) -> bool | None:
    """Whether the test passes for every value that the input may have; None where that is open, or none is known."""
    found = {test.holds(each) for each in held}
    return found.pop() if len(found) == 1 else None


def _values(key: str, patient: PatientView) -> Sequence[float | str]:
    """The input's value; the two ends of what it can be where inputs of a score are missing; none where unknown."""
    person: dict[str, float | str | None] = {
        "age": patient.age,
        "sex": patient.patient.sex,
        "crcl": patient.labs.get("crcl"),
    }
    if key == "gestational_age" and patient.gestation:
        return patient.gestation
    if key in person:
        known = person[key]
        return _clearance(patient) if known is None and key == "crcl" else () if known is None else (known,)
    found = _measured(key, patient)
    return _filtration(patient) if key == "egfr" and not found else found


def _filtration(patient: PatientView) -> Sequence[float]:
    """What the eGFR may be by creatinine clearance and stage of kidney disease; none where neither is known."""
    clearance = patient.labs.get("crcl")
    ends = (0.0,) if clearance is None else (clearance / CLEARANCE[1], clearance / CLEARANCE[0])
    staged = (patient.knowledge.conditions[name].egfr for name in patient.concepts)
    most = min((each for each in (*staged, *ends[1:]) if each is not None), default=None)
    return () if most is None or most < ends[0] else (ends[0], most)


def _measured(key: str, patient: PatientView) -> Sequence[float | str]:
    """A measurement's or score's value, as :func:`_values` gives it."""
    today = datetime.now(UTC).date()
    if key not in patient.knowledge.measurements and key not in calculators(patient.knowledge):
        return _reported(key, patient, today)
    try:
        if key in patient.knowledge.measurements:
            return (value_of(key, patient.patient, today, patient.knowledge).value,)
        return (calculate(key, patient.patient, today, patient.knowledge).value,)
    except Refusal as refusal:
        return _reported(key, patient, today) or refusal.between or ()
    except Unavailable:
        # What a bare number means by its size, and the checks go by.
        return (patient.labs[key],) if key in patient.labs else _reported(key, patient, today)


def _clearance(patient: PatientView) -> Sequence[float]:
    """What creatinine clearance may be by the eGFR; none where that is not known either."""
    egfr = patient.labs.get("egfr")
    return () if egfr is None else (egfr * CLEARANCE[0], egfr * CLEARANCE[1])


def _said(key: str, said: Mapping[str, float]) -> Sequence[float | str]:
    return (said[key],) if key in said else ()


def _reported(key: str, patient: PatientView, today: date) -> Sequence[float]:
    """A score's newest total that the record gives without its items, while it is fresh; none otherwise."""
    named = re.compile("|".join(patient.knowledge.threshold_names.get(key, ("(?!)",))), re.I)
    scored = calculators(patient.knowledge).get(key)
    window = scored.fresh_days if scored and scored.fresh_days else FRESH_DAYS
    held = [
        (each.date, each.value)
        for each in patient.patient.observations or ()
        if each.status is FactStatus.ACTIVE and isinstance(each.value, float) and named.fullmatch(each.display)
    ]
    fresh = [each for each in held if each[0] is None or 0 <= days_before(each[0], today) <= window]
    newest = max(fresh, key=lambda each: moment(each[0]), default=None)
    return () if newest is None else (newest[1],)
