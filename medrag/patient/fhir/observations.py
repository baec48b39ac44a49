"""FHIR's measurements and reports as facts: observations, reports, imaging studies, encounters, documents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from medrag.patient.fhir import status
from medrag.patient.fhir.bundle import Document, Entry, tail
from medrag.patient.fhir.clinical import Unusable, described
from medrag.patient.fhir.values import Code, Json, code_of, codes, concept, finite, objects, quantity, text, when
from medrag.types import Fact, FactStatus, Imaging, Observation

DATES = ("effectiveDateTime", "effectiveInstant", "effectivePeriod", "issued")
_RADIOLOGY = {"RAD", "LP29684-5", "imaging", "18748-4", "CT", "MR", "US", "NMR", "RX", "CUS", "NMS", "VUS"}
_TEXTS = ("valueString", "valueTime", "valueDateTime")


def report_dates(document: Document) -> dict[str, Any]:
    """By result, the date of the report that refers to it, for results that have none of their own."""
    found: dict[str, Any] = {}
    for entry in document.entries:
        moments = [entry.resource[name] for name in DATES if entry.resource.get(name)]
        if entry.type not in {"DiagnosticReport", "Observation"} or not moments:
            continue
        for item in objects(entry.resource.get("result")) + objects(entry.resource.get("hasMember")):
            reference = text(item.get("reference")) or ""
            held = document.by_reference.get(reference) or document.by_reference.get(tail(reference))
            name = f"{entry.name}/{reference[1:]}" if reference.startswith("#") else held.name if held else reference
            found.setdefault(name, moments[0])
    return found


def dated(entry: Entry, reported: dict[str, Any]) -> Entry:
    """The result with the date of its report, where it has none itself."""
    moment = None if when(entry.resource, *DATES) else reported.get(entry.name)
    field = "effectivePeriod" if isinstance(moment, dict) else "effectiveDateTime"
    return entry if moment is None else Entry({**entry.resource, field: moment}, entry.name, entry.url)


def observation(entry: Entry, origin: str) -> Iterator[Fact]:
    """An Observation: its own value, then each component's. One without a date cannot be current."""
    resource = entry.resource
    code = concept(resource.get("code"))
    if code is None:
        raise Unusable("names nothing: its code has neither a display, a text nor a code")
    stands = status.observation(resource)
    moment = when(resource, *DATES)
    if moment is None and stands is FactStatus.ACTIVE:
        stands = FactStatus.UNCERTAIN
    components = objects(resource.get("component"))
    source = f"{origin}#{entry.name}"
    grouping = bool(components or resource.get("hasMember"))
    if not grouping or _has_value(resource):
        yield _measured(code, resource, stands, source, moment)
    for position, component in enumerate(components):
        if found := concept(component.get("code")):
            yield _measured(found, component, stands, f"{source}/component[{position}]", moment)


def _measured(code: Code, holder: Json, stands: FactStatus, source: str, moment: date | None) -> Observation:
    value, unit = _value(holder)
    if value is None and stands is FactStatus.ACTIVE:
        stands = FactStatus.UNCERTAIN
    return Observation(
        display=code.display,
        code=code.code,
        system=code.system,
        status=stands,
        source=source,
        date=moment,
        value=value,
        unit=unit,
    )


def _has_value(holder: Json) -> bool:
    return "dataAbsentReason" in holder or any(name.startswith("value") for name in holder)


def _value(holder: Json) -> tuple[float | str | None, str | None]:
    """The value of an Observation or a component, whichever type it has."""
    if "valueQuantity" in holder:
        return quantity(holder["valueQuantity"])
    if found := concept(holder.get("valueCodeableConcept")):
        return found.display, None
    if "valueBoolean" in holder:
        return ("yes" if holder["valueBoolean"] is True else "no"), None
    for name, first, second, joint in (
        ("valueRange", "low", "high", "-"),
        ("valueRatio", "numerator", "denominator", ":"),
    ):
        if isinstance(ends := holder.get(name), dict):
            return _span(ends, first, second, joint)
    if (number := finite(holder.get("valueInteger"))) is not None:
        return number, None
    return next((words for name in _TEXTS if (words := text(holder.get(name)))), None), None


def _span(holder: Json, first: str, second: str, joint: str) -> tuple[str | None, str | None]:
    (low, unit), (high, other) = quantity(holder.get(first)), quantity(holder.get(second))
    if low is None and high is None:
        return None, None
    shown = [f"{end:g}" if isinstance(end, float) else (end or "?") for end in (low, high)]
    return joint.join(shown), unit or other


def report(entry: Entry, origin: str) -> Iterator[Fact]:
    """A DiagnosticReport: its conclusion; an imaging report as Imaging. Its results are observations of their own."""
    resource = entry.resource
    code = concept(resource.get("code"))
    conclusion = described(resource)
    coded = [found.display for item in objects(resource.get("conclusionCode")) if (found := concept(item))]
    words = conclusion or "; ".join(coded) or None
    if code is None or (words is None and not _is_imaging(resource)):
        return
    fact: dict[str, Any] = {
        "display": code.display,
        "code": code.code,
        "system": code.system,
        "status": status.observation(resource),
        "source": f"{origin}#{entry.name}",
        "date": when(resource, *DATES),
    }
    if _is_imaging(resource):
        yield Imaging(**fact, report=words)
    else:
        yield Observation(**fact, value=words)


def _is_imaging(resource: Json) -> bool:
    listed = {code for _, code in codes(resource.get("category"))}
    return bool(listed & _RADIOLOGY) and not resource.get("presentedForm")


def imaging_study(entry: Entry, origin: str) -> Iterator[Fact]:
    """An ImagingStudy."""
    resource = entry.resource
    series = objects(resource.get("series"))
    modality = _modality(resource.get("modality")) or next(
        (m for s in series if (m := _modality(s.get("modality")))), None
    )
    part = next((found for item in series if (found := _coding(item.get("bodySite")))), None)
    name = text(resource.get("description")) or next((d for s in series if (d := text(s.get("description")))), None)
    name = name or " ".join(word for word in (modality, part) if word) or "Imaging study"
    stands = {"available": FactStatus.ACTIVE, "registered": FactStatus.PLANNED, "cancelled": FactStatus.REFUTED}
    stated = "cancelled" if (found := code_of(resource.get("status"))) == "entered-in-error" else found
    procedure = concept(resource.get("procedureCode"))
    yield Imaging(
        display=name,
        code=procedure.code if procedure else None,
        system=procedure.system if procedure else None,
        status=stands.get(stated or "", FactStatus.UNCERTAIN),
        source=f"{origin}#{entry.name}",
        date=when(resource, "started"),
        modality=modality,
        body_part=part,
    )


def _modality(value: Any) -> str | None:
    return next((code for item in objects(value) if (code := text(item.get("code")))), None)


def _coding(value: Any) -> str | None:
    return next(
        (name for item in objects(value) if (name := text(item.get("display")) or text(item.get("code")))), None
    )


def encounter(entry: Entry, origin: str) -> Iterator[Fact]:
    """An Encounter, as a coded observation; only one in progress is current."""
    resource = entry.resource
    kind = concept(resource.get("type")) or concept(resource.get("serviceType"))
    reason = concept(resource.get("reasonCode"))
    stands = {"in-progress": FactStatus.ACTIVE, "planned": FactStatus.PLANNED, "finished": FactStatus.RESOLVED}
    stated = code_of(resource.get("status"))
    if stated in {"cancelled", "entered-in-error"}:
        return
    yield Observation(
        display=f"Encounter: {kind.display}" if kind else "Encounter",
        code=kind.code if kind else None,
        system=kind.system if kind else None,
        status=stands.get(stated or "", FactStatus.UNCERTAIN),
        source=f"{origin}#{entry.name}",
        date=when(resource, "period"),
        value=reason.display if reason else None,
    )
