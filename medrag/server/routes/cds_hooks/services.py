"""What the services are called, the data they ask for, and the reasons a card may be overridden for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from medrag.messages import Language, catalogue

Json = dict[str, Any]

PATHS = "/cds-services"
PATIENT = "patient"
_MEDICATIONS = (
    "MedicationRequest?patient={{{{context.patientId}}}}&status={statuses}&_include=MedicationRequest:medication"
)
PREFETCH: Mapping[str, str] = {
    PATIENT: "Patient/{{context.patientId}}",
    "conditions": "Condition?patient={{context.patientId}}",
    "allergies": "AllergyIntolerance?patient={{context.patientId}}",
    "medications": _MEDICATIONS.format(statuses="active"),
    "statements": "MedicationStatement?patient={{context.patientId}}&status=active",
    "observations": "Observation?patient={{context.patientId}}&_sort=-date&_count=200",
}
AT_DISCHARGE: Mapping[str, str] = {**PREFETCH, "medications": _MEDICATIONS.format(statuses="active,draft")}
"""At discharge what is to be taken at home may still be a draft."""
VERSION = "STU2"
"""Of CDS Hooks; the draft of version 3 asks services to say which they speak."""
OVERRIDE_SYSTEM = "urn:medrag:override-reason"
OVERRIDES = ("benefit", "tolerated", "monitored", "record")
"""Codes of reasons; their words stand in the catalogue, as ``override_CODE``."""


@dataclass(frozen=True, slots=True)
class Service:
    """One service, described in the catalogue as ``service_HOOK``.

    One of ``orders`` checks drafts, any other the record's list; with ``planned`` drafts in it too.
    """

    hook: str
    orders: bool
    prefetch: Mapping[str, str] = field(default_factory=lambda: PREFETCH)
    planned: bool = False


SERVICES: Mapping[str, Service] = {
    "medrag-order-sign": Service("order-sign", orders=True),
    "medrag-order-select": Service("order-select", orders=True),
    "medrag-patient-view": Service("patient-view", orders=False),
    "medrag-encounter-discharge": Service("encounter-discharge", orders=False, prefetch=AT_DISCHARGE, planned=True),
}


def described(language: Language) -> Json:
    """What discovery answers."""
    words = catalogue(language).text
    return {
        "services": [
            {
                "id": name,
                "hook": each.hook,
                "title": "medrag",
                "description": words[f"service_{each.hook}"],
                "version": VERSION,
                "prefetch": each.prefetch,
                "usageRequirements": words["service_usage"],
            }
            for name, each in SERVICES.items()
        ]
    }


def override_reasons(language: Language) -> list[Json]:
    """The coded reasons on every card that warns."""
    words = catalogue(language).text
    return [{"code": code, "system": OVERRIDE_SYSTEM, "display": words[f"override_{code}"]} for code in OVERRIDES]
