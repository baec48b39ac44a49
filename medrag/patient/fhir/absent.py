"""Entries and lists that say that there is nothing, or nothing known: IPS's codes, SNOMED CT's, FHIR's empty reasons.

Sources: the International Patient Summary (https://hl7.org/fhir/uv/ips/CodeSystem-absent-unknown-uv-ips.html) and
https://hl7.org/fhir/R4/valueset-list-empty-reason.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from medrag.knowledge import Knowledge
from medrag.patient.fhir.bundle import Entry
from medrag.patient.fhir.values import Json, code_of, codes, concept, objects

ABSENT_OR_UNKNOWN = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
_REASON = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_NO_INFORMATION = re.compile(r"no information (?:about|on|available)\b", re.IGNORECASE)
_NAMED = ("code", "medicationCodeableConcept", "vaccineCode", "type")
_ALLERGIES = {"no-known-allergies": "No known allergies", "no-known-medication-allergies": "No known drug allergies"}
WITHOUT_WORDS = {"716186003": "No known allergies", "409137002": "No known drug allergies"}
"""What SNOMED CT's codes for none say, where they stand alone."""
_LISTS = {
    "Condition": "conditions",
    "MedicationRequest": "medications",
    "MedicationStatement": "medications",
    "MedicationAdministration": "medications",
    "Procedure": "procedures",
}
# LOINC's sections of problems, medications, procedures and allergies.
_SECTIONS = {
    "11450-4": "conditions",
    "10160-0": "medications",
    "47519-4": "procedures",
    "48765-2": "allergies",
}


def says(resource: Json, knowledge: Knowledge) -> Literal["none", "unknown"] | None:
    """Whether an entry only states that there is nothing of its kind, or that nothing is known."""
    held = next((resource[name] for name in _NAMED if resource.get(name)), None)
    listed = list(codes(held))
    stated = [code for system, code in listed if system == ABSENT_OR_UNKNOWN]
    if any(code.endswith("-info") for code in stated):
        return "unknown"
    if stated or any(code in knowledge.stated_codes["none_of_a_kind"] for _, code in listed):
        return "none"
    if listed and all(system == _REASON for system, _ in listed):
        return "unknown"
    named = concept(held)
    return "unknown" if named and _NO_INFORMATION.match(named.display) else None


def none_of(kind: str) -> str | None:
    """The patient's list that a statement of none in a resource of this kind empties."""
    return _LISTS.get(kind)


def in_words(resource: Json) -> Json:
    """An AllergyIntolerance with IPS's code for none in the words that every record of none has."""
    said = next((_ALLERGIES[code] for _, code in codes(resource.get("code")) if code in _ALLERGIES), None)
    return {**resource, "code": {"text": said}} if said else resource


def empty_lists(entry: Entry) -> Iterator[str]:
    """The patient's lists that a Composition's section or a List calls empty as nothing is known (``nilknown``)."""
    if entry.type == "Composition":
        for section in _sections(entry.resource, 0):
            yield from _empty(section)
    elif entry.type == "List":
        yield from _empty(entry.resource)


def _sections(holder: Json, depth: int) -> Iterator[Json]:
    for section in objects(holder.get("section")) if depth < 10 else ():
        yield section
        yield from _sections(section, depth + 1)


def _empty(holder: Json) -> Iterator[str]:
    if code_of(holder.get("emptyReason")) == "nilknown" and not holder.get("entry"):
        yield from (_SECTIONS[code] for _, code in codes(holder.get("code")) if code in _SECTIONS)
