"""Steps of changing a resource's shape in place: renaming, wrapping, splitting by type."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from medrag.patient.fhir.values import Json, objects, text


def rename(resource: Json, names: dict[str, str]) -> None:
    """Elements under R4's names; one that R4's name already holds stays as it is."""
    for old, new in names.items():
        if old in resource and new not in resource:
            resource[new] = resource.pop(old)


def listed(resource: Json, names: Iterable[str]) -> None:
    """Elements that R4 repeats, as lists."""
    for name in names:
        if name in resource and not isinstance(resource[name], list):
            resource[name] = [resource[name]]


def single(resource: Json, names: Iterable[str]) -> None:
    """Elements that R4 has once: the first of them."""
    for name in names:
        held = resource.get(name)
        if isinstance(held, list) and held:
            resource[name] = held[0]


def drop(resource: Json, names: Iterable[str]) -> None:
    """Without elements that R4 has no place for and that tell nothing of the patient."""
    for name in names:
        resource.pop(name, None)


def coded(resource: Json, name: str, system: str = "") -> None:
    """A bare code as a CodeableConcept."""
    if code := text(resource.get(name)):
        resource[name] = {"coding": [{"system": system, "code": code} if system else {"code": code}]}


def bare(resource: Json, name: str) -> None:
    """A CodeableConcept as its bare code."""
    held = objects(resource.get(name))
    if held and not isinstance(resource[name], str):
        code = next((found for item in objects(held[0].get("coding")) if (found := text(item.get("code")))), None)
        if code:
            resource[name] = code


def concepts(value: Any) -> list[Json]:
    """The CodeableConcepts of CodeableReferences (R5), or of what is such a concept itself."""
    return [item["concept"] if isinstance(item.get("concept"), dict) else item for item in objects(value)]


def by_type(resource: Json, name: str) -> None:
    """R5's CodeableReference as R4's pair ``nameCodeableConcept`` and ``nameReference``."""
    held = resource.get(name)
    if not isinstance(held, dict):
        return
    del resource[name]
    if isinstance(held.get("concept"), dict):
        resource[f"{name}CodeableConcept"] = held["concept"]
    elif isinstance(held.get("reference"), dict):
        resource[f"{name}Reference"] = held["reference"]


def notes(resource: Json, *names: str) -> None:
    """Plain words of a note, under whichever name, as Annotations."""
    for name in names:
        if words := text(resource.get(name)):
            del resource[name]
            resource["note"] = [*objects(resource.get("note")), {"text": words}]
    listed(resource, ["note"])


def actors(resource: Json, name: str) -> None:
    """STU3's performers with a role, as references."""
    held = objects(resource.get(name))
    if any("actor" in item for item in held):
        resource[name] = [item["actor"] for item in held if isinstance(item.get("actor"), dict)]
