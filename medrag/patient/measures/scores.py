"""The inputs of clinical scores that are not measurements: read from conditions, medications and findings.

An item the record does not mention counts as no points, as the scores prescribe; the inputs say "not recorded" so
that the reader sees which zeros are zeros for want of a record.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from medrag.patient.measures import inputs
from medrag.patient.measures import score_items as history
from medrag.patient.measures.inputs import Unavailable, Value
from medrag.patient.record.facts import moment
from medrag.types import Fact, FactStatus, Patient

CREATININE_HAS_BLED = 2.26
SYSTOLIC_HAS_BLED = 160

Grade = Literal[1, 2, 3]
_NONE = re.compile(r"\b(?:no|none|absent|without|negative|grade 0)\b", re.IGNORECASE)
_SLIGHT = re.compile(r"\b(?:mild|slight|small|trace|controlled|grade (?:1|2|I|II)|minimal)\b", re.IGNORECASE)


def clinical_history(patient: Patient) -> dict[str, Value]:
    """The five conditions of CHA2DS2-VASc."""
    if not patient.conditions:
        raise Unavailable("no conditions are recorded")
    items = ("heart_failure", "hypertension", "diabetes", "stroke", "vascular_disease")
    return {item: _item(history.found(patient, item)) for item in items}


def has_bled_history(patient: Patient, today: date) -> dict[str, Value]:
    """The items of HAS-BLED besides age."""
    if not patient.conditions:
        raise Unavailable("no conditions are recorded")
    values = {
        item: _item(history.found(patient, item))
        for item in ("renal", "liver", "stroke", "bleeding", "labile_inr", "alcohol")
    }
    values["drugs"] = _item(history.bleeding_drugs(patient))
    values["uncontrolled_hypertension"] = _above(patient, "systolic", SYSTOLIC_HAS_BLED, today)
    if values["renal"].value is not True:
        values["renal"] = _above(patient, "creatinine", CREATININE_HAS_BLED, today)
    return values


def _item(facts: list[Fact]) -> Value:
    if not facts:
        return Value(False, source="not recorded")
    return Value(True, date=facts[0].date, source=facts[0].source)


def _above(patient: Patient, key: str, limit: float, today: date) -> Value:
    try:
        measured = inputs.measured(patient, key, today)
    except Unavailable:
        return Value(False, source="not recorded")
    return Value(measured.value > limit, date=measured.date, source=measured.source)


def has_liver_disease(patient: Patient) -> bool:
    """Whether the record names a chronic liver disease that stands."""
    named = re.compile(
        r"\b(?:cirrhosis|cirrhotic|liver disease|hepatic failure|liver failure|hepatitis|portal hypertension)\b", re.I
    )
    return any(fact.current and named.search(fact.display) for fact in patient.conditions or ())


def dialysis(patient: Patient) -> dict[str, Value]:
    """Whether the patient is on dialysis, for MELD's creatinine."""
    facts = [*(patient.conditions or ()), *(patient.procedures or ())]
    return {"dialysis": _item([fact for fact in facts if fact.current and re.search(r"dialysis", fact.display, re.I)])}


def child_pugh_inputs(patient: Patient) -> dict[str, Value]:
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
