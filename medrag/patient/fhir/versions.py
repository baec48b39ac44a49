"""Elements of FHIR R5 and STU3 under the names that R4 gives them, so that one reader serves all three.

R5 (https://hl7.org/fhir/R5/): a CodeableReference holds a ``concept`` or a ``reference``. STU3 keeps a dose beside its
dosage instead of in ``doseAndRate``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from medrag.patient.fhir.values import Json, objects

_DOSES = ("doseQuantity", "doseRange", "rateQuantity", "rateRange", "rateRatio")


def as_r4(resource: Json) -> Json:
    """``resource`` with what it holds in another version's shape renamed; itself where there is nothing such."""
    for name, renamed in _RENAMED.items():
        if name in resource:
            resource = renamed(resource, name)
    return resource


def _choice(holder: Json, name: str) -> Json:
    """``medication: {concept}`` as ``medicationCodeableConcept``, ``{reference}`` as ``medicationReference``."""
    held = holder[name]
    if not isinstance(held, dict) or not {"concept", "reference"} & held.keys():
        return holder
    rest = {key: value for key, value in holder.items() if key != name}
    if held.get("concept"):
        return {**rest, f"{name}CodeableConcept": held["concept"]}
    return {**rest, f"{name}Reference": held["reference"]}


def _ingredients(resource: Json, name: str) -> Json:
    return {**resource, name: [_choice(each, "item") if "item" in each else each for each in objects(resource[name])]}


def _reactions(resource: Json, name: str) -> Json:
    return {**resource, name: [_manifest(each) for each in objects(resource[name])]}


def _manifest(reaction: Json) -> Json:
    shown = [each.get("concept", each) for each in objects(reaction.get("manifestation"))]
    return {**reaction, "manifestation": shown} if shown else reaction


def _type(resource: Json, name: str) -> Json:
    """R5 codes an allergy's type by a CodeableConcept."""
    codings = objects(resource[name].get("coding")) if isinstance(resource[name], dict) else []
    code = next((each.get("code") for each in codings), None)
    return {**resource, name: code} if code and resource.get("resourceType") == "AllergyIntolerance" else resource


def _dosages(resource: Json, name: str) -> Json:
    return {**resource, name: [_dosage(each) for each in objects(resource[name])]}


def _dosage(item: Json) -> Json:
    beside = {key: item[key] for key in _DOSES if key in item}
    rest = {key: value for key, value in item.items() if key not in beside and key not in ("asNeeded", "asNeededFor")}
    if beside and "doseAndRate" not in rest:
        rest["doseAndRate"] = [beside]
    if item.get("asNeeded") is True or item.get("asNeededFor"):
        rest["asNeededBoolean"] = True
    return rest


_RENAMED: Mapping[str, Callable[[Json, str], Json]] = {
    "medication": _choice,
    "ingredient": _ingredients,
    "reaction": _reactions,
    "type": _type,
    "dosageInstruction": _dosages,
    "dosage": _dosages,
}
