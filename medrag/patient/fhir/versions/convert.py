"""Each kind of resource that is read, put in R4's shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from medrag.patient.fhir.values import Json, code_of, objects, text
from medrag.patient.fhir.versions import drugs
from medrag.patient.fhir.versions.shape import (
    actors,
    bare,
    coded,
    concepts,
    drop,
    listed,
    notes,
    rename,
    single,
)

_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_VERIFIED = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
_ALLERGY_CLINICAL = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
_ALLERGY_VERIFIED = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"
# DSTU2's one status of an allergy: clinical, verification.
_ALLERGY_STATUS = {
    "active": ("active", None),
    "unconfirmed": ("active", "unconfirmed"),
    "confirmed": ("active", "confirmed"),
    "inactive": ("inactive", None),
    "resolved": ("resolved", None),
    "refuted": (None, "refuted"),
    "entered-in-error": (None, "entered-in-error"),
}
_CRITICALITY = {"CRITL": "low", "CRITH": "high", "CRITU": "unable-to-assess"}


def as_r4(resource: Json) -> Json:
    """The resource, and what it contains, in R4's shape; kinds that are not read, and R4's own, stay as they are."""
    kind = resource.get("resourceType")
    convert = _KINDS.get(kind) if isinstance(kind, str) else None
    if convert is None:
        return resource
    made = dict(resource)
    if "contained" in made:
        made["contained"] = [as_r4(item) if isinstance(item, dict) else item for item in _items(made["contained"])]
    convert(made)
    return made


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _patient(resource: Json) -> None:
    rename(resource, {"careProvider": "generalPractitioner"})
    drop(resource, ["animal"])
    if "name" in resource:
        resource["name"] = [_name(item) for item in objects(resource["name"])]


def _name(given: Json) -> Json:
    family = given.get("family")
    if not isinstance(family, list):
        return given
    return {**given, "family": " ".join(word for each in family if (word := text(each)))}


def _condition(resource: Json) -> None:
    rename(resource, {"patient": "subject", "dateRecorded": "recordedDate", "assertedDate": "recordedDate"})
    rename(resource, {"context": "encounter", "onsetQuantity": "onsetAge", "abatementQuantity": "abatementAge"})
    coded(resource, "clinicalStatus", _CLINICAL)
    coded(resource, "verificationStatus", _VERIFIED)
    listed(resource, ["category", "bodySite", "stage", "evidence"])
    notes(resource, "notes", "note")
    if (abated := resource.pop("abatementBoolean", None)) is True or abated == "true":
        resource["abatementString"] = "abated"
    drop(resource, ["participant"])


def _allergy(resource: Json) -> None:
    rename(resource, {"substance": "code", "lastOccurence": "lastOccurrence", "assertedDate": "recordedDate"})
    rename(resource, {"onset": "onsetDateTime", "reporter": "asserter"})
    if status := text(resource.pop("status", None)):
        clinical, verified = _ALLERGY_STATUS.get(status, (status, None))
        if clinical and "clinicalStatus" not in resource:
            resource["clinicalStatus"] = clinical
        if verified and "verificationStatus" not in resource:
            resource["verificationStatus"] = verified
    coded(resource, "clinicalStatus", _ALLERGY_CLINICAL)
    coded(resource, "verificationStatus", _ALLERGY_VERIFIED)
    bare(resource, "type")
    listed(resource, ["category"])
    criticality = resource.get("criticality")
    if isinstance(criticality, str) and criticality in _CRITICALITY:
        resource["criticality"] = _CRITICALITY[criticality]
    notes(resource, "note")
    if "reaction" in resource:
        resource["reaction"] = [_reaction(item) for item in objects(resource["reaction"])]
    drop(resource, ["participant"])


def _reaction(given: Json) -> Json:
    reaction = dict(given)
    drop(reaction, ["certainty", "duration"])
    notes(reaction, "comment", "note")
    if "manifestation" in reaction:
        reaction["manifestation"] = concepts(reaction["manifestation"])
    return reaction


def _observation(resource: Json) -> None:
    rename(resource, {"context": "encounter"})
    notes(resource, "comments", "comment")
    listed(resource, ["category", "interpretation", "component", "performer"])
    parts = []
    for item in objects(resource.get("component")):
        part = dict(item)
        listed(part, ["interpretation"])
        parts.append(part)
    if parts:
        resource["component"] = parts
    for item in objects(resource.pop("related", None)):
        if item.get("type") == "has-member" and isinstance(item.get("target"), dict):
            resource["hasMember"] = [*objects(resource.get("hasMember")), item["target"]]
    drop(resource, ["reliability", "triggeredBy", "bodyStructure", "instantiatesCanonical", "instantiatesReference"])


def _report(resource: Json) -> None:
    rename(resource, {"context": "encounter", "codedDiagnosis": "conclusionCode"})
    listed(resource, ["category", "performer", "conclusionCode", "presentedForm", "result", "specimen"])
    actors(resource, "performer")
    said = [found for item in objects(resource.pop("note", None)) if (found := text(item.get("text")))]
    if said:
        resource["conclusion"] = " ".join([text(resource.get("conclusion")) or "", *said]).strip()
    drop(resource, ["image", "request", "requestDetail", "composition", "study", "supportingInfo"])


def _document(resource: Json) -> None:
    rename(resource, {"indexed": "date", "created": "date"})
    listed(resource, ["content", "author", "category"])
    drop(resource, ["class", "event", "period", "attester", "bodySite", "modality", "version", "basedOn", "created"])
    drop(resource, ["facilityType", "practiceSetting", "sourcePatientInfo", "indexed"])
    if isinstance(resource.get("context"), list):
        del resource["context"]
    resource["content"] = [_content(item) for item in objects(resource.get("content"))]


def _content(item: Json) -> Json:
    held = item.get("attachment")
    if not isinstance(held, dict):
        return item
    newer = {"size", "height", "width", "frames", "pages", "duration"}
    attachment = {name: value for name, value in held.items() if name not in newer}
    return {**{name: value for name, value in item.items() if name != "profile"}, "attachment": attachment}


def _imaging(resource: Json) -> None:
    older = {"availability", "uid", "modalityList", "patient"} & resource.keys()
    rename(resource, {"patient": "subject", "modalityList": "modality", "context": "encounter"})
    if older:
        resource.setdefault("status", "available")
    drop(resource, ["availability", "uid", "accession", "order", "procedure", "reason"])
    listed(resource, ["modality", "series"])
    if "modality" in resource:
        resource["modality"] = [_coding(item) for item in objects(resource["modality"])]
    if "series" in resource:
        resource["series"] = [_series(item) for item in objects(resource["series"])]


def _series(given: Json) -> Json:
    series = dict(given)
    for name in ("modality", "bodySite"):
        if isinstance(series.get(name), dict):
            series[name] = _coding(concepts(series[name])[0])
    drop(series, ["availability", "url", "instance", "performer"])
    return series


def _coding(item: Json) -> Json:
    """A CodeableConcept as its first Coding."""
    held = objects(item.get("coding"))
    if held:
        return held[0]
    words = text(item.get("text"))
    return {"display": words} if words else item


def _procedure(resource: Json) -> None:
    rename(resource, {"patient": "subject", "context": "encounter"})
    _performed(resource, "occurrence", "performed")
    _not_done(resource, "notPerformed", "notDone", status="not-done")
    listed(resource, ["bodySite", "note", "performer"])
    notes(resource, "notes")
    drop(resource, ["reason", "recorded", "reportedBoolean", "reportedReference"])
    drop(resource, ["reasonNotPerformed", "definition", "reasonCodeableConcept", "request", "focus", "supportingInfo"])


def _performed(resource: Json, old: str, new: str) -> None:
    rename(resource, {name: new + name.removeprefix(old) for name in list(resource) if name.startswith(old)})


def _not_done(resource: Json, *flags: str, status: str) -> None:
    for flag in flags:
        if resource.pop(flag, None) in (True, "true"):
            resource["status"] = status


def _immunization(resource: Json) -> None:
    rename(resource, {"date": "occurrenceDateTime"})
    _not_done(resource, "wasNotGiven", "notGiven", status="not-done")
    drop(resource, ["reported", "explanation", "vaccinationProtocol", "requester", "practitioner", "reason"])
    drop(resource, ["informationSource", "supportingInformation", "basedOn", "administeredProduct"])


def _family(resource: Json) -> None:
    _not_done(resource, "notDone", status="health-unknown")
    drop(resource, ["participant", "reason", "definition", "notDoneReason"])
    notes(resource, "note")
    if "condition" in resource:
        resource["condition"] = [dict(item) for item in objects(resource["condition"])]
    for item in resource.get("condition", ()):
        rename(item, {"onsetQuantity": "onsetAge"})


def _device(resource: Json) -> None:
    status = {"available": "active", "not-available": "inactive"}
    if (stated := resource.get("status")) in status:
        resource["status"] = status[stated]
    single(resource, ["type"])
    drop(resource, ["udi", "model", "name", "category", "conformsTo", "mode"])


_ENCOUNTER = {"completed": "finished", "discharged": "finished", "discontinued": "cancelled", "on-hold": "in-progress"}


def _encounter(resource: Json) -> None:
    rename(resource, {"patient": "subject", "actualPeriod": "period"})
    if (status := code_of(resource.get("status"))) in _ENCOUNTER:
        resource["status"] = _ENCOUNTER[status]
    held = resource.get("class")
    if isinstance(held, str):
        resource["class"] = {"code": held}
    elif isinstance(held, list):
        resource["class"] = _coding(objects(held)[0]) if objects(held) else {"code": "UNK"}
    why = [found for item in objects(resource.pop("reason", None)) for found in concepts(item.get("value") or item)]
    if why and "reasonCode" not in resource:
        resource["reasonCode"] = why
    if "serviceType" in resource:
        resource["serviceType"] = next(iter(concepts(resource["serviceType"])), None)
    drop(resource, ["admission", "plannedStartDate", "plannedEndDate", "virtualService", "careTeam", "subjectStatus"])
    drop(resource, ["dietPreference", "specialArrangement", "specialCourtesy", "indication", "incomingReferral"])


_KINDS: dict[str, Callable[[Json], None]] = {
    "Patient": _patient,
    "Condition": _condition,
    "AllergyIntolerance": _allergy,
    "Observation": _observation,
    "DiagnosticReport": _report,
    "DocumentReference": _document,
    "ImagingStudy": _imaging,
    "Procedure": _procedure,
    "Immunization": _immunization,
    "FamilyMemberHistory": _family,
    "Device": _device,
    "Encounter": _encounter,
    "Medication": drugs.medication,
    "MedicationOrder": drugs.request,
    "MedicationRequest": drugs.request,
    "MedicationStatement": drugs.statement,
    "MedicationAdministration": drugs.administration,
    "MedicationDispense": drugs.dispense,
    "MedicationUsage": drugs.statement,
}
