"""FHIR's data types (https://hl7.org/fhir/R4/datatypes.html) as plain Python values.

Resources come here as JSON objects that were validated already, or were read leniently: nothing below trusts
a shape it has not looked at.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

Json = dict[str, Any]

SYSTEMS = {
    "http://snomed.info/sct": "SNOMED",
    "http://loinc.org": "LOINC",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
    "http://hl7.org/fhir/sid/icd-10": "ICD-10",
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10",
    "http://hl7.org/fhir/sid/icd-9-cm": "ICD-9",
    "http://hl7.org/fhir/sid/ndc": "NDC",
    "http://hl7.org/fhir/sid/cvx": "CVX",
    "http://www.whocc.no/atc": "ATC",
    "http://fdasis.nlm.nih.gov": "UNII",
    "http://www.ama-assn.org/go/cpt": "CPT",
    "urn:oid:2.16.840.1.113883.6.96": "SNOMED",
    "urn:oid:2.16.840.1.113883.6.1": "LOINC",
    "urn:oid:2.16.840.1.113883.6.88": "RxNorm",
    "urn:oid:2.16.840.1.113883.6.90": "ICD-10",
}
_PACKAGES = {"NDC", "UNII", "CPT"}
"""Known systems whose codes say less of what is meant than another coding beside them."""
UCUM = "http://unitsofmeasure.org"


class Code(NamedTuple):
    """A CodeableConcept in short: its best name and its best-known code."""

    display: str
    code: str | None
    system: str | None


def objects(value: Any) -> list[Json]:
    """``value`` as a list of JSON objects, whether it was one, a list of them, or neither."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def text(value: Any) -> str | None:
    """A non-empty string with its white space tidied, else ``None``."""
    tidy = " ".join(value.split()) if isinstance(value, str) else ""
    return tidy or None


def concept(value: Any) -> Code | None:
    """The name and code of a CodeableConcept (or a list of them: the first that says anything)."""
    for item in objects(value):
        codings = sorted(objects(item.get("coding")), key=_rank)
        best: Json = codings[0] if codings else {}
        code = text(best.get("code"))
        name = text(best.get("display")) or text(item.get("text")) or _first_display(codings) or code
        if name:
            return Code(name, code, system_name(best.get("system")) if code else None)
    return None


def codes(value: Any) -> Iterator[tuple[str | None, str]]:
    """Every (system, code) of a CodeableConcept or a list of them."""
    for item in objects(value):
        for coding in objects(item.get("coding")):
            if code := text(coding.get("code")):
                yield system_name(coding.get("system")), code


def code_of(value: Any) -> str | None:
    """The first code of a CodeableConcept that stands for a status; a bare string counts as one."""
    if isinstance(value, str):
        return text(value)
    first = next((code for _, code in codes(value)), None)
    return first or next((text(item.get("text")) for item in objects(value)), None)


def system_name(url: Any) -> str | None:
    """The usual short name of a code system, or its URL."""
    return SYSTEMS.get(url.rstrip("/"), url) if isinstance(url, str) and url else None


def _rank(coding: Json) -> int:
    system = system_name(coding.get("system"))
    return 1 if system in _PACKAGES else 0 if system in SYSTEMS.values() else 2


def _first_display(codings: list[Json]) -> str | None:
    return next((name for coding in codings if (name := text(coding.get("display")))), None)


_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(T.+)?)?)?")


def moment_of(value: Any) -> date | datetime | None:
    """A FHIR date, dateTime or instant. A partial date stands for its first day (the earliest it can mean)."""
    match = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if not match:
        return None
    year, month, day, clock = match.groups()
    try:
        if clock:
            return datetime.fromisoformat(value.strip())
        return date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None


def when(resource: Json, *fields: str) -> date | datetime | None:
    """The first of ``fields`` that holds a date; of a Period its start (or, lacking one, its end)."""
    for name in fields:
        value = resource.get(name)
        if isinstance(value, dict):
            found = moment_of(value.get("start")) or moment_of(value.get("end"))
        else:
            found = moment_of(value)
        if found:
            return found
    return None


def quantity(value: Any) -> tuple[float | str | None, str | None]:
    """A Quantity's value and unit (its UCUM code where it has one); with a comparator the value is text, "<5"."""
    if not isinstance(value, dict):
        return None, None
    number = finite(value.get("value"))
    unit = text(value.get("code")) if value.get("system") == UCUM else None
    unit = unit or text(value.get("unit")) or text(value.get("code"))
    comparator = text(value.get("comparator"))
    if number is not None and comparator:
        return f"{comparator}{number:g}", unit
    return number, unit


def finite(value: Any) -> float | None:
    """A JSON number (or a string that holds one) as a finite float."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def notes_of(resource: Json) -> str | None:
    """The texts of a resource's ``note`` annotations."""
    texts = [found for item in objects(resource.get("note")) if (found := text(item.get("text")))]
    return " ".join(texts) or None
