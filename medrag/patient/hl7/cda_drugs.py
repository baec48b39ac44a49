"""Medications and immunizations of a C-CDA document as FHIR R4 resources."""

from __future__ import annotations

from datetime import date
from typing import Any

from medrag.patient.fhir.absent import ABSENT_OR_UNKNOWN
from medrag.patient.fhir.values import Json, text
from medrag.patient.hl7.cda_entries import negated, related
from medrag.patient.hl7.cda_nodes import (
    Narrative,
    attribute,
    child,
    children,
    high,
    kind_of,
    low,
    quantity,
)
from medrag.patient.hl7.resources import present

_C = "2.16.840.1.113883.10.20.22.4."
MEDICATION = {_C + "16", _C + "42", "2.16.840.1.113883.10.20.1.24"}
IMMUNIZATION = {_C + "52", _C + "120"}
_PLANNED = _C + "42"
_ANY_DRUG = "410942007"
_SIG = _C + "147"
_NONE = {"coding": [{"system": ABSENT_OR_UNKNOWN, "code": "no-known-medications"}], "text": "No known medications"}
_STATUS = {
    "active": "active",
    "aborted": "stopped",
    "suspended": "on-hold",
    "held": "on-hold",
    "cancelled": "cancelled",
}
# HL7's TimingEvent: at a meal, before breakfast...
_WHEN = {"HS": "HS", "C": "C", "CM": "CM", "CD": "CD", "CV": "CV", "AC": "AC", "ACM": "ACM", "ACD": "ACD", "ACV": "ACV"}
_WHEN |= {"PC": "PC", "PCM": "PCM", "PCD": "PCD", "PCV": "PCV", "WAKE": "WAKE"}


def medication(entry: Any, narrative: Narrative, today: date) -> Json:
    """A Medication Activity (taken or ordered) or a planned one; "no medications" where one negated names no drug."""
    named = _drug(entry, narrative)
    if negated(entry) and (named is None or _any_drug(named)):
        return {"resourceType": "MedicationStatement", "status": "active", "medicationCodeableConcept": _NONE}
    time = next((each for each in children(entry, "effectiveTime") if kind_of(each) in {"", "IVL_TS", "TS"}), None)
    shared = {
        "medicationCodeableConcept": named,
        "dosageInstruction": [dosage] if (dosage := _dosage(entry, narrative, time)) else None,
    }
    began = low(time) or low(child(entry, "author", "time"))
    later = entry.get("moodCode") == "INT" and began is not None and began[:10] > f"{today}"[: len(began[:10])]
    planned = _PLANNED in {each.get("root") for each in children(entry, "templateId")}
    if entry.get("moodCode") == "RQO" or planned or later:
        return present(
            {"resourceType": "MedicationRequest", "status": "active", "intent": "plan", "authoredOn": began, **shared}
        )
    stands = "stopped" if negated(entry) else _status(entry, time, today)
    made = {"resourceType": "MedicationRequest", "status": stands, "intent": "order", "authoredOn": began, **shared}
    return present({**made, "doNotPerform": True, "status": "active"} if negated(entry) else made)


def immunization(entry: Any, narrative: Narrative) -> Json:
    """An Immunization Activity."""
    named = _drug(entry, narrative)
    stated = {"completed": "completed", "active": "completed"}.get(attribute(entry, "code", "statusCode") or "")
    stands = "not-done" if negated(entry) or entry.get("moodCode") == "INT" else stated or "not-done"
    day = low(child(entry, "effectiveTime"))
    return present({"resourceType": "Immunization", "status": stands, "vaccineCode": named, "occurrenceDateTime": day})


def _drug(entry: Any, narrative: Narrative) -> Json | None:
    for material in children(entry, "consumable", "manufacturedProduct", "manufacturedMaterial"):
        if found := narrative.concept(child(material, "code")):
            return found
        if words := narrative.said(child(material, "name")):
            return {"text": words}
    return None


def _any_drug(named: Json) -> bool:
    return any(each.get("code") == _ANY_DRUG for each in named.get("coding", ()))


def _status(entry: Any, time: Any, today: date) -> str:
    """What is over is completed. An activity that is called completed and gives no end may still be taken: unknown."""
    ended = high(time)
    if ended and ended[:10] < f"{today}"[: len(ended[:10])]:
        return "completed"
    stated = attribute(entry, "code", "statusCode") or "active"
    if stated == "completed":
        moments = time is not None and text(time.get("value")) is not None
        return "active" if ended else "completed" if moments or entry.get("moodCode") == "INT" else "unknown"
    return _STATUS.get(stated, "unknown")


def _dosage(entry: Any, narrative: Narrative, time: Any) -> Json | None:
    sig = next((said for each in related(entry, _SIG) if (said := narrative.said(child(each, "text")))), None)
    amount = child(entry, "doseQuantity")
    rate = child(entry, "rateQuantity")
    unit = narrative.concept(child(entry, "administrationUnitCode"))
    dose = _amount(amount, unit) if amount is not None else None
    speed = quantity(rate) if rate is not None else None
    bounds = present({"end": high(time)}) if time is not None else {}
    repeat = present({**_frequency(entry), "boundsPeriod": bounds})
    return present(
        {
            "text": sig,
            "route": narrative.concept(child(entry, "routeCode")),
            "doseAndRate": [present({"doseQuantity": dose, "rateQuantity": speed})] if dose or speed else None,
            "timing": {"repeat": repeat} if repeat else None,
            "asNeededBoolean": True if child(entry, "precondition") is not None else None,
        }
    )


def _amount(element: Any, unit: Json | None) -> Json | None:
    made = quantity(element)
    if made and "unit" not in made and unit and unit.get("text"):
        return {**made, "unit": unit["text"]}
    return made


def _frequency(entry: Any) -> Json:
    """How often: a period (PIVL_TS), or an event of the day (EIVL_TS)."""
    for each in children(entry, "effectiveTime"):
        if (period := child(each, "period")) is not None:
            span = quantity(period) or quantity(child(period, "low")) if child(period, "low") is not None else None
            span = span or quantity(period)
            if span and span.get("unit") in {"s", "min", "h", "d", "wk", "mo", "a"}:
                return {"frequency": 1, "period": span["value"], "periodUnit": span["unit"]}
        if (event := attribute(each, "code", "event")) in _WHEN:
            return {"when": [_WHEN[event]]}
    return {}
