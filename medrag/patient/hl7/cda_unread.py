"""What of a C-CDA document was not read: entries of other templates, by the section they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from typing import Any

from medrag.patient.hl7.cda_nodes import attribute, child, children, name_of, templates
from medrag.types import ANY_LIST, Lost, Problem

# LOINC's sections that are read where they hold entries, and those that hold nothing which is read.
_SECTIONS = {
    "48765-2": "allergies",
    "11450-4": "problems",
    "11348-0": "past illness",
    "10160-0": "medications",
    "42346-7": "medications on admission",
    "10183-2": "medications at discharge",
    "75311-1": "medications at discharge",
    "29549-3": "medications administered",
    "11535-2": "diagnoses at discharge",
    "46241-6": "diagnoses on admission",
    "30954-2": "results",
    "8716-3": "vital signs",
    "29762-2": "social history",
    "90767-5": "pregnancy",
    "47519-4": "procedures",
    "11369-6": "immunizations",
    "10157-6": "family history",
    "46240-8": "encounters",
    "46264-8": "medical equipment",
    "18776-5": "plan of treatment",
    "51847-2": "assessment and plan",
    "51848-0": "assessment",
    "10164-2": "present illness",
    "11329-0": "general history",
    "8648-8": "hospital course",
    "29545-1": "physical examination",
    "10154-3": "chief complaint",
    "47420-5": "functional status",
    "10190-7": "mental status",
    "61146-7": "goals",
    "75310-3": "health concerns",
    "62387-6": "interventions",
    "61144-2": "nutrition",
    "11493-4": "hospital discharge studies",
    "10210-3": "hospital discharge physical",
}
_DRUGS = ("substanceAdministration", "supply")
# The lists that a section's entries belong to, and the elements that an entry of it is.
_LISTS: dict[str, tuple[Lost, tuple[str, ...]]] = {
    "48765-2": ("allergies", ("act", "observation")),
    **dict.fromkeys(("11450-4", "11348-0", "11535-2", "46241-6"), ("conditions", ("act", "observation"))),
    **dict.fromkeys(("10160-0", "42346-7", "10183-2", "75311-1", "29549-3"), ("medications", _DRUGS)),
    **dict.fromkeys(("30954-2", "8716-3"), ("observations", ("observation",))),
}
_STATEMENTS = ("act", "observation", *_DRUGS)
_LOINC = re.compile(r"\d{1,6}-\d")


def problems(root: Any, unused: Sequence[Any], known: Set[str], origin: str) -> Iterator[Problem]:
    """The sections with entries that were not read, by name: the ``unused`` ones, and those with entries of templates
    that are not ``known``, whose lists are then not whole.
    """
    lost: dict[Lost, None] = {}
    left = {id(each): each for each in unused if child(each, "entry") is not None}
    for section in (each for each in root.iter() if name_of(each) == "section"):
        code = attribute(section, "code", "code") or ""
        lists, statements = _of_section(code)
        if any(_is_other(entry, known, statements) for entry in children(section, "entry")) and lists:
            left[id(section)] = section
            lost |= dict.fromkeys(lists)
    if left:
        codes = (attribute(each, "code", "code") or "" for each in left.values())
        listed = ", ".join(dict.fromkeys(_SECTIONS.get(code, "one of another kind") for code in codes))
        yield Problem(source=origin, reason=f"sections with entries that were not read: {listed}", lost=tuple(lost))


def _of_section(code: str) -> tuple[tuple[Lost, ...], tuple[str, ...]]:
    """A section without LOINC's code may be any."""
    if code in _LISTS:
        held, statements = _LISTS[code]
        return (held,), statements
    return (() if _LOINC.fullmatch(code) else ANY_LIST), _STATEMENTS


def _is_other(entry: Any, known: Set[str], statements: Sequence[str]) -> bool:
    """Whether an entry states something by templates of which none is known."""
    inside = [each for each in entry.iter() if isinstance(each.tag, str)]
    stated = any(name_of(each) in statements and not each.get("nullFlavor") for each in inside)
    return stated and not any(templates(each) & known for each in inside)
