"""Guideline summaries of the former US National Guideline Clearinghouse, in AHRQ's XML.

The clearinghouse closed in July 2018. A summary's status is what it said then ("This is the current release of the
guideline"): the year says how old it is, and requests can filter by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.document import Document, Section, Skipped
from index.grading import marks_of
from index.sources import SUFFIXES
from index.sources.files import document_id, documents
from index.sources.markup import plain, sections_of
from index.sources.xml import parse
from medrag.types import Status

# The fields that are indexed, by AHRQ's FieldID, under the heading that a reader knows.
_SECTIONS = {
    "151": "Major Recommendations",
    "144": "Contraindications",
    "153": "Potential Harms",
    "152": "Potential Benefits",
    "137": "Qualifying Statements",
    "140": "Disease/Condition(s)",
    "129": "Guideline Objective(s)",
}
_TITLE, _STATUS, _RELEASED, _DEVELOPERS, _POPULATION, _AVAILABILITY = "161", "120", "128", "158", "132", "118"
_RECOMMENDATION_SCHEME, _EVIDENCE_SCHEME = "146", "149"
# "1997 (revised 2013 Oct; reviewed 2016)" is of 2013: a review changes nothing.
_YEAR = re.compile(r"(?<!reviewed )\b(?:19|20)\d\d\b")
# Some summaries were encoded twice: their dashes, "≥" and accents are the Latin-1 of UTF-8's bytes.
_TWICE = re.compile(
    "[\u00c2-\u00df][\u0080-\u00bf]|[\u00e0-\u00ef][\u0080-\u00bf]{2}|[\u00f0-\u00f4][\u0080-\u00bf]{3}"
)
_LINK = re.compile(r'href="(https?://[^"]+)"')


def read(path: Path) -> Iterator[Document | Skipped]:
    """The guideline of a file or of every ``.xml`` file in a folder."""
    return documents(path, _document, *SUFFIXES["ngc"])


def _fields(root: Any) -> dict[str, str]:
    """The fields' HTML by FieldID; a field that stands twice counts once."""
    values: dict[str, str] = {}
    for element in root.iter("Field"):
        value = "\n".join(each.get("Value") or "" for each in element.iter("FieldValue"))
        values.setdefault(element.get("FieldID"), _TWICE.sub(_decoded, value))
    return values


def _decoded(match: re.Match[str]) -> str:
    try:
        return match.group().encode("latin-1").decode()
    except UnicodeDecodeError:
        return match.group()


def _document(file: Path, root: Path) -> Document | Skipped:
    fields = _fields(parse(file))
    if _TITLE not in fields:
        return Skipped(str(file), "it is no guideline summary: it has no title field")
    sections: list[Section] = []
    for number, heading in _SECTIONS.items():
        sections += sections_of(fields.get(number, ""), (heading,))
    if not sections:
        return Skipped(str(file), "it holds no text")
    years = _YEAR.findall(plain(fields.get(_RELEASED, "")))
    link = _LINK.search(fields.get(_AVAILABILITY, ""))
    return Document(
        id=document_id(file, root),
        title=plain(fields[_TITLE]).rstrip("."),
        sections=tuple(sections),
        organisations=_developers(fields.get(_DEVELOPERS, "")),
        year=max(map(int, years)) if years else None,
        status=_status(plain(fields.get(_STATUS, ""))),
        population=plain(fields.get(_POPULATION, "")) or None,
        url=link.group(1) if link else None,
        marks=marks_of(plain(fields.get(_RECOMMENDATION_SCHEME, "")), plain(fields.get(_EVIDENCE_SCHEME, ""))),
    )


def _developers(value: str) -> tuple[str, ...]:
    """Names without their kind: "American College of Physicians - Medical Specialty Society"."""
    names = (plain(line).rpartition(" - ")[0] or plain(line) for line in value.split("\n"))
    return tuple(dict.fromkeys(name for name in names if name))


def _status(words: str) -> Status:
    if "withdrawn" in words and "current release" not in words:
        return "withdrawn"
    return "current" if not words or "current release" in words else "superseded"
