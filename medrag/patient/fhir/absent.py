"""The International Patient Summary's codes for what is absent or unknown, which name nothing of their own.

HL7 FHIR IPS, CodeSystem ``absent-unknown-uv-ips`` (https://hl7.org/fhir/uv/ips/CodeSystem-absent-unknown-uv-ips.html).
"""

from __future__ import annotations

from medrag.patient.fhir.values import Json, objects, text

_SYSTEM = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
_UNKNOWN = {
    *("no-allergy-info", "no-medication-info", "no-problem-info", "no-device-info", "no-procedure-info"),
    "no-immunization-info",
}
_NONE = {
    "no-known-medications": "medications",
    "no-known-problems": "conditions",
    "no-known-procedures": "procedures",
}
_NOTHING = {"no-known-devices", "no-known-immunizations"}


def absent(resource: Json) -> tuple[bool, str | None]:
    """Whether the resource only says that something is absent or unknown, and of which list there is none known.

    "No known allergies" and its like are statements of their own, read with the allergies.
    """
    fields = ("code", "medicationCodeableConcept", "vaccineCode", "type")
    for coding in (
        each for name in fields for item in objects(resource.get(name)) for each in objects(item.get("coding"))
    ):
        code = text(coding.get("code")) or ""
        if coding.get("system") == _SYSTEM and code in {*_UNKNOWN, *_NONE, *_NOTHING}:
            return True, _NONE.get(code)
    return False, None
