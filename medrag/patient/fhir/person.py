"""Whose record a FHIR document is: choosing its patient, reading the Patient resource, keeping others' facts out."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any, Literal

from medrag.patient.fhir.bundle import Document, Entry, tail
from medrag.patient.fhir.values import Json, code_of, moment_of, objects, text
from medrag.types import Problem

_SEX: dict[str, Literal["female", "male", "other"]] = {
    "female": "female",
    "male": "male",
    "other": "other",
    "f": "female",
    "m": "male",
}
_BIRTH_SEX = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"


def subject_of(entry: Entry, document: Document) -> str | None:
    """Which patient an entry is about, under one name however it is referred to; ``None`` if it does not say."""
    holder = entry.resource.get("subject") or entry.resource.get("patient")
    reference = text(holder.get("reference")) if isinstance(holder, dict) else None
    if reference is None or reference.startswith("#"):
        return None
    if "/" not in reference and not reference.startswith("urn:"):
        reference = f"Patient/{reference}"  # a bare id, as some servers send it
    found = document.by_reference.get(reference) or document.by_reference.get(tail(reference))
    return found.name if found else tail(reference)


def choose(document: Document) -> tuple[str | None, Entry | None]:
    """The patient most entries are about, and its Patient resource where the document has it."""
    subjects = Counter(found for entry in document.entries if (found := subject_of(entry, document)))
    patients = {entry.name: entry for entry in document.entries if entry.type == "Patient"}
    named = [name for name, _ in subjects.most_common() if name in patients]
    name = next(iter(named), None) or next(iter(patients), None) or next((n for n, _ in subjects.most_common(1)), None)
    return name, patients.get(name) if name else None


def read_person(resource: Json, source: str) -> tuple[dict[str, Any], list[Problem]]:
    """Birth date, sex and whatever is wrong with them. A partial birth date gives an age only, and says so."""
    person: dict[str, Any] = {}
    reasons: list[str] = []
    raw = text(resource.get("birthDate"))
    born = moment_of(raw)
    if born is None and raw:
        reasons.append("birthDate is not a date and is not used")
    elif born and raw and len(raw) < 10:
        reasons.append("birthDate is only a year or a month, so that the age is taken from its first day")
    if born:
        person["birth_date"] = born.date() if isinstance(born, datetime) else born
    person["sex"] = sex = _SEX.get((text(resource.get("gender")) or "").casefold())
    at_birth = _SEX.get(_birth_sex(resource))
    if sex is None and at_birth:
        person["sex"] = at_birth
        reasons.append("gender is not given; the sex recorded at birth is used")
    elif sex and at_birth and sex != at_birth:
        reasons.append("gender and the sex recorded at birth differ; gender is used")
    if died := (resource.get("deceasedBoolean") is True or resource.get("deceasedDateTime")):
        day = moment_of(died)
        reasons.append(f"the record says that the patient has died{f' ({day:%Y-%m-%d})' if day else ''}")
    return person, [Problem(source=source, reason=reason) for reason in reasons]


def _birth_sex(resource: Json) -> str:
    held = (item for item in objects(resource.get("extension")) if item.get("url") == _BIRTH_SEX)
    return next((code.casefold() for item in held if (code := code_of(item.get("valueCode")))), "")
