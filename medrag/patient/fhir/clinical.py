"""FHIR's clinical resources as facts: conditions, allergies, medications, procedures, family history."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Literal

from medrag.knowledge import Knowledge
from medrag.patient.fhir import absent, status
from medrag.patient.fhir.bundle import Document, Entry
from medrag.patient.fhir.values import Code, Json, code_of, codes, concept, notes_of, objects, quantity, text, when
from medrag.reading.allergies import says_none
from medrag.types import Allergy, Condition, Fact, FactStatus, Medication, Procedure


class Unusable(Exception):
    """A resource that says nothing usable; its message says why, without patient text."""


def condition(entry: Entry, origin: str) -> Iterator[Fact]:
    """A Condition."""
    resource = entry.resource
    code = _named(concept(resource.get("code")), "code")
    stands = status.clinical(resource, FactStatus.UNCERTAIN)
    if status.abated_yet_active(resource):
        stands = FactStatus.UNCERTAIN
    if stands in {FactStatus.ACTIVE, FactStatus.UNCERTAIN}:
        stands = FactStatus.FAMILY_HISTORY if _of_family(code) else status.situation(code.display) or stands
    yield Condition(
        **_fact(code, origin, entry, stands, "onsetDateTime", "onsetPeriod", "recordedDate", "assertedDate")
    )


def _of_family(code: Code) -> bool:
    """Whether it is one of ICD-10's codes of a family history (Z80 to Z84)."""
    return code.system == "ICD-10" and re.match(r"Z8[0-4]", code.code or "", re.IGNORECASE) is not None


def family_history(entry: Entry, origin: str) -> Iterator[Fact]:
    """A FamilyMemberHistory: each of its conditions, naming the relative."""
    resource = entry.resource
    if code_of(resource.get("status")) == "entered-in-error":
        return
    relative = concept(resource.get("relationship"))
    for position, item in enumerate(objects(resource.get("condition"))):
        if found := concept(item.get("code")):
            code = found._replace(display=f"{found.display} ({relative.display})" if relative else found.display)
            fact = _fact(code, origin, entry, FactStatus.FAMILY_HISTORY, "date")
            yield Condition(**{**fact, "source": f"{fact['source']}/condition[{position}]"})


def allergy(entry: Entry, origin: str, knowledge: Knowledge) -> Iterator[Fact]:
    """An AllergyIntolerance. One that states "no known allergies" comes out as a negated fact."""
    resource = absent.in_words(entry.resource)
    reactions = objects(resource.get("reaction"))
    substance = next((found for item in reactions if (found := concept(item.get("substance")))), None)
    code = _named(concept(resource.get("code")) or substance, "code")
    stands = status.clinical(resource, FactStatus.ACTIVE)
    if stands is FactStatus.ACTIVE and (
        absent.says(resource, knowledge) == "none" or _says_none(resource, code, knowledge)
    ):
        stands = FactStatus.NEGATED
        code = code._replace(display=absent.WITHOUT_WORDS.get(code.display, code.display))
    if stands is FactStatus.ACTIVE and status.situation(code.display) is FactStatus.UNCERTAIN:
        stands = FactStatus.UNCERTAIN
    yield Allergy(
        **_fact(code, origin, entry, stands, "onsetDateTime", "recordedDate", "lastOccurrence"),
        kind=_kind(resource.get("type")),
        reaction=_reaction(reactions),
        criticality=_criticality(resource.get("criticality")),
    )


def _says_none(resource: Json, code: Code, knowledge: Knowledge) -> bool:
    listed = {each for _, each in codes(resource.get("code"))} & knowledge.stated_codes["no_known_allergy"]
    return bool(listed) or says_none(code.display)


def _kind(value: Any) -> Literal["allergy", "intolerance", "unknown"]:
    match code_of(value):
        case "allergy":
            return "allergy"
        case "intolerance":
            return "intolerance"
    return "unknown"


def _criticality(value: Any) -> Literal["low", "high", "unable-to-assess"] | None:
    return value if value in ("low", "high", "unable-to-assess") else None


def _reaction(reactions: list[Json]) -> str | None:
    parts = []
    for item in reactions:
        names = [found.display for each in objects(item.get("manifestation")) if (found := concept(each))]
        names = names or [found for found in [text(item.get("description"))] if found]
        severity = text(item.get("severity"))
        if names:
            parts.append(", ".join(names) + (f" ({severity})" if severity else ""))
    return "; ".join(parts) or None


def medication(entry: Entry, origin: str, document: Document, today: date) -> Iterator[Fact]:
    """A MedicationRequest, MedicationStatement, MedicationDispense or MedicationAdministration."""
    resource = entry.resource
    code = _named(drug(resource, document), "medication")
    dates = ("authoredOn", "effectiveDateTime", "effectivePeriod", "dateAsserted", "whenHandedOver", "whenPrepared")
    yield Medication(**_fact(code, origin, entry, status.medication(resource, today), *dates), dosage=_dosage(resource))


def drug(resource: Json, document: Document) -> Code | None:
    """What an order or a statement names, in itself or by its reference; None where that leads nowhere."""
    if direct := concept(resource.get("medicationCodeableConcept")):
        return direct
    reference = resource.get("medicationReference")
    target = document.resolve(reference, resource)
    if target:
        found = concept(target.get("code"))
        if found:
            return found
        items = [
            found
            for item in objects(target.get("ingredient"))
            if (found := _ingredient(item, (target, resource), document))
        ]
        if len(items) == 1:
            return items[0]
        if items:
            return Code(" / ".join(item.display for item in items), None, None)
    display = text(reference.get("display")) if isinstance(reference, dict) else None
    return Code(display, None, None) if display else None


def _ingredient(item: Json, around: Iterable[Json], document: Document) -> Code | None:
    """What an ingredient is: in itself, or by its reference to a Substance or another Medication."""
    found = (document.resolve(item.get("itemReference"), each) for each in around)
    target = next(filter(None, found), {})
    return concept(item.get("itemCodeableConcept")) or concept(target.get("code"))


def drug_codes(resource: Json, document: Document) -> list[tuple[str | None, str]]:
    """Every (system, code) by which an order or a statement names its drug."""
    target = document.resolve(resource.get("medicationReference"), resource)
    held = (resource.get("medicationCodeableConcept"), (target or {}).get("code"))
    return [each for value in held for each in codes(value)]


def _dosage(resource: Json) -> str | None:
    lines = objects(resource.get("dosageInstruction")) or objects(resource.get("dosage"))
    return "; ".join(line for item in lines if (line := _dosage_line(item))) or None


def _dosage_line(item: Json) -> str | None:
    """The order's own words; where it has none, its dose, route and frequency put together."""
    if words := text(item.get("text")) or text(item.get("patientInstruction")):
        return words
    doses = objects(item.get("doseAndRate")) or [item]
    parts = [next((said for dose in (*doses, item) if (said := _amount(dose))), None)]
    parts += [found.display for found in [concept(item.get("route"))] if found]
    parts.append(_frequency(item.get("timing")))
    if item.get("asNeededBoolean") is True or item.get("asNeededCodeableConcept"):
        parts.append("as needed")
    return " ".join(part for part in parts if part) or None


def _amount(dose: Json) -> str | None:
    """ "4 tablet", a range ("500-1000 mg"), or a rate ("60 mmol/h")."""
    for field in ("doseQuantity", "dose", "rateQuantity"):
        amount, unit = quantity(dose.get(field))
        if isinstance(amount, float):
            return f"{amount:g} {unit or ''}".strip()
    span = dose.get("doseRange")
    if isinstance(span, dict):
        (low, _), (high, unit) = quantity(span.get("low")), quantity(span.get("high"))
        if isinstance(high, float):
            return (
                f"{low:g}-{high:g} {unit or ''}".strip() if isinstance(low, float) else f"{high:g} {unit or ''}".strip()
            )
    return None


_DAYS = {"mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday", "sat": "Saturday"}
_DAYS["sun"] = "Sunday"


def _frequency(timing: Any) -> str | None:
    if not isinstance(timing, dict):
        return None
    if named := concept(timing.get("code")):
        return named.display
    repeat = timing.get("repeat")
    if not isinstance(repeat, dict):
        return None
    days = [_DAYS[day] for day in _codes(repeat.get("dayOfWeek")) if day in _DAYS]
    if days and len(days) < len(_DAYS):
        return f"{len(days)} times a week (" + ", ".join(days) + ")" if len(days) > 1 else f"every {days[0]}"
    if "period" not in repeat:
        moments = len(_codes(repeat.get("timeOfDay")) or _codes(repeat.get("when")))
        return f"{moments} time(s) every 1 d" if moments else None
    times = repeat.get("frequencyMax") or repeat.get("frequency", 1)
    return f"{times} time(s) every {repeat['period']} {text(repeat.get('periodUnit')) or ''}".strip()


def _codes(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def procedure(entry: Entry, origin: str, today: date) -> Iterator[Fact]:
    """A Procedure or an Immunization."""
    resource = entry.resource
    code = _named(concept(resource.get("code")) or concept(resource.get("vaccineCode")), "code")
    dates = ("performedDateTime", "performedPeriod", "occurrenceDateTime", "recorded")
    stands = status.event(resource, when(resource, *dates), today)
    yield Procedure(**_fact(code, origin, entry, stands, *dates))


def device(entry: Entry, origin: str) -> Iterator[Fact]:
    """A Device the patient has: an implanted pacemaker, say. What is in place counts as current."""
    code = _named(concept(entry.resource.get("type")), "type")
    named = code._replace(display=f"Device: {code.display}")
    stated = code_of(entry.resource.get("status")) or "active"
    stands = {"active": FactStatus.ACTIVE, "inactive": FactStatus.RESOLVED, "entered-in-error": FactStatus.REFUTED}
    yield Procedure(**_fact(named, origin, entry, stands.get(stated, FactStatus.UNCERTAIN), "manufactureDate"))


def _named(code: Code | None, element: str) -> Code:
    if code is None:
        raise Unusable(f"names nothing: its {element} has neither a display, a text nor a code")
    return code


def _fact(code: Code, origin: str, entry: Entry, stands: FactStatus, *dates: str) -> dict[str, Any]:
    """What every fact has in common."""
    return {
        "display": code.display,
        "code": code.code,
        "system": code.system,
        "status": stands,
        "source": f"{origin}#{entry.name}",
        "date": when(entry.resource, *dates),
    }


def described(resource: Json) -> str | None:
    """A report's own conclusion, with its notes."""
    return " ".join(part for part in (text(resource.get("conclusion")), notes_of(resource)) if part) or None
