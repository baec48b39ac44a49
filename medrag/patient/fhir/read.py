"""From a FHIR document to a ``Patient``: validate, resolve, map, and report what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from medrag.errors import PatientError
from medrag.patient.fhir import clinical, observations
from medrag.patient.fhir.bundle import Document, Entry, open_document
from medrag.patient.fhir.observations import Attachment
from medrag.patient.fhir.person import choose, read_person, subject_of
from medrag.patient.fhir.status import abated_yet_active
from medrag.patient.fhir.validate import ESSENTIAL, check
from medrag.patient.record.facts import assemble, unique
from medrag.types import Fact, Patient, Problem

# Administrative, or read only through what refers to them: leaving them out loses no clinical fact.
ADMINISTRATIVE = {
    *("Account", "Appointment", "AuditEvent", "Claim", "ClaimResponse", "Coverage", "CoverageEligibilityResponse"),
    *("Endpoint", "ExplanationOfBenefit", "HealthcareService", "Location", "Medication", "OperationOutcome"),
    *("Organization", "Patient", "Person", "Practitioner", "PractitionerRole", "Provenance", "RelatedPerson"),
    *("Schedule", "Slot", "Composition", "CareTeam", "Subscription", "Task", "Specimen", "MessageHeader"),
}

MEDICATIONS = {"MedicationRequest", "MedicationStatement", "MedicationDispense", "MedicationAdministration"}
_READERS: dict[str, Callable[[Entry, str], Iterator[Fact]]] = {
    "Condition": clinical.condition,
    "AllergyIntolerance": clinical.allergy,
    "Device": clinical.device,
    "FamilyMemberHistory": clinical.family_history,
    "Observation": observations.observation,
    "DiagnosticReport": observations.report,
    "ImagingStudy": observations.imaging_study,
    "Encounter": observations.encounter,
}


@dataclass
class _Reading:
    origin: str
    today: date
    facts: list[Fact] = field(default_factory=list)
    documents: list[Attachment] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def report(self, entry: Entry, reason: str) -> None:
        self.problems.append(Problem(source=f"{self.origin}#{entry.name}", reason=reason))


def read_fhir(content: Any, origin: str, today: date) -> tuple[Patient, list[Attachment]]:
    """The patient of a FHIR document, and the texts attached to the record (each once, those that still hold).

    Raises ``PatientError`` when ``content`` holds no FHIR resource at all.
    """
    document = open_document(content)
    if not document.entries:
        raise PatientError(f"{origin}: holds no FHIR resource")
    reading = _Reading(origin, today)
    reading.problems += [Problem(source=f"{origin}#{each.source}", reason=each.reason) for each in document.problems]
    subject, whose = choose(document)
    person: dict[str, Any] = {}
    if whose and (usable := _checked(whose, reading)):
        person, found = read_person(usable.resource, f"{origin}#{whose.name}")
        reading.problems += found
    for entry in _own(document, subject, reading):
        _read_entry(entry, document, reading)
    texts = _standing(reading.documents, reading)
    return assemble(reading.facts, reading.problems, **person), texts


def _own(document: Document, subject: str | None, reading: _Reading) -> Iterator[Entry]:
    """The clinical entries that are about ``subject``; the others are reported and left out."""
    skipped: Counter[str] = Counter()
    for entry in document.entries:
        about = subject_of(entry, document)
        if entry.type == "Patient" and entry.name != subject:
            reading.report(entry, "is another patient; one patient at a time is read")
        elif entry.type in ADMINISTRATIVE:
            continue
        elif about and about != subject:
            reading.report(entry, "is about another patient and was left out")
        elif entry.type not in ESSENTIAL:
            skipped[entry.type] += 1
        else:
            yield entry
    if skipped:
        listed = ", ".join(f"{kind} ({count})" for kind, count in sorted(skipped.items()) if kind.isalpha())
        reading.problems.append(Problem(source=reading.origin, reason=f"kinds of resource not read: {listed}"))


def _checked(entry: Entry, reading: _Reading) -> Entry | None:
    usable, fault = check(entry.resource)
    if fault:
        reading.report(entry, fault)
    return Entry(usable, entry.name, entry.url) if usable else None


def _read_entry(entry: Entry, document: Document, reading: _Reading) -> None:
    usable = _checked(entry, reading)
    if usable is None:
        return
    try:
        reading.facts += _facts(usable, document, reading.origin, reading.today)
    except clinical.Unusable as fault:
        reading.report(entry, str(fault))
    if usable.type == "Condition" and abated_yet_active(usable.resource):
        reading.report(entry, "says both that it is active and that it has ended; taken as uncertain")
    if usable.type in {"DocumentReference", "DiagnosticReport"}:
        texts, faults = observations.attachments(usable, reading.origin)
        reading.documents += texts
        for reason in faults:
            reading.report(entry, reason)


def _facts(entry: Entry, document: Document, origin: str, today: date) -> Iterator[Fact]:
    if entry.type in MEDICATIONS:
        return clinical.medication(entry, origin, document, today)
    if entry.type in {"Procedure", "Immunization"}:
        return clinical.procedure(entry, origin, today)
    read = _READERS.get(entry.type)
    return read(entry, origin) if read else iter(())


def _standing(documents: list[Attachment], reading: _Reading) -> list[Attachment]:
    """Each text once; a text that any document calls superseded is left out, and counted."""
    withdrawn = {each.text for each in documents if not each.current}
    kept: dict[str, Attachment] = {}
    for each in documents:
        if each.text not in withdrawn:
            kept.setdefault(each.text, each)
    if withdrawn:
        reason = f"{len(withdrawn)} superseded or withdrawn document(s) not read"
        reading.problems.append(Problem(source=reading.origin, reason=reason))
    return unique(kept.values())
