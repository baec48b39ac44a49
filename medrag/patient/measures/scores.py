"""The inputs of clinical scores that are not measurements: read from conditions, medications and findings.

An item the record does not mention counts as no points, as the scores prescribe; the inputs say "not recorded" so
that the reader sees which zeros are zeros for want of a record.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from medrag.knowledge import Knowledge
from medrag.patient.measures import inputs
from medrag.patient.measures import score_items as history
from medrag.patient.measures.inputs import Unavailable, Value
from medrag.patient.record.facts import moment
from medrag.types import Fact, FactStatus, Patient

Grade = Literal[1, 2, 3]
_NONE = re.compile(r"\b(?:no|none|absent|without|negative|grade 0)\b", re.IGNORECASE)
_SLIGHT = re.compile(r"\b(?:mild|slight|small|trace|controlled|grade (?:1|2|I|II)|minimal)\b", re.IGNORECASE)


def clinical_history(patient: Patient, _today: date, knowledge: Knowledge) -> dict[str, Value]:
    """The five conditions of CHA2DS2-VASc."""
    if not patient.conditions:
        raise Unavailable("no conditions are recorded")
    items = ("heart_failure", "hypertension", "diabetes", "stroke", "vascular_disease")
    return {item: _item(history.found(patient, item, knowledge)) for item in items}


def has_bled_history(patient: Patient, today: date, knowledge: Knowledge) -> dict[str, Value]:
    """The items of HAS-BLED besides age."""
    if not patient.conditions:
        raise Unavailable("no conditions are recorded")
    values = {
        item: _item(history.found(patient, item, knowledge))
        for item in ("renal", "liver", "stroke", "bleeding", "labile_inr", "alcohol")
    }
    values["drugs"] = _item(history.found(patient, "bleeding_drugs", knowledge))
    values["uncontrolled_hypertension"] = _above(patient, "uncontrolled_hypertension", today, knowledge)
    if values["renal"].value is not True:
        values["renal"] = _above(patient, "renal", today, knowledge)
    return values


def _item(facts: list[Fact]) -> Value:
    if not facts:
        return Value(False, source="not recorded")
    return Value(True, date=facts[0].date, source=facts[0].source)


def _above(patient: Patient, name: str, today: date, knowledge: Knowledge) -> Value:
    item = knowledge.scores[name]
    if item.measurement is None or item.above is None:
        raise Unavailable(f"{name} has no limit")
    try:
        measured = inputs.measured(patient, item.measurement, today, knowledge)
    except Unavailable:
        return Value(False, source="not recorded")
    return Value(measured.value > item.above, date=measured.date, source=measured.source)


def has_liver_disease(patient: Patient, knowledge: Knowledge) -> bool:
    """Whether the record names a chronic liver disease that stands."""
    return bool(history.found(patient, "chronic_liver_disease", knowledge))


def dialysis(patient: Patient, _today: date, knowledge: Knowledge) -> dict[str, Value]:
    """Whether the patient is on dialysis, for MELD's creatinine."""
    return {"dialysis": _item(history.found(patient, "dialysis", knowledge))}


def child_pugh_inputs(patient: Patient, _today: date, _knowledge: Knowledge) -> dict[str, Value]:
    """Ascites and encephalopathy as grades 1 to 3. Both must be stated: silence is not absence."""
    return {sign: _graded(patient, sign) for sign in ("ascites", "encephalopathy")}


def _graded(patient: Patient, sign: str) -> Value:
    said = (*(patient.conditions or ()), *(patient.observations or ()))
    facts = [fact for fact in said if sign in fact.display.casefold()]
    stated = [fact for fact in facts if fact.status in {FactStatus.ACTIVE, FactStatus.NEGATED, FactStatus.REFUTED}]
    if not stated:
        raise Unavailable(f"{sign} is neither recorded nor ruled out")
    newest = max(stated, key=lambda fact: moment(fact.date))
    return Value(_grade(newest), date=newest.date, source=newest.source)


def _grade(fact: Fact) -> Grade:
    value = getattr(fact, "value", None)
    words = f"{fact.display} {value if isinstance(value, str) else ''}"
    if not fact.current or _NONE.search(words):
        return 1
    return 2 if _SLIGHT.search(words) else 3
