"""C-CDA documents, their sections or single entries, as FHIR R4."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from html import escape
from typing import Any

from medrag.errors import PatientError
from medrag.patient.fhir.values import Json
from medrag.patient.hl7 import cda_drugs, cda_entries, cda_unread
from medrag.patient.hl7.cda_nodes import (
    Narrative,
    attribute,
    child,
    children,
    lines_in,
    name_of,
    templates,
    words_in,
)
from medrag.patient.hl7.resources import LOINC, bundle, gender, moment, present
from medrag.types import Problem

NAMESPACE = "urn:hl7-org:v3"
ROOTS = {"ClinicalDocument", "component", "section", "entry", "act", "observation", "organizer", "procedure"}
ROOTS |= {"substanceAdministration", "encounter", "structuredBody", "fragment"}


def read_cda(root: Any, origin: str, today: date) -> tuple[Json, list[Problem]]:
    """The patient of a C-CDA document (or a part of one) as a FHIR R4 Bundle, and what was not read.

    Raises ``PatientError`` for a document about several patients.
    """
    people = list(children(root, "recordTarget", "patientRole"))
    if len(people) > 1:
        raise PatientError(f"{origin}: is a C-CDA document about {len(people)} patients; give one of each")
    narrative = Narrative.of(root)
    unused = _unused(root, narrative, today)
    worded = [each for each in root.iter() if name_of(each) == "section" and child(each, "entry") is not None]
    told = [*(each for each in unused if child(each, "entry") is None), *worded]
    found = [*_entries(root, narrative, today), *_unstructured(root), *_composition(told)]
    patient = _patient(people[0]) if people else {}
    return bundle(patient, found), list(cda_unread.problems(root, unused, KNOWN, origin))


def _patient(role: Any) -> Json:
    person = child(role, "patient")
    named = child(person, "name")
    ids = ((each.get("extension"), each.get("root")) for each in children(role, "id"))
    dead = child(person, "deceasedTime"), child(person, "deceasedInd")
    return present(
        {
            "identifier": [present({"value": v, "system": f"urn:oid:{r}" if r else None}) for v, r in ids if v],
            "name": [_name(named)] if named is not None else None,
            "gender": gender(attribute(person, "code", "administrativeGenderCode")),
            "birthDate": (moment(attribute(person, "value", "birthTime")) or "")[:10],
            "deceasedDateTime": moment(dead[0].get("value")) if dead[0] is not None else None,
            "deceasedBoolean": True
            if dead[0] is None and dead[1] is not None and dead[1].get("value") == "true"
            else None,
        }
    )


def _name(named: Any) -> Json:
    given = [said for each in children(named, "given") if (said := words_in(each))]
    return present(
        {"family": words_in(child(named, "family")), "given": given, "text": None if given else words_in(named)}
    )


def _entries(root: Any, narrative: Narrative, today: date, above: Any = None) -> Iterator[Json]:
    """Every entry whose template is known, in the document's order; what it is related to is read with it.

    ``above`` is the act or organizer around, whose status and time its entries have.
    """
    made = _entry(root, above, narrative, today)
    if made is not None:
        other = {} if _is_of_patient(root) else {"subject": _RELATIVE, "patient": _RELATIVE}
        yield from ({**each, **other} for each in made if each)
        return
    around = root if name_of(root) in {"act", "organizer"} else above
    for each in root:
        if name_of(each) and name_of(each) not in {"text", "recordTarget", "author", "informant"}:
            yield from _entries(each, narrative, today, around)


def _is_of_patient(element: Any) -> bool:
    """Whether neither it nor what it stands in has a subject of its own, but for entries of a family history."""
    around = (element, *element.iterancestors())
    return bool(templates(element) & cda_entries.FAMILY) or not any(
        child(each, "subject", "relatedSubject") is not None for each in around
    )


def _entry(element: Any, above: Any, narrative: Narrative, today: date) -> list[Json | None] | None:
    """The resources of an entry; None where its template is not one that is read."""
    ids = templates(element) if name_of(element) in ROOTS else set()
    read = next((reader for known, reader in _READERS if ids & known), None)
    return read(element, above, narrative, today) if read else None


def _problem(element: Any, above: Any, narrative: Narrative, _: date) -> list[Json | None]:
    return [cda_entries.problem(element, above, narrative), *_details(element, narrative)]


def _pregnancy(element: Any, _: Any, narrative: Narrative, today: date) -> list[Json | None]:
    return [cda_entries.pregnancy(element, narrative, today), *_details(element, narrative)]


def _details(element: Any, narrative: Narrative) -> list[Json | None]:
    """What a pregnancy is related to: its expected end, its weeks."""
    return [
        cda_entries.measured(each, element, narrative)
        for each in cda_entries.related(element, cda_entries.PREGNANCY_DETAIL)
    ]


_MEASURED = cda_entries.RESULT | cda_entries.SOCIAL | cda_entries.PREGNANCY_DETAIL
_READERS: tuple[tuple[set[str], Callable[[Any, Any, Narrative, date], list[Json | None]]], ...] = (
    (cda_entries.ALLERGY, lambda each, above, said, _: [cda_entries.allergy(each, above, said)]),
    (cda_entries.PROBLEM, _problem),
    (cda_entries.PREGNANCY, _pregnancy),
    (_MEASURED, lambda each, above, said, _: [cda_entries.measured(each, above, said)]),
    (cda_drugs.MEDICATION, lambda each, _, said, today: [cda_drugs.medication(each, said, today)]),
    (cda_drugs.IMMUNIZATION, lambda each, _, said, __: [cda_drugs.immunization(each, said)]),
    (cda_entries.FAMILY, lambda each, _, said, __: [cda_entries.family(each, said)]),
    (cda_entries.PROCEDURE, lambda each, _, said, __: [cda_entries.procedure(each, said)]),
)
"""By templates: what makes FHIR of an entry, the act or organizer around it, the document's words and the day."""
_RELATIVE = {"reference": "RelatedPerson/relative"}
KNOWN = frozenset().union(*(known for known, _ in _READERS))
"""The templates of entries that are read."""


def _unstructured(root: Any) -> Iterator[Json]:
    """A document's body that is no XML, attached, to be read as a note where it is text."""
    for held in children(root, "component", "nonXMLBody", "text"):
        kind = held.get("mediaType") or "text/plain"
        data = "".join(held.itertext()).strip()
        if held.get("representation") != "B64":
            data = base64.b64encode(data.encode()).decode()
        attachment = {"contentType": kind, "data": data} if data else {"contentType": kind, "url": "linked"}
        yield {
            "resourceType": "DocumentReference",
            "status": "current",
            "content": [{"attachment": attachment}],
        }


def _unused(root: Any, narrative: Narrative, today: date) -> list[Any]:
    """The sections of words that nothing was read from."""
    return [
        section
        for section in root.iter()
        if name_of(section) == "section"
        and not section.get("nullFlavor")
        and words_in(child(section, "text"))
        and not any(name_of(each) == "section" for each in section.iterdescendants())
        and not any(_entries(section, narrative, today))
    ]


def _composition(sections: Sequence[Any]) -> Iterator[Json]:
    """Sections as those of a FHIR document: words alone are read as notes, others held against their entries."""
    held = [
        present(
            {
                "code": {"coding": [{"system": LOINC, "code": attribute(each, "code", "code") or ""}]},
                "title": words_in(child(each, "title")),
                "text": {"div": f"<div>{'<br/>'.join(map(escape, lines_in(child(each, 'text'))))}</div>"},
                "entry": [{"display": "read"}] if child(each, "entry") is not None else None,
            }
        )
        for each in sections
        if child(each, "text") is not None
    ]
    if held:
        yield {"resourceType": "Composition", "status": "final", "section": held}
