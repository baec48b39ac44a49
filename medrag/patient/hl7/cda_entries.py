"""The entries of a C-CDA document as FHIR R4 resources: allergies, problems, results, vital signs, history.

Each is known by its template (C-CDA R2.1; those of R1.1 and of CCD have the same or the older identifiers). One that
names nothing stays, nameless, so that the reader of FHIR reports it.
Statuses follow HL7's C-CDA on FHIR (https://build.fhir.org/ig/HL7/ccda-on-fhir/).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from medrag.patient.fhir.absent import ABSENT_OR_UNKNOWN
from medrag.patient.fhir.values import Json
from medrag.patient.hl7.cda_nodes import (
    Narrative,
    absent,
    attribute,
    child,
    children,
    high,
    is_given,
    low,
    name_of,
    templates,
    value,
)
from medrag.patient.hl7.resources import PREGNANCY_STATUS, SNOMED, UNREADABLE, present, status

_C = "2.16.840.1.113883.10.20.22.4."
ALLERGY = {_C + "7", _C + "90", "2.16.840.1.113883.10.20.1.18"}
PROBLEM = {_C + "4", "2.16.840.1.113883.10.20.1.28"}
RESULT = {_C + "2", _C + "27", "2.16.840.1.113883.10.20.1.31"}
SOCIAL = {_C + "38", _C + "78", _C + "85", "2.16.840.1.113883.10.20.1.33"}
PREGNANCY = {"2.16.840.1.113883.10.20.15.3.8", _C + "293"}
PREGNANCY_DETAIL = {"2.16.840.1.113883.10.20.15.3.1", _C + "297", _C + "280"}
PROCEDURE = {_C + "12", _C + "13", _C + "14", "2.16.840.1.113883.10.20.1.29"}
FAMILY = {_C + "45", "2.16.840.1.113883.10.20.1.23"}
_REACTION, _SEVERITY, _CRITICALITY = _C + "9", _C + "8", _C + "145"
# Status observations, by template (R1.1) or by LOINC's "Status" (R2.1).
_STATUS = {_C + "6", _C + "28", "2.16.840.1.113883.10.20.1.50", "2.16.840.1.113883.10.20.1.39"}
_STATUS_CODE = "33999-4"
# SNOMED CT's Active, Inactive, Resolved, Remission, Recurrence.
_STATED = {
    "55561003": "active",
    "73425007": "inactive",
    "413322009": "resolved",
    "277022003": "remission",
    "246455001": "recurrence",
}
_CONCERN = {"active": "active", "suspended": "inactive", "aborted": "inactive", "completed": "inactive"}
# SNOMED CT's kinds of propensity, as what "none of this kind" is called.
_NO_ALLERGY = {
    "416098002": ("409137002", "No known drug allergy"),
    "419511003": ("409137002", "No known drug allergy"),
    "59037007": ("409137002", "No known drug allergy"),
    "414285001": ("429625007", "No known food allergy"),
    "418471000": ("429625007", "No known food allergy"),
    "235719002": ("429625007", "No known food allergy"),
    "426232007": ("428607008", "No known environmental allergy"),
}
_NO_KNOWN_ALLERGY = ("716186003", "No known allergy")
# SNOMED CT's problem, condition, clinical finding and disease: negated, they say that there is none at all.
_ANY_PROBLEM = {"55607006", "64572001", "404684003", "409586006", "282291009", "418799008", "248536006"}
_SEVERITIES = {"255604002": "mild", "6736007": "moderate", "24484000": "severe", "399166001": "severe"}
_CRITICALITIES = {"CRITL": "low", "CRITH": "high", "CRITU": "unable-to-assess"}


def negated(element: Any) -> bool:
    """Whether an entry says that what it names is not so."""
    return bool(element.get("negationInd") == "true")


def related(element: Any, wanted: set[str] | str) -> Iterator[Any]:
    """The entries of those templates in relation to this one."""
    ids = {wanted} if isinstance(wanted, str) else wanted
    for relation in children(element, "entryRelationship"):
        for each in relation:
            if name_of(each) and templates(each) & ids:
                yield each


def allergy(observation: Any, concern: Any, narrative: Narrative) -> Json:
    """An Allergy - Intolerance Observation within its concern. One negated without a substance: none are known."""
    substance = _substance(observation, narrative)
    sort = child(observation, "value")
    if negated(observation) and substance is None:
        code, name = _NO_ALLERGY.get((sort.get("code") if sort is not None else None) or "", _NO_KNOWN_ALLERGY)
        substance = {"coding": [{"system": SNOMED, "code": code, "display": name}], "text": name}
        stands = {"clinicalStatus": status("active")}
    elif negated(observation):
        stands = {"verificationStatus": status("refuted")}
    else:
        stands = _stands(observation, concern)
    intolerance = (sort.get("displayName") or "").casefold().startswith("intoleran") if sort is not None else False
    return present(
        {
            "resourceType": "AllergyIntolerance",
            **stands,
            "code": substance,
            "type": "intolerance" if intolerance else "allergy" if sort is not None else None,
            "criticality": _criticality(observation),
            "onsetDateTime": low(child(observation, "effectiveTime")),
            "recordedDate": low(child(observation, "author", "time")),
            "reaction": [made for each in related(observation, _REACTION) if (made := _reaction(each, narrative))],
        }
    )


def _substance(observation: Any, narrative: Narrative) -> Json | None:
    for entity in children(observation, "participant", "participantRole", "playingEntity"):
        said = child(entity, "name")
        if found := narrative.concept(child(entity, "code")):
            return found
        if words := narrative.said(said):
            return {"text": words}
    return None


def _criticality(observation: Any) -> str | None:
    found = (attribute(each, "code", "value") for each in related(observation, _CRITICALITY))
    return next((_CRITICALITIES[code] for code in found if code in _CRITICALITIES), None)


def _reaction(reaction: Any, narrative: Narrative) -> Json | None:
    named = narrative.concept(child(reaction, "value")) or narrative.concept(child(reaction, "code"))
    if named is None:
        return None
    graded = (attribute(each, "code", "value") for each in related(reaction, _SEVERITY))
    severity = next((_SEVERITIES[code] for code in graded if code in _SEVERITIES), None)
    return present({"manifestation": [named], "severity": severity})


def _stands(observation: Any, concern: Any) -> Json:
    """An entry's clinical status: as it says itself, over when it ended, else as the concern about it stands.

    An allergy is not over because nobody is concerned about it any more; it is then left unconfirmed.
    """
    made = {"verificationStatus": status("confirmed")}
    stated = _stated(observation)
    ended = high(child(observation, "effectiveTime"))
    if stated or ended:
        return {**made, "clinicalStatus": status(stated or "resolved")}
    tracked = _CONCERN.get(attribute(concern, "code", "statusCode") or "active", "active")
    if tracked != "active" and templates(observation) & ALLERGY:
        return {"verificationStatus": status("unconfirmed"), "clinicalStatus": status("active")}
    return {**made, "clinicalStatus": status(tracked)}


def _stated(observation: Any) -> str | None:
    for relation in children(observation, "entryRelationship", "observation"):
        if templates(relation) & _STATUS or attribute(relation, "code", "code") == _STATUS_CODE:
            return _STATED.get(attribute(relation, "code", "value") or "")
    return None


def problem(observation: Any, concern: Any, narrative: Narrative) -> Json:
    """A Problem Observation. One negated names what the patient does not have, or says that there is no problem."""
    held = child(observation, "value")
    code = held.get("code") if held is not None else None
    if negated(observation) and (absent(held) or code in _ANY_PROBLEM):
        none = {"coding": [{"system": ABSENT_OR_UNKNOWN, "code": "no-known-problems"}], "text": "No known problems"}
        return {"resourceType": "Condition", "clinicalStatus": status("active"), "code": none}
    named = narrative.concept(held) or _said(narrative.said(child(observation, "text")))
    ended = high(child(observation, "effectiveTime"))
    stands = {"verificationStatus": status("refuted")} if negated(observation) else _stands(observation, concern)
    return present(
        {
            "resourceType": "Condition",
            **stands,
            "code": named,
            "onsetDateTime": low(child(observation, "effectiveTime")),
            "abatementDateTime": ended,
            "recordedDate": low(child(observation, "author", "time")),
        }
    )


def _said(words: str | None) -> Json | None:
    return {"text": words} if words else None


_DONE = {"completed": "final", "active": "preliminary", "aborted": "cancelled", "cancelled": "cancelled"}


def measured(observation: Any, organizer: Any, narrative: Narrative) -> Json | None:
    """A Result Observation, a Vital Sign Observation, or an observation of social history; none without a value."""
    held = child(observation, "value")
    if held is None or negated(observation):
        return None
    found = value(held, narrative) or (UNREADABLE if is_given(held) else {})
    if not found:
        return None
    day = low(child(observation, "effectiveTime"))
    day = day or low(child(organizer, "effectiveTime"))
    return present(
        {
            "resourceType": "Observation",
            "status": _DONE.get(attribute(observation, "code", "statusCode") or "completed", "unknown"),
            "category": [{"coding": [{"code": "social-history"}]}] if templates(observation) & SOCIAL else None,
            "code": narrative.concept(child(observation, "code")),
            "effectiveDateTime": day,
            **found,
        }
    )


def pregnancy(observation: Any, narrative: Narrative, today: date) -> Json | None:
    """A Pregnancy Observation or Pregnancy Status Observation."""
    said = narrative.concept(child(observation, "value"))
    if said is None:
        return None
    said = {"text": "Not pregnant"} if negated(observation) else said
    time = child(observation, "effectiveTime")
    over = high(time)
    return present(
        {
            "resourceType": "Observation",
            "status": "final",
            "code": {"coding": [PREGNANCY_STATUS]},
            "effectiveDateTime": over or low(time) or low(child(observation, "author", "time")),
            "valueCodeableConcept": {"text": "Not pregnant"} if over and over[:10] < f"{today}" else said,
        }
    )


def procedure(entry: Any, narrative: Narrative) -> Json:
    """A Procedure Activity, done or intended."""
    code = narrative.concept(child(entry, "code"))
    stated = {"completed": "completed", "active": "in-progress", "aborted": "stopped", "cancelled": "not-done"}
    stands = stated.get(attribute(entry, "code", "statusCode") or "", "unknown")
    intended = entry.get("moodCode") in {"INT", "RQO", "PRMS", "PRP", "ARQ", "APT"}
    stands = "not-done" if negated(entry) else "preparation" if intended else stands
    day = low(child(entry, "effectiveTime"))
    return present({"resourceType": "Procedure", "status": stands, "code": code, "performedDateTime": day})


def family(organizer: Any, narrative: Narrative) -> Json | None:
    """A Family History Organizer: the relative and what the relative had."""
    relative = narrative.concept(child(organizer, "subject", "relatedSubject", "code"))
    found = [
        {"code": named}
        for observation in children(organizer, "component", "observation")
        if not negated(observation) and (named := narrative.concept(child(observation, "value")))
    ]
    if not found:
        return None
    unnamed = {"text": "relative"}
    return {
        "resourceType": "FamilyMemberHistory",
        "status": "completed",
        "relationship": relative or unnamed,
        "condition": found,
    }
