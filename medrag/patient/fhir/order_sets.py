"""Order sets and plans of a session: the drug orders that they hold inside themselves, and those that they refer to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from medrag.patient.fhir.bundle import Document, Entry, tail
from medrag.patient.fhir.values import Json, objects, text
from medrag.patient.fhir.versions import as_r4

_SETS = {"RequestGroup", "RequestOrchestration", "CarePlan"}


def held(entry: Entry, kinds: set[str]) -> Iterator[Entry]:
    """The resources of these ``kinds`` inside an entry, and the products that a plan's activities name.

    Each is named by the entry and its place in it, so that nobody takes it for an order that stands by itself.
    """
    inside = [as_r4(each) for each in objects(entry.resource.get("contained")) if text(each.get("resourceType"))]
    for place, resource in enumerate(inside):
        if resource["resourceType"] in kinds:
            yield Entry(resource | {"contained": inside}, f"{entry.name}/contained[{place}]", kind_sent=entry.kind_sent)
    for place, activity in enumerate(_activities(entry.resource)):
        named = {name: value for name, value in activity.items() if name.startswith("product") and value}
        if named:
            order = _order(named, entry.resource)
            yield Entry(order, f"{entry.name}/activity[{place}]", kind_sent=entry.kind_sent)


def missing(entry: Entry, kinds: set[str], known: Document) -> list[str]:
    """What a set refers to of these ``kinds`` and ``known`` does not have, as ``Type/id``."""
    steps = [entry.resource.get(name) for name in ("action", "activity")] if entry.type in _SETS else []
    wanted = dict.fromkeys(reference for each in steps for reference in _references(each))
    lost = [each for each in wanted if known.resolve({"reference": each}, entry.resource) is None]
    return [tail(each) for each in lost if tail(each).partition("/")[0] in kinds]


def _activities(resource: Json) -> Iterator[Json]:
    """The details of a CarePlan's activities."""
    return (found for each in objects(resource.get("activity")) for found in objects(each.get("detail")))


def _order(named: Json, plan: Json) -> Json:
    drug = {name.replace("product", "medication", 1): value for name, value in named.items()}
    about = {name: plan[name] for name in ("subject", "contained") if name in plan}
    return {"resourceType": "MedicationRequest", "status": "draft", "intent": "order"} | about | drug


def _references(value: Any) -> Iterator[str]:
    """Every reference in it, however deep."""
    for each in objects(value):
        if reference := text(each.get("reference")):
            yield reference
        for part in each.values():
            yield from _references(part)
