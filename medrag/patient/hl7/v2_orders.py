"""Drugs of HL7 v2 messages: orders (RXO), encoded orders (RXE), dispensations (RXD), administrations (RXA)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from medrag.patient.fhir.values import Json
from medrag.patient.hl7.resources import moment, present
from medrag.patient.hl7.v2_segments import Segment

_DRUGS = ("RXE", "RXO", "RXD", "RXA")
# HL7 tables 0119 (what ORC asks for) and 0038 (how the order stands).
_CONTROL = {
    **dict.fromkeys(("CA", "OC", "CR", "UC"), "cancelled"),
    **dict.fromkeys(("DC", "OD", "DR", "RP", "RU", "DE"), "stopped"),
    **dict.fromkeys(("HD", "OH", "HR"), "on-hold"),
}
_ORDER = {
    "CA": "cancelled",
    "CM": "completed",
    "DC": "stopped",
    "RP": "stopped",
    "HD": "on-hold",
    "ER": "entered-in-error",
}
_GIVEN = {"CP": "completed", "PA": "completed", "RE": "not-done", "NA": "not-done"}


@dataclass
class _Order:
    """One order: its ORC, its drug segments by name, and the lines about route, parts and timing."""

    control: Segment | None = None
    drugs: dict[str, Segment] = field(default_factory=dict)
    routes: list[Segment] = field(default_factory=list)
    parts: list[Segment] = field(default_factory=list)
    timing: Segment | None = None


def orders(message: Sequence[Segment]) -> Iterator[Json]:
    """The medications that a message orders, dispenses or says were given, as FHIR R4 resources."""
    vaccines = message[0].component(9) == "VXU"
    for order in _orders(message):
        if given := order.drugs.get("RXA"):
            yield from _given(given, order, vaccine=vaccines)
        ordered = next((order.drugs[name] for name in ("RXE", "RXO", "RXD") if name in order.drugs), None)
        if ordered is not None:
            yield from _ordered(ordered, order)


def _orders(message: Sequence[Segment]) -> Iterator[_Order]:
    order = _Order()
    for segment in message:
        if segment.name == "ORC" or segment.name in order.drugs:
            if order.drugs:
                yield order
            order = _Order(control=segment if segment.name == "ORC" else order.control)
        if segment.name in _DRUGS:
            order.drugs[segment.name] = segment
            order.routes, order.parts = [], []
        elif segment.name == "RXR":
            order.routes.append(segment)
        elif segment.name == "RXC":
            order.parts.append(segment)
        elif segment.name == "TQ1":
            order.timing = segment
    if order.drugs:
        yield order


def _ordered(drug: Segment, order: _Order) -> Iterator[Json]:
    dispensed = drug.name == "RXD"
    code = drug.concept(1 if drug.name == "RXO" else 2)
    instructions = {"RXE": 7, "RXO": 7, "RXD": 15}[drug.name]
    resource = {
        "resourceType": "MedicationRequest",
        "status": _status(order),
        "intent": "order",
        "authoredOn": _start(drug, order, dispensed=dispensed),
        "dosageInstruction": _dosage(drug, order, instructions),
    }
    parts = [each.concept(2) for each in order.parts]
    names = [code, *parts] if code or not parts else parts
    seen: set[str | None] = set()
    for named in names:
        words = named["text"] if named else None
        if words not in seen:
            seen.add(words)
            yield present({**resource, "medicationCodeableConcept": named})


def _status(order: _Order) -> str:
    if order.control is None:
        return "active"
    asked = _CONTROL.get(order.control.component(1) or "")
    return asked or _ORDER.get(order.control.component(5) or "", "active")


def _start(drug: Segment, order: _Order, *, dispensed: bool) -> str | None:
    if dispensed and (day := moment(drug.component(3))):
        return day
    found = moment(order.timing.component(7)) if order.timing else None
    found = found or (moment(drug.component(1, 4)) if drug.name == "RXE" else None)
    return found or (moment(order.control.component(9)) if order.control else None)


def _dosage(drug: Segment, order: _Order, instructions: int) -> list[Json]:
    said = "; ".join(words for each in drug.repetitions(instructions) if (words := each[1 if not each[0] else 0]))
    text = " ".join(part for part in (_amount(drug), _route(order), _frequency(drug, order)) if part)
    lines = "; ".join(part for part in (text, said) if part)
    ends = moment(order.timing.component(8)) if order.timing else None
    ends = ends or (moment(drug.component(1, 5)) if drug.name == "RXE" else None)
    timing = {"repeat": {"boundsPeriod": {"end": ends}}} if ends else None
    return [present({"text": lines, "timing": timing})] if lines or timing else []


def _amount(drug: Segment) -> str | None:
    low, high, unit = {"RXE": (3, 4, 5), "RXO": (2, 3, 4), "RXD": (4, 4, 5)}[drug.name]
    least, most = drug.component(low), drug.component(high)
    units = drug.component(unit, 2) or drug.component(unit)
    if least is None:
        return None
    span = f"{least}-{most}" if most and most != least else least
    return f"{span} {units or ''}".strip()


def _route(order: _Order) -> str | None:
    return next((each.component(1, 2) or each.component(1) for each in order.routes), None)


def _frequency(drug: Segment, order: _Order) -> str | None:
    """As TQ1-3 says or, before version 2.5, the second component of RXE-1."""
    named = order.timing.component(3) if order.timing else None
    held = drug.component(1, 2) if drug.name == "RXE" else None
    words = named or held
    return words.split("&")[0] if words else None


def _given(drug: Segment, order: _Order, *, vaccine: bool) -> Iterator[Json]:
    code = drug.concept(5)
    if drug.component(21) == "D":
        return
    stands = _GIVEN.get(drug.component(20) or "CP", "completed")
    day = moment(drug.component(3))
    if vaccine:
        yield present(
            {"resourceType": "Immunization", "status": stands, "vaccineCode": code, "occurrenceDateTime": day}
        )
        return
    units = drug.component(7, 2) or drug.component(7) or ""
    text = " ".join(part for part in (f"{drug.component(6) or ''} {units}".strip(), _route(order)) if part)
    yield present(
        {
            "resourceType": "MedicationAdministration",
            "status": stands,
            "medicationCodeableConcept": code,
            "effectiveDateTime": day,
            "dosage": {"text": text} if text else None,
        }
    )
