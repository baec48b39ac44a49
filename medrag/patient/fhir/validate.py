"""Validation of one resource against FHIR R4, and the lenient reading of what strict validation rejects.

``fhir.resources`` parses R4 only through its R4B models, so R4B's are used; the resources read here are the same
in both. A fault in an element that carries no clinical meaning for us
(``recordedDate``, ``identifier``, a narrative) costs that element only; a fault in one that does costs the resource.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from medrag.patient.fhir.values import Json, moment_of

_MEDICATION = {"status", "intent", "medicationCodeableConcept", "medicationReference", "doNotPerform", "contained"}
ESSENTIAL: dict[str, set[str]] = {
    "Patient": {"birthDate", "gender"},
    "Condition": {"code", "clinicalStatus", "verificationStatus"},
    "AllergyIntolerance": {"code", "clinicalStatus", "verificationStatus"},
    "MedicationRequest": _MEDICATION,
    "MedicationStatement": _MEDICATION,
    "MedicationAdministration": _MEDICATION,
    "MedicationDispense": _MEDICATION,
    "Medication": {"code", "ingredient"},
    "Observation": {
        "code",
        "status",
        "component",
        "dataAbsentReason",
        "effectiveDateTime",
        "effectivePeriod",
        "effectiveInstant",
        "valueQuantity",
        "valueCodeableConcept",
        "valueString",
        "valueBoolean",
        "valueInteger",
        "valueRange",
        "valueRatio",
        "valueTime",
        "valueDateTime",
        "valuePeriod",
    },
    "DiagnosticReport": {"code", "status"},
    "DocumentReference": {"status", "content"},
    "ImagingStudy": {"status"},
    "Procedure": {"code", "status"},
    "Encounter": {"status"},
    "FamilyMemberHistory": {"status", "condition", "relationship"},
    "Immunization": {"status", "vaccineCode"},
    "Device": {"status", "type"},
}


def check(resource: Json) -> tuple[Json | None, str | None]:
    """The usable part of ``resource`` and what was wrong with it.

    ``(resource, None)``: valid. ``(part, reason)``: read leniently, without the faulty elements.
    ``(None, reason)``: not usable. Reasons name elements, never their content.
    """
    from fhir.resources.R4B import get_fhir_model_class

    kind = resource["resourceType"]
    try:
        get_fhir_model_class(kind).model_validate(resource)
    except ValidationError as error:
        return _lenient(resource, ESSENTIAL[kind], error)
    except RecursionError:
        return None, "is nested too deeply"
    except (TypeError, KeyError):
        return _without_contained(resource)
    return resource, None


def _without_contained(resource: Json) -> tuple[Json | None, str]:
    """For a contained resource of no FHIR type, which fhir_core looks up, and fails on, before it validates."""
    if "contained" not in resource:
        return None, "does not validate and is not used"
    part, reason = check({name: value for name, value in resource.items() if name != "contained"})
    return part, "; ".join(["contained: holds a resource of no FHIR type, left out", *([reason] if reason else [])])


def _lenient(resource: Json, essential: set[str], error: ValidationError) -> tuple[Json | None, str]:
    faults = [item for item in error.errors(include_url=False, include_input=False) if not _readable(item, resource)]
    roots = {str(item["loc"][0]).removeprefix("_") if item["loc"] else "" for item in faults}
    roots.discard("subject")
    described = sorted({f"{_element(item)}: {_fault(item)}" for item in faults}) or ["a date not in FHIR's format"]
    reason = "; ".join(described)
    broken = any(root in essential and root in resource for root in roots)
    if broken or ("" in roots and _several_values(resource)):
        return None, f"does not validate and is not used ({reason})"
    part = {name: value for name, value in resource.items() if name.removeprefix("_") not in roots}
    return part, f"does not validate; read without the faulty part ({reason})"


def _readable(item: Any, resource: Json) -> bool:
    """Whether the fault is only a date's format, and the date can be read all the same."""
    location = item["loc"]
    return len(location) == 1 and moment_of(resource.get(str(location[0]))) is not None


def _several_values(resource: Json) -> bool:
    return any(
        sum(name.startswith(choice) and name[len(choice)].isupper() for name in resource if len(name) > len(choice)) > 1
        for choice in ("value", "medication")
    )


def _element(item: Any) -> str:
    """``("component", 0, "code")`` as ``component[0].code``; an unknown element's name is not repeated."""
    location = item["loc"][:-1] if item["type"] == "extra_forbidden" else item["loc"]
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return path.lstrip(".").removesuffix(".root") or "resource"


def _fault(item: Any) -> str:
    kind = str(item["type"])
    if kind.endswith("missing"):
        return "required but missing"
    if kind == "extra_forbidden":
        return "holds an element FHIR R4 does not have"
    return "wrong type" if kind == "model_validation_format" else kind.replace("_", " ")
