"""The texts that a FHIR record holds: attachments, loose Binaries, and sections of a Composition without entries."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from html import escape, unescape
from typing import NamedTuple

from medrag.errors import PatientError
from medrag.patient.fhir.bundle import Document, Entry
from medrag.patient.fhir.observations import DATES
from medrag.patient.fhir.values import Json, code_of, codes, concept, objects, text, when
from medrag.types import Lost

_TEXT_TYPES = ("text/plain", "text/html", "text/markdown", "application/xhtml+xml")
MAX_ATTACHMENT_BYTES = 2_000_000
MAX_PDF_BYTES = 20_000_000
"""Characters of base64."""
_MAX_NESTING = 4
_TAG = re.compile(r"<[^<>]*>")
# LOINC codes of a document's sections, as the headings by which notes are read.
_HEADINGS = {
    "48765-2": "Allergies",
    "10160-0": "Medications",
    "11450-4": "Problem list",
    "11348-0": "Past medical history",
    "47519-4": "Past surgical history",
    "30954-2": "Labs",
    "8716-3": "Vital signs",
    "10157-6": "Family history",
    "18776-5": "Plan",
}


@dataclass(frozen=True)
class Attachment:
    """The text of a document in the record: where it stands, when it was written, and whether it still holds."""

    source: str
    text: str
    date: date | datetime | None
    current: bool


class Unread(NamedTuple):
    """Why a text, or a part of one, was not read, and the lists that it may have belonged to."""

    reason: str
    lost: tuple[Lost, ...] = ()


def attachments(entry: Entry, origin: str, document: Document) -> tuple[list[Attachment], list[Unread]]:
    """The texts a DocumentReference or a DiagnosticReport carries, and why others could not be read."""
    resource = entry.resource
    held = [item.get("attachment") for item in objects(resource.get("content"))] + objects(
        resource.get("presentedForm")
    )
    moment = when(resource, "date", *DATES)
    current = code_of(resource.get("status")) not in {"superseded", "entered-in-error", "cancelled"}
    texts: list[Attachment] = []
    problems: list[Unread] = []
    for position, item in enumerate(objects(held)):
        words, faults = _decoded(_linked(item, resource, document))
        if words:
            texts.append(Attachment(f"{origin}#{entry.name}/attachment[{position}]", words, moment, current))
        problems += [each._replace(reason=f"attachment[{position}]: {each.reason}") for each in faults]
    return texts, problems


def _linked(item: Json, parent: Json, document: Document) -> Json:
    """The attachment, with the data of the Binary in the same document that it links to."""
    binary = None if "data" in item else document.resolve({"reference": item.get("url")}, parent)
    if binary is None or binary.get("resourceType") != "Binary":
        return item
    return {**item, "contentType": item.get("contentType") or binary.get("contentType"), "data": binary.get("data")}


def linked_binaries(document: Document) -> set[str]:
    """The names of the Binaries that some attachment of the document links to."""
    names = {id(each.resource): each.name for each in document.entries if each.type == "Binary"}
    found = set()
    for entry in document.entries if names else ():
        held = [item.get("attachment") for item in objects(entry.resource.get("content"))]
        for item in objects(held) + objects(entry.resource.get("presentedForm")):
            target = document.resolve({"reference": item.get("url")}, entry.resource)
            if name := names.get(id(target)):
                found.add(name)
    return found


def binary(entry: Entry, origin: str) -> tuple[list[Attachment], list[Unread]]:
    """The text of a Binary that stands on its own, or why it could not be read."""
    words, faults = _decoded(entry.resource)
    return ([Attachment(f"{origin}#{entry.name}", words, None, True)] if words else []), faults


def sections(entry: Entry, origin: str) -> Iterator[Attachment]:
    """The narratives of a Composition's sections that have no entries: they are all that is said there."""
    moment = when(entry.resource, "date")
    current = code_of(entry.resource.get("status")) != "entered-in-error"
    for place, section in _nested(entry.resource, "", 0):
        narrative = section.get("text")
        words = text(narrative.get("div")) if isinstance(narrative, dict) else None
        if words and not objects(section.get("entry")):
            source = f"{origin}#{entry.name}/{place.lstrip('/')}"
            yield Attachment(source, f"<p>{escape(_heading(section))}:</p><div>{words}</div>", moment, current)


_COMPARED: dict[str, Lost] = {"48765-2": "allergies", **dict.fromkeys(("10160-0", "10183-2", "42346-7"), "medications")}


def narratives(entry: Entry) -> Iterator[tuple[str, Lost]]:
    """The words of a Composition's sections of drugs or allergies that have entries, and the list of these."""
    for _, section in _nested(entry.resource, "", 0):
        narrative = section.get("text")
        words = text(narrative.get("div")) if isinstance(narrative, dict) else None
        kind = next((_COMPARED[code] for _, code in codes(section.get("code")) if code in _COMPARED), None)
        if words and kind and objects(section.get("entry")):
            yield unescape(_TAG.sub(" ", words)), kind


def _nested(holder: Json, place: str, depth: int) -> Iterator[tuple[str, Json]]:
    for position, section in enumerate(objects(holder.get("section"))):
        here = f"{place}/section[{position}]"
        yield here, section
        if depth < _MAX_NESTING:
            yield from _nested(section, here, depth + 1)


def _heading(section: Json) -> str:
    """The heading that the section's code stands for, else its title."""
    known = next((_HEADINGS[code] for _, code in codes(section.get("code")) if code in _HEADINGS), None)
    named = concept(section.get("code"))
    return known or text(section.get("title")) or (named.display if named else "Section")


def _decoded(item: Json) -> tuple[str | None, list[Unread]]:
    kind = (text(item.get("contentType")) or "").casefold()
    data = item.get("data")
    if not isinstance(data, str):
        return None, [Unread("is only linked to; links are not followed")]
    pdf = kind.startswith("application/pdf")
    if not pdf and not kind.startswith(_TEXT_TYPES):
        return None, [Unread("is not text and was not read")]
    if len(data) > (MAX_PDF_BYTES if pdf else MAX_ATTACHMENT_BYTES):
        return None, [Unread("is too large and was not read")]
    try:
        content = base64.b64decode(data, validate=False)
        return _of_pdf(content) if pdf else (content.decode(), [])
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None, [Unread("does not decode as base64" if pdf else "does not decode as base64 UTF-8 text")]


def _of_pdf(content: bytes) -> tuple[str | None, list[Unread]]:
    from medrag.patient.formats.documents import pdf_text

    try:
        words, problems = pdf_text(content, "it")
    except PatientError as error:
        return None, [Unread(f"{error}".removeprefix("it: "))]
    return words, [Unread(each.reason, each.lost) for each in problems]
