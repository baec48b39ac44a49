"""Whose record a FHIR document is: choosing its patient, reading the Patient resource, keeping others' facts out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Literal

from medrag.patient.fhir.bundle import Document, Entry, tail
from medrag.patient.fhir.values import Json, code_of, codes, moment_of, objects, text
from medrag.patient.record.demographics import Demographics, Identifier, differences, identifier
from medrag.patient.record.names import Name, name, name_in_order
from medrag.types import Problem

_SEX: dict[str, Literal["female", "male", "other"]] = {
    "female": "female",
    "male": "male",
    "other": "other",
    "f": "female",
    "m": "male",
}
_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"
# SNOMED CT 248152002 female, 248153007 male; US Core's code for the sex recorded at birth, and its later one for sex.
_SEX_CODES: dict[str, Literal["female", "male", "other"]] = {
    "248152002": "female",
    "248153007": "male",
    "female-typical": "female",
    "male-typical": "male",
    **_SEX,
}
_SEX_EXTENSIONS = (
    *(f"{_CORE}{name}" for name in ("us-core-individual-sex", "us-core-sex", "us-core-birthsex")),
    "http://hl7.org/fhir/StructureDefinition/patient-sexParameterForClinicalUse",
    "http://hl7.org/fhir/StructureDefinition/individual-recordedSexOrGender",
)
_NUMBER_KINDS = {"http://hl7.org/fhir/sid/us-ssn": "SS", "https://fhir.nhs.uk/Id/nhs-number": "NHS"}
_NO_GIVER = "urn:ietf:rfc:3986"


def subject_of(entry: Entry, document: Document) -> str | None:
    """Which patient an entry is about, under one name however it is referred to; ``None`` if it does not say."""
    holder = entry.resource.get("subject") or entry.resource.get("patient")
    reference = text(holder.get("reference")) if isinstance(holder, dict) else None
    if reference is None or reference.startswith("#"):
        return None
    if "/" not in reference and not reference.startswith("urn:") and reference not in document.by_reference:
        reference = f"Patient/{reference}"  # a bare id, as some servers send it
    found = document.by_reference.get(reference) or document.by_reference.get(tail(reference))
    return found.name if found else tail(reference)


def is_stranger(entry: Entry, own: Demographics, document: Document, today: date) -> bool:
    """Whether an entry that refers to no patient of the document says by name or number that it is about another."""
    holder = entry.resource.get("subject") or entry.resource.get("patient")
    if not isinstance(holder, dict):
        return False
    if contained := document.resolve(holder, entry.resource):
        said = replace(demographics(contained, None), identifiers=frozenset(filter(None, _identifiers(contained))))
    else:
        shown = (text(holder.get("display")) or "").partition("(")[0]
        family, comma, given = shown.partition(",")
        first = shown.split()[:-1]
        called = name(family, given) if comma else name_in_order(shown) if first else None
        numbers = filter(None, _identifiers({"identifier": [holder.get("identifier")]}))
        said = Demographics(names=frozenset({called} if called else ()), identifiers=frozenset(numbers))
    return bool(differences(said, own, today))


# What an observation may be about and still be the patient's own (https://hl7.org/fhir/R4/observation.html, "focus").
_OWN_FOCUS = {
    *("Condition", "Procedure", "Observation", "BodyStructure", "Device", "Specimen", "Encounter", "Immunization"),
    *("MedicationRequest", "MedicationStatement", "MedicationAdministration", "DiagnosticReport", "ImagingStudy"),
}


def focus_of(entry: Entry, subject: str | None, document: Document) -> str | None:
    """Whom or what else an observation in the patient's record is about: a donor, a fetus; ``None``: the patient."""
    for focus in objects(entry.resource.get("focus")) if entry.type == "Observation" else ():
        reference = text(focus.get("reference")) or ""
        target = document.resolve(focus, entry.resource)
        kind = (target or {}).get("resourceType") or text(focus.get("type")) or tail(reference).partition("/")[0]
        found = document.by_reference.get(reference) or document.by_reference.get(tail(reference))
        if kind not in _OWN_FOCUS and (found.name if found else tail(reference)) != subject:
            return "a related person" if kind == "RelatedPerson" else "someone or something else"
    return None


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
    extended = next((found for each in _SEX_EXTENSIONS if (found := _extended_sex(resource, each))), None)
    if sex is None and extended:
        person["sex"] = extended
        reasons.append("gender is not given; the sex recorded beside it is used")
    elif sex and extended and sex != extended:
        reasons.append("gender and the sex recorded at birth differ; gender is used")
    if died := (resource.get("deceasedBoolean") is True or resource.get("deceasedDateTime")):
        day = moment_of(died)
        reasons.append(f"the record says that the patient has died{f' ({day:%Y-%m-%d})' if day else ''}")
        if day:
            person["death_date"] = day.date() if isinstance(day, datetime) else day
            reasons.append("the age is that at death")
    return person, [Problem(source=source, reason=reason) for reason in reasons]


def _extended_sex(resource: Json, extension: str) -> Literal["female", "male", "other"] | None:
    """The sex that one of US Core's extensions of a Patient, or of FHIR's own nested ones, gives."""
    for item in objects(resource.get("extension")):
        if item.get("url") == extension:
            nested = (each for each in objects(item.get("extension")) if each.get("url") == "value")
            held = next(nested, item)
            coding = held.get("valueCoding")
            code = text(coding.get("code") if isinstance(coding, dict) else held.get("valueCode"))
            return _SEX_CODES.get((code or code_of(held.get("valueCodeableConcept")) or "").casefold())
    return None


def demographics(resource: Json, subject: str | None) -> Demographics:
    """Whom a Patient resource is of ({} where there is none); ``subject`` is how the entries refer to the patient."""
    person, _ = read_person(resource, "")
    raw = text(resource.get("birthDate")) or ""
    own = text(resource.get("id")) or ("" if resource else (subject or "").rpartition("/")[2])
    ids = [*_identifiers(resource), Identifier("FHIR", own) if own and ":" not in own else None]
    return Demographics(
        names=frozenset(_names(resource)),
        identifiers=frozenset(each for each in ids if each),
        births=frozenset({raw[:10]}) if moment_of(raw) else frozenset(),
        sex=person.get("sex"),
    )


def _names(resource: Json) -> Iterator[Name]:
    for item in objects(resource.get("name")):
        given, suffix = _joined(item.get("given")), _joined(item.get("suffix"))
        family, whole = text(item.get("family")), text(item.get("text")) or ""
        if found := name(f"{family} {suffix}", given) if family else name_in_order(f"{given} {whole}"):
            yield found


def _joined(said: object) -> str:
    return " ".join(each for each in said if isinstance(each, str)) if isinstance(said, list) else ""


def _identifiers(resource: Json) -> Iterator[Identifier | None]:
    """Each number under the system that gave it, and under its kind where it is a hospital's or a nation's."""
    for item in objects(resource.get("identifier")):
        value, system = text(item.get("value")), text(item.get("system"))
        if value is None or text(item.get("use")) in {"old", "temp"} or system == _NO_GIVER:
            continue
        kind = "MR" if "MR" in {code for _, code in codes(item.get("type"))} else None
        for each in {_NUMBER_KINDS.get(system or "", system), kind} - {None}:
            yield identifier(str(each), value)
