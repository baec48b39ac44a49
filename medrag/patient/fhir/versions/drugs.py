"""Medications, their orders, statements, dispensations and administrations put in R4's shape."""

from __future__ import annotations

from typing import Any

from medrag.patient.fhir.values import Json, code_of, objects
from medrag.patient.fhir.versions.shape import by_type, drop, listed, notes, rename, single

_PARTS_OF_DOSE = ("doseQuantity", "doseRange", "rateRatio", "rateRange", "rateQuantity")
# R5's adherence of a statement that is recorded, in R4's status.
_ADHERENCE = {
    "taking": "active",
    "taking-as-directed": "active",
    "taking-not-as-directed": "active",
    "not-taking": "not-taken",
    "on-hold": "on-hold",
    "on-hold-as-directed": "on-hold",
    "on-hold-not-as-directed": "on-hold",
    "stopped": "stopped",
    "stopped-as-directed": "stopped",
    "stopped-not-as-directed": "stopped",
    "unknown": "unknown",
}


def medication(resource: Json) -> None:
    """A Medication: its ingredients as concepts or references, wherever its version keeps them."""
    product = resource.pop("product", None)
    if isinstance(product, dict) and "ingredient" in product:
        resource["ingredient"] = product["ingredient"]
    parts = []
    for given in objects(resource.get("ingredient")):
        item = {name: value for name, value in given.items() if name in {"id", "item", "isActive"} or "item" in name}
        held = item.get("item")
        if isinstance(held, dict) and isinstance(held.get("reference"), str):
            item["itemReference"] = item.pop("item")
        by_type(item, "item")
        parts.append(item)
    if parts:
        resource["ingredient"] = parts
    drop(resource, ["isBrand", "isOverTheCounter", "image", "package", "definition", "totalVolume", "doseForm"])
    drop(resource, ["marketingAuthorizationHolder"])


def request(resource: Json) -> None:
    """A MedicationRequest, or DSTU2's MedicationOrder."""
    if resource["resourceType"] == "MedicationOrder":
        resource["resourceType"] = "MedicationRequest"
        resource.setdefault("intent", "order")
    rename(resource, {"patient": "subject", "dateWritten": "authoredOn", "context": "encounter"})
    by_type(resource, "medication")
    rename(resource, {"reported": "reportedBoolean"})
    notes(resource, "note")
    requester = resource.get("requester")
    if isinstance(requester, dict) and isinstance(requester.get("agent"), dict):
        resource["requester"] = requester["agent"]
    drop(resource, ["reasonCodeableConcept", "dateEnded", "reasonEnded", "prescriber", "reason", "definition"])
    drop(resource, ["statusChanged", "informationSource", "renderedDosageInstruction", "effectiveDosePeriod", "device"])
    listed(resource, ["reasonCode"])
    _dosages(resource, "dosageInstruction")


def statement(resource: Json) -> None:
    """A MedicationStatement. One that R5 calls recorded holds unless its adherence says otherwise."""
    resource["resourceType"] = "MedicationStatement"
    rename(resource, {"patient": "subject"})
    by_type(resource, "medication")
    if resource.get("status") == "recorded":
        held = objects(resource.get("adherence"))
        stated = code_of(held[0].get("code")) if held else None
        resource["status"] = _ADHERENCE.get(stated or "taking", "unknown")
    if resource.get("wasNotTaken") in (True, "true") or resource.get("taken") == "n":
        resource["status"] = "not-taken"
    elif resource.get("taken") == "unk":
        resource["status"] = "unknown"
    notes(resource, "note")
    single(resource, ["informationSource"])
    drop(resource, ["adherence", "wasNotTaken", "taken", "reasonNotTaken", "reasonForUseCodeableConcept", "reason"])
    drop(resource, ["reasonForUseReference", "supportingInformation", "renderedDosageInstruction", "encounter"])
    drop(resource, ["relatedClinicalInformation"])
    listed(resource, ["reasonCode"])
    _dosages(resource, "dosage")


def administration(resource: Json) -> None:
    """A MedicationAdministration."""
    rename(resource, {"patient": "subject", "encounter": "context"})
    for old in ("effectiveTime", "occurence", "occurrence"):
        rename(
            resource, {name: "effective" + name.removeprefix(old) for name in list(resource) if name.startswith(old)}
        )
    by_type(resource, "medication")
    if resource.pop("wasNotGiven", None) in (True, "true") or resource.pop("notGiven", None) in (True, "true"):
        resource["status"] = "not-done"
    notes(resource, "note")
    drop(resource, ["practitioner", "prescription", "reason", "reasonGiven", "reasonNotGiven", "isSubPotent"])
    drop(resource, ["subPotentReason", "recorded", "basedOn"])
    dosage = resource.get("dosage")
    if isinstance(dosage, dict):
        held = dict(dosage)
        rename(held, {"quantity": "dose", "siteCodeableConcept": "site"})
        drop(held, ["siteReference"])
        resource["dosage"] = held


def dispense(resource: Json) -> None:
    """A MedicationDispense."""
    rename(resource, {"patient": "subject", "encounter": "context"})
    by_type(resource, "medication")
    if resource.pop("notDone", None) in (True, "true"):
        resource["status"] = "declined"
    notes(resource, "note")
    drop(resource, ["dispenser", "renderedDosageInstruction", "notPerformedReason", "recorded", "statusChanged"])
    _dosages(resource, "dosageInstruction")


def _dosages(resource: Json, name: str) -> None:
    if name in resource:
        resource[name] = [_dosage(item) for item in objects(resource[name])]


def _dosage(given: Json) -> Json:
    dosage = dict(given)
    rename(dosage, {"quantityQuantity": "doseQuantity", "quantityRange": "doseRange", "siteCodeableConcept": "site"})
    rename(dosage, {"additionalInstructions": "additionalInstruction"})
    listed(dosage, ["additionalInstruction", "doseAndRate"])
    single(dosage, ["maxDosePerPeriod"])
    if amount := {name: dosage.pop(name) for name in _PARTS_OF_DOSE if name in dosage}:
        dosage["doseAndRate"] = [*objects(dosage.get("doseAndRate")), amount]
    for_what = dosage.pop("asNeededFor", None)
    if (flag := dosage.pop("asNeeded", None)) is not None or for_what:
        dosage["asNeededBoolean"] = flag in (True, "true") or bool(for_what)
    drop(dosage, ["siteReference"])
    if isinstance(dosage.get("timing"), dict):
        dosage["timing"] = _timing(dosage["timing"])
    return dosage


def _timing(timing: Json) -> Json:
    repeat: Any = timing.get("repeat")
    if not isinstance(repeat, dict):
        return timing
    made = dict(repeat)
    rename(made, {"periodUnits": "periodUnit", "durationUnits": "durationUnit", "boundsQuantity": "boundsDuration"})
    listed(made, ["when", "dayOfWeek", "timeOfDay"])
    return {**timing, "repeat": made}
