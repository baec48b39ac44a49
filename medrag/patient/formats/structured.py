"""The record as JSON of medrag's own schema (``docs/patient.schema.json``), written by hand or by a program."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from medrag.errors import PatientError
from medrag.knowledge import Knowledge
from medrag.patient.formats.note.values import measurements
from medrag.patient.record.facts import LISTS
from medrag.reading.allergies import says_none
from medrag.reading.languages.gloss import in_english
from medrag.types import Lost, Patient, Problem

_MEASURED = re.compile(
    r"\s*(?P<name>[A-Za-z][\w .+/()-]*?)\s*[:=]?\s+(?P<value>-?\d+(?:\.\d+)?)\s*(?P<unit>[^\d\s].*?)?\s*"
)
NAMED: tuple[Lost, ...] = ("conditions", "allergies", "medications")
_NONE = re.compile(r"\s*(?:none|nil|n/?a|no medications?|no conditions)\s*", re.IGNORECASE)
_DENIED = re.compile(r"\s*(?:no|denies|negative for|without)\s+(?P<what>(?!known\b).+)", re.IGNORECASE)


def read_structured(content: dict[str, Any], origin: str, knowledge: Knowledge) -> Patient:
    """A ``Patient`` from an object of its schema. Raises ``PatientError`` naming the first field that is wrong.

    Plain strings are read as people write them: ``"creatinine 1.2 mg/dL"``, ``"NKDA"``, ``"no diabetes"``; measurements
    by their names in ``knowledge``.
    """
    tidy = _with_unknowns({name: value for name, value in content.items() if name != "$schema"})
    for name, read in _PLAIN.items():
        if isinstance(held := tidy.get(name), list | tuple):
            tidy[name] = [
                made for each in held for made in (read(each, knowledge) if isinstance(each, str) else [each])
            ]
    try:
        patient = Patient.model_validate(tidy)
    except ValidationError as error:
        raise PatientError(f"{origin}: {_first(error)}", param=_place(error.errors()[0]["loc"])) from None
    blank = [name for name in NAMED for each in getattr(patient, name) or () if not each.display.strip()]
    problems = tuple(
        Problem(source=origin, reason=f"{name} has an entry without a name", lost=(name,)) for name in blank
    )
    return patient.model_copy(update={"problems": patient.problems + problems})


def written(patient: Patient) -> dict[str, Any]:
    """The patient as JSON for readers that iterate over every list: ``not_recorded`` names those that are None.

    :func:`read_structured` reads it back as it was.
    """
    content = patient.model_dump(mode="json")
    absent = [name for name in LISTS if content[name] is None]
    return {**content, **{name: [] for name in absent}, "not_recorded": absent}


def _with_unknowns(content: dict[str, Any]) -> dict[str, Any]:
    """The object with None for each empty list that it says is not recorded.

    Under ``not_recorded`` or, as medrag wrote before it had that, by a line of ``missing`` ("medications: not...").
    """
    named, lines = (content.get(field) for field in ("not_recorded", "missing"))
    absent = {each for each in named if isinstance(each, str)} if isinstance(named, list) else set()
    absent |= {line.partition(":")[0] for line in lines if isinstance(line, str)} if isinstance(lines, list) else set()
    unknown = {name: None for name in absent & LISTS.keys() if content.get(name) in ([], ())}
    return {name: value for name, value in {**content, **unknown}.items() if name != "not_recorded"}


def _measurements(words: str, knowledge: Knowledge) -> list[Any]:
    """Plain words as measurements: "creatinine 1.2 mg/dL", "BP 120/80"; other words stay as they are."""
    known = [each.model_dump(exclude={"source"}) for each in measurements(words, "structured", None, knowledge)]
    if known:
        return known
    match = _MEASURED.fullmatch(words)
    return [{"display": match["name"], "value": float(match["value"]), "unit": match["unit"]}] if match else [words]


def _allergies(words: str, knowledge: Knowledge) -> list[Any]:
    """Plain words as allergies: "NKDA" and "none" are the statement that there are none."""
    said = in_english(words, knowledge)
    if says_none(said) or _NONE.fullmatch(said):
        return [{"display": "No known allergies", "status": "negated"}]
    return [words]


def _conditions(words: str, knowledge: Knowledge) -> list[Any]:
    """Plain words as conditions: "no diabetes" is a negated one, "none" is no entry at all."""
    said = in_english(words, knowledge)
    if match := _DENIED.fullmatch(said):
        return [{"display": match["what"], "status": "negated"}]
    return [] if _NONE.fullmatch(said) else [words]


def _medications(words: str, knowledge: Knowledge) -> list[Any]:
    return [] if _NONE.fullmatch(in_english(words, knowledge)) else [words]


_PLAIN: dict[str, Callable[[str, Knowledge], list[Any]]] = {
    "observations": _measurements,
    "allergies": _allergies,
    "conditions": _conditions,
    "medications": _medications,
}


def _first(error: ValidationError) -> str:
    """The first fault, by field and kind; the value given is not repeated."""
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    first = faults[0]
    if first["type"] == "extra_forbidden":
        place = _place(first["loc"][:-1])
        said = f"{f'{place} has' if place else 'has'} a field that the patient schema does not have"
    else:
        said = f"{_place(first['loc']) or 'the object'}: {_message(first)}"
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return said + more


def _message(fault: Any) -> str:
    """Pydantic's wording is used only where it cannot quote the input."""
    known = {
        "literal_error": "is not one of the allowed values",
        "enum": "is not one of the allowed values",
        "missing": "is required",
    }
    kind = str(fault["type"])
    if kind in known:
        return known[kind]
    return (
        str(fault["msg"]).split(",")[0] if kind.endswith(("_type", "_parsing", "_equal", "_than")) else "is not valid"
    )


def _place(location: tuple[int | str, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location).lstrip(".")
