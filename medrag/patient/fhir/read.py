"""From a FHIR document to a ``Patient``: validate, resolve, map, and report what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Any

from medrag.errors import PatientError
from medrag.knowledge import Knowledge
from medrag.patient.fhir import absent, clinical, documents, genomics, observations
from medrag.patient.fhir.bundle import Document, Entry, open_document
from medrag.patient.fhir.documents import Attachment, Unread
from medrag.patient.fhir.gaps import lists_of, missing_members, unread
from medrag.patient.fhir.person import choose, demographics, focus_of, is_stranger, read_person, subject_of
from medrag.patient.fhir.status import abated_yet_active
from medrag.patient.fhir.validate import ESSENTIAL, check
from medrag.patient.fhir.values import codes, concept, objects, text
from medrag.patient.measures import analytes
from medrag.patient.record.demographics import Demographics
from medrag.patient.record.facts import assemble, unique
from medrag.patient.refused import refuse_object
from medrag.reading.mentions import named
from medrag.types import Fact, Genotype, Lost, Patient, Problem

# Administrative, or read only through what refers to them: leaving them out loses no clinical fact.
ADMINISTRATIVE = {
    *("Account", "Appointment", "AuditEvent", "Claim", "ClaimResponse", "Coverage", "CoverageEligibilityResponse"),
    *("Endpoint", "ExplanationOfBenefit", "HealthcareService", "Location", "Medication", "OperationOutcome"),
    *("Organization", "Patient", "Person", "Practitioner", "PractitionerRole", "Provenance", "RelatedPerson"),
    *(
        "Schedule",
        "Slot",
        "Composition",
        "List",
        "CareTeam",
        "Subscription",
        "Task",
        "Specimen",
        "MessageHeader",
        "Binary",
    ),
}

_SOCIAL = "social-history"
MEDICATIONS = {"MedicationRequest", "MedicationStatement", "MedicationDispense", "MedicationAdministration"}
_READERS: dict[str, Callable[[Entry, str], Iterator[Fact]]] = {
    "Condition": clinical.condition,
    "Device": clinical.device,
    "FamilyMemberHistory": clinical.family_history,
    "DiagnosticReport": observations.report,
    "ImagingStudy": observations.imaging_study,
    "Encounter": observations.encounter,
}


@dataclass
class _Reading:
    origin: str
    today: date
    knowledge: Knowledge
    facts: list[Fact | Genotype] = field(default_factory=list)
    documents: list[Attachment] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    none_known: set[str] = field(default_factory=set)
    reported: dict[str, Any] = field(default_factory=dict)
    """When the reports that refer to a result were made, by the result's name."""

    def report(self, entry: Entry, reason: str, lost: tuple[Lost, ...] = ()) -> None:
        self.problems.append(Problem(source=f"{self.origin}#{entry.name}", reason=reason, lost=lost))


def read_fhir(
    content: Any, origin: str, today: date, knowledge: Knowledge
) -> tuple[Patient, Demographics, list[Attachment]]:
    """The patient of a FHIR document, whom it says that it is of, and its texts (each once, those that still hold).

    Raises ``PatientError`` when ``content`` holds no FHIR resource at all.
    """
    document = open_document(content)
    if not document.entries:
        raise PatientError(f"{origin}: holds no FHIR resource")
    if all(entry.type == "OperationOutcome" for entry in document.entries):
        refuse_object(document.entries[0].resource, origin)
    reading = _Reading(origin, today, knowledge, reported=observations.report_dates(document))
    reading.problems += [each.model_copy(update={"source": f"{origin}#{each.source}"}) for each in document.problems]
    subject, own = choose(document)
    person: dict[str, Any] = {}
    if own and (usable := _checked(own, reading)):
        person, found = read_person(usable.resource, f"{origin}#{own.name}")
        reading.problems += found
    who = demographics(own.resource if own else {}, subject)
    own_entries = list(_own(document, subject, who, reading))
    for entry in own_entries:
        _read_entry(entry, document, reading)
    _read_variants(own_entries, reading)
    for entry in document.entries:
        if subject_of(entry, document) in {None, subject}:
            reading.none_known |= set(absent.empty_lists(entry))
            if entry.type in {"List", "Composition"}:
                for reason, lost in missing_members(entry.resource, document.resolve):
                    reading.report(entry, reason, lost)
    _read_texts(document, subject, reading)
    texts = _standing(reading.documents, reading)
    patient = assemble(reading.facts, reading.problems, reading.none_known, **person)
    return patient, who, texts


def whose(content: Any) -> Demographics:
    """Whom a FHIR document says that it is of; nobody where it is none."""
    document = open_document(content)
    subject, patient = choose(document)
    return demographics(patient.resource if patient else {}, subject)


def _own(document: Document, subject: str | None, who: Demographics, reading: _Reading) -> Iterator[Entry]:
    """The clinical entries that are about ``subject``; the others are reported and left out."""
    skipped: Counter[str] = Counter()
    several = len({entry.name for entry in document.entries if entry.type == "Patient"}) > 1
    for entry in document.entries:
        about = subject_of(entry, document)
        if entry.type == "Patient" and entry.name != subject:
            reading.report(entry, "is another patient; one patient at a time is read")
        elif entry.type in ADMINISTRATIVE:
            continue
        elif about and about != subject:
            reading.report(entry, "is about another patient and was left out")
        elif about is None and is_stranger(entry, who, document, reading.today):
            reason = "is about another patient by name or number and was left out"
            reading.report(entry, reason, lists_of([entry.type]))
        elif entry.type not in ESSENTIAL:
            skipped[entry.type] += 1
        elif other := focus_of(entry, subject, document):
            reading.report(entry, f"is measured on {other}, not on the patient; left out")
        elif several and about is None:
            reading.report(entry, "does not say which of the patients it is about; left out", lists_of([entry.type]))
        else:
            yield entry
            yield from _contained(entry)
    if skipped:
        listed = ", ".join(f"{kind} ({count})" for kind, count in sorted(skipped.items()) if kind.isalpha())
        reason = f"kinds of resource not read: {listed}"
        reading.problems.append(Problem(source=reading.origin, reason=reason, lost=unread(skipped)))


def _contained(entry: Entry) -> Iterator[Entry]:
    """The results that a report or a panel holds inside itself."""
    if entry.type in {"DiagnosticReport", "Observation"}:
        for position, held in enumerate(objects(entry.resource.get("contained"))):
            if held.get("resourceType") == "Observation":
                yield Entry(held, f"{entry.name}/{text(held.get('id')) or f'contained[{position}]'}")


def _checked(entry: Entry, reading: _Reading) -> Entry | None:
    usable, fault = check(entry.resource)
    if fault:
        reading.report(entry, fault, () if usable else _lost(entry, reading.knowledge))
    return Entry(usable, entry.name, entry.url) if usable else None


def _lost(entry: Entry, knowledge: Knowledge) -> tuple[Lost, ...]:
    """The lists that lack an entry that could not be read; of observations only those that something is made of."""
    if entry.type == "Observation":
        code = concept(entry.resource.get("code"))
        if _SOCIAL in {found for _, found in codes(entry.resource.get("category"))}:
            return ()
        if code and analytes.identify(code.display, knowledge, code.code, code.system) is None:
            return ()
    return lists_of([entry.type])


def _read_entry(entry: Entry, document: Document, reading: _Reading) -> None:
    usable = _checked(entry, reading) if _states(entry, reading) else None
    if usable is None:
        return
    if objects(entry.resource.get("modifierExtension")):
        reason = "has an extension that changes what it means and is not understood"
        reading.report(entry, reason, _lost(entry, reading.knowledge))
    try:
        reading.facts += _facts(usable, document, reading)
    except clinical.Unusable as fault:
        reading.report(entry, str(fault), _lost(entry, reading.knowledge))
    if usable.type == "Condition" and abated_yet_active(usable.resource):
        reading.report(entry, "says both that it is active and that it has ended; taken as uncertain")
    if usable.type in {"DocumentReference", "DiagnosticReport"}:
        _keep(entry, reading, *documents.attachments(usable, reading.origin, document))


def _read_variants(entries: Sequence[Entry], reading: _Reading) -> None:
    told = {each.gene for each in reading.facts if isinstance(each, Genotype) and each.lookup_key != "No Result"}
    for made in genomics.variants_of(entries, told, reading.origin, reading.knowledge):
        if isinstance(made, Problem):
            reading.problems.append(made)
        else:
            reading.facts.append(made)


def _states(entry: Entry, reading: _Reading) -> bool:
    """Whether an entry names something. That there is none of its kind is kept; that nothing is known tells nothing.

    "No known allergies" and its like are statements of their own, read with the allergies.
    """
    said = absent.says(entry.resource, reading.knowledge)
    if said == "none" and (emptied := absent.none_of(entry.type)):
        reading.none_known.add(emptied)
    return said is None or (said == "none" and entry.type == "AllergyIntolerance")


def _read_texts(document: Document, subject: str | None, reading: _Reading) -> None:
    """The texts of the document that are in no clinical resource."""
    linked = documents.linked_binaries(document)
    for entry in document.entries:
        if entry.type == "Composition" and subject_of(entry, document) in {None, subject}:
            reading.documents += documents.sections(entry, reading.origin)
            _compare(entry, reading)
        elif entry.type == "Binary" and entry.name not in linked:
            _keep(entry, reading, *documents.binary(entry, reading.origin))


def _compare(entry: Entry, reading: _Reading) -> None:
    """Reports drugs that a section's words name and no entry of the record does."""
    told = list(documents.narratives(entry))
    held = (
        _drugs_in(" ; ".join(each.display for each in reading.facts if isinstance(each, Fact)), reading)
        if told
        else set()
    )
    for words, kind in told:
        if more := _drugs_in(words, reading) - held:
            reason = f"the words of its {kind} name {len(more)} drug(s) that no entry has"
            reading.report(entry, reason, (kind,))


def _drugs_in(words: str, reading: _Reading) -> set[str]:
    found = (mention.ingredients or (mention.drug_class,) for mention in named(words, reading.knowledge))
    return {name for names in found for name in names if name}


def _keep(entry: Entry, reading: _Reading, texts: list[Attachment], faults: list[Unread]) -> None:
    reading.documents += texts
    for fault in faults:
        reading.report(entry, fault.reason, fault.lost)


def _facts(entry: Entry, document: Document, reading: _Reading) -> Iterator[Fact | Genotype]:
    origin, today = reading.origin, reading.today
    if entry.type in MEDICATIONS:
        return clinical.medication(entry, origin, document, today)
    if entry.type == "AllergyIntolerance":
        return clinical.allergy(entry, origin, reading.knowledge)
    if entry.type in {"Procedure", "Immunization"}:
        return clinical.procedure(entry, origin, today)
    if entry.type == "Observation":
        dated = observations.dated(entry, reading.reported)
        return chain(observations.observation(dated, origin), genomics.genotypes_of(dated, origin, reading.knowledge))
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
