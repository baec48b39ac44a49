"""What both formats need to make FHIR R4 of: dates, sexes, code systems, bundles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from medrag.patient.fhir.values import UCUM, Json

PATIENT = "urn:uuid:00000000-0000-4000-8000-000000000000"
"""How the resources refer to the patient, who has no id of a FHIR server."""
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
PREGNANCY_STATUS = {"system": LOINC, "code": "82810-3", "display": "Pregnancy status"}
SUBJECT = {"reference": PATIENT}
UNREADABLE = {"valueQuantity": {"value": "unreadable"}}
"""In place of a value that is given and cannot be read: no valid FHIR, so that the reader of it reports the result."""

_GENDER = {"F": "female", "M": "male", "O": "other", "A": "other", "UN": "other", "U": "unknown"}
# By HL7's table 0396 and by object identifier.
_SYSTEMS = {
    "http://hl7.org/fhir/sid/icd-10-cm": ("I10", "I10C", "ICD10", "ICD-10", "ICD10CM", "2.16.840.1.113883.6.90"),
    "http://hl7.org/fhir/sid/icd-10": ("WHO", "2.16.840.1.113883.6.3"),
    "http://hl7.org/fhir/sid/icd-9-cm": ("I9", "I9C", "ICD9", "ICD-9", "2.16.840.1.113883.6.103"),
    "http://snomed.info/sct": ("SCT", "SNM", "SNOMED", "SNOMED-CT", "2.16.840.1.113883.6.96"),
    "http://loinc.org": ("LN", "LOINC", "2.16.840.1.113883.6.1"),
    "http://www.nlm.nih.gov/research/umls/rxnorm": ("RXNORM", "RXN", "2.16.840.1.113883.6.88"),
    "http://hl7.org/fhir/sid/ndc": ("NDC", "2.16.840.1.113883.6.69"),
    "http://hl7.org/fhir/sid/cvx": ("CVX", "2.16.840.1.113883.12.292"),
    "http://fdasis.nlm.nih.gov": ("UNII", "2.16.840.1.113883.4.9"),
    "http://www.whocc.no/atc": ("ATC", "2.16.840.1.113883.6.73"),
    "http://www.ama-assn.org/go/cpt": ("C4", "CPT", "2.16.840.1.113883.6.12"),
    UCUM: ("UCUM", "2.16.840.1.113883.6.8"),
}
_SYSTEM = {name: url for url, names in _SYSTEMS.items() for name in names}
_MOMENT = re.compile(
    r"(?P<y>\d{4})(?P<m>\d\d)?(?P<d>\d\d)?(?P<clock>\d{2,6})?(?:\.\d+)?(?P<zone>[+-]\d{4})?",
)


def system(name: str | None) -> str | None:
    """The URL of a code system by its name in HL7's tables or its object identifier; an unknown one as it is."""
    return _SYSTEM.get(name.upper(), name) if name else None


def gender(code: str | None) -> str | None:
    """FHIR's gender for HL7's administrative sex."""
    return _GENDER.get((code or "").upper())


def moment(words: str | None) -> str | None:
    """HL7's ``YYYY[MM[DD[HHMM[SS]]]][+ZZZZ]`` as a FHIR date or dateTime; a time without a zone is taken as it stands.

    None where the words are no such time.
    """
    match = _MOMENT.fullmatch((words or "").strip())
    if match is None:
        return None
    day = "-".join(part for part in (match["y"], match["m"], match["d"]) if part)
    clock = (match["clock"] or "").ljust(6, "0")
    if match["d"] is None or len(match["clock"] or "") < 4:
        return day
    zone = f"{match['zone'][:3]}:{match['zone'][3:]}" if match["zone"] else "Z"
    made = f"{day}T{clock[:2]}:{clock[2:4]}:{clock[4:6]}{zone}"
    try:
        datetime.fromisoformat(made)
    except ValueError:
        return day
    return made


def status(code: str) -> Json:
    """A code of a status, as FHIR wants it."""
    return {"coding": [{"code": code}]}


def present(resource: Json) -> Json:
    """Without the elements that have no value."""
    return {name: value for name, value in resource.items() if value not in (None, "", [], {})}


def bundle(patient: Json, found: Iterable[Json]) -> Json:
    """The resources as one FHIR Bundle about ``patient``, each with an id by its kind and place."""
    whose = {"fullUrl": PATIENT, "resource": {**patient, "resourceType": "Patient"}}
    entries = [whose, *({"resource": each} for each in _named(found))]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _named(found: Iterable[Json]) -> Iterator[Json]:
    for number, each in enumerate(found, start=1):
        held = "patient" if each["resourceType"] == "AllergyIntolerance" else "subject"
        held = "patient" if each["resourceType"] in {"Immunization", "FamilyMemberHistory"} else held
        yield {held: SUBJECT, **each, "id": f"{number}"}
