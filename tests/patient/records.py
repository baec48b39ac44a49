"""Small FHIR records for the tests: resources with the fields FHIR requires, and whatever a test adds."""

from __future__ import annotations

from datetime import date
from typing import Any

TODAY = date(2026, 11, 24)
PATIENT = "urn:uuid:11111111-1111-4111-8111-111111111111"

Json = dict[str, Any]


def bundle(*resources: Json) -> Json:
    """A collection bundle; a resource may carry its own ``fullUrl``."""
    entries = []
    for resource in resources:
        body = {name: value for name, value in resource.items() if name != "fullUrl"}
        entries.append(
            {"fullUrl": resource["fullUrl"], "resource": body} if "fullUrl" in resource else {"resource": body}
        )
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def person(**fields: Any) -> Json:
    return {
        "resourceType": "Patient",
        "id": "p",
        "fullUrl": PATIENT,
        "gender": "female",
        "birthDate": "1960-05-01",
        **fields,
    }


def coded(display: str, code: str = "1", system: str = "http://snomed.info/sct") -> Json:
    return {"coding": [{"system": system, "code": code, "display": display}], "text": display}


def status(code: str) -> Json:
    return {"coding": [{"code": code}]}


def condition(display: str, clinical: str | None = "active", verified: str | None = "confirmed", **fields: Any) -> Json:
    made: Json = {"resourceType": "Condition", "code": coded(display), "subject": {"reference": PATIENT}, **fields}
    if clinical:
        made["clinicalStatus"] = status(clinical)
    if verified:
        made["verificationStatus"] = status(verified)
    return {"id": display.replace(" ", "-"), **made}


def allergy(display: str, clinical: str | None = "active", verified: str | None = "confirmed", **fields: Any) -> Json:
    made = condition(display, clinical, verified, **fields)
    made |= {"resourceType": "AllergyIntolerance", "patient": made.pop("subject")}
    return made


def order(display: str | None, state: str = "active", **fields: Any) -> Json:
    made: Json = {
        "resourceType": "MedicationRequest",
        "id": "m",
        "status": state,
        "intent": "order",
        "subject": {"reference": PATIENT},
        **fields,
    }
    if display:
        made["medicationCodeableConcept"] = coded(display, system="http://www.nlm.nih.gov/research/umls/rxnorm")
    return made


def lab(loinc: str, display: str, value: float, unit: str, day: str = "2026-10-01", **fields: Any) -> Json:
    return {
        "resourceType": "Observation",
        "id": f"{loinc}-{day}",
        "status": "final",
        "code": coded(display, loinc, "http://loinc.org"),
        "subject": {"reference": PATIENT},
        "effectiveDateTime": day,
        "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
        **fields,
    }
