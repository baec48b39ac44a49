"""Patients as rows of a CSV or TSV file, for batches.

Columns are the fields of the patient schema (``age_years``, ``sex``, ``weight_kg``, ``conditions``...; lists are
separated by semicolons), ``genotypes`` ("CYP2C19 *2/*2; CYP2D6 Poor Metabolizer"), and any measurement by name
with its unit in brackets: ``creatinine (mg/dL)``. ``id`` and ``question`` are kept beside the patient.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from medrag.errors import PatientError
from medrag.knowledge import Knowledge
from medrag.patient.formats.rows import split_rows
from medrag.patient.genotypes import GENE, genotypes
from medrag.patient.measures import analytes
from medrag.types import Patient

_SYNONYMS = {"age": "age_years", "weight": "weight_kg", "height": "height_cm", "gender": "sex", "dob": "birth_date"}
_LISTS = ("conditions", "allergies", "medications", "observations", "procedures", "imaging")
_NUMBERS = ("age_years", "weight_kg", "height_cm")
_FLAGS = ("pregnant", "lactating", "no_known_allergies")
_YES, _NO = {"yes", "y", "true", "1"}, {"no", "n", "false", "0"}
_MEASURED = re.compile(r"(?P<name>[^(\[]+?)\s*[(\[](?P<unit>[^)\]]+)[)\]]")
_BESIDE = {"id", "question"}
_HEADER_CHARACTERS = 5000
_PROSE = re.compile(r"(?:^|_)\d|[.:]$|:_")
"""A figure by itself, a stop or a colon, which no field's name has: the line is a note's."""


@dataclass(frozen=True)
class Row:
    """One row: its number in the file (the header is 1), its id and question where given, and the patient."""

    number: int
    id: str | None
    question: str | None
    patient: Patient


def is_patient_table(text: str) -> bool:
    """Whether the first line names at least one particular or list of the patient schema, and nothing unknown."""
    names = _columns(text[:_HEADER_CHARACTERS])
    if any(_PROSE.search(name) for name in names):
        return False
    return bool(names) and bool(set(names) & {*_NUMBERS, *_FLAGS, *_LISTS, "sex", "birth_date"}) and len(names) > 1


def read_rows(text: str, origin: str, today: date, knowledge: Knowledge) -> Iterator[Row | PatientError]:
    """Each row as a patient, cleaned and completed, or the error that says what is wrong with it, naming the row.

    Raises ``PatientError`` for a header with a column that is not known.
    """
    names = _columns(text)
    unknown = [position for position, name in enumerate(names, start=1) if not _known(name, knowledge)]
    if unknown:
        raise PatientError(f"{origin}: column {unknown[0]} of the header is no field of a patient")
    for number, row in enumerate(split_rows(text, _delimiter(text), origin)[1:], start=2):
        cells = {name: cell.strip() for name, cell in zip(names, row, strict=False) if cell.strip()}
        if not cells:
            continue
        try:
            patient = _patient(cells, f"{origin}:row {number}", today, knowledge)
        except PatientError as error:
            yield error
            continue
        yield Row(number, cells.get("id"), cells.get("question"), patient)


def _patient(cells: dict[str, str], origin: str, today: date, knowledge: Knowledge) -> Patient:
    from medrag.patient.formats.structured import read_structured
    from medrag.patient.record.complete import complete

    content: dict[str, Any] = {}
    measured: list[Any] = []
    for name, cell in cells.items():
        if name in _BESIDE:
            continue
        if name in _FLAGS:
            content[name] = _flag(cell, name, origin)
        elif name in _NUMBERS:
            content[name] = _number(cell, name, origin)
        elif name in _LISTS:
            content[name] = [{"display": each, "source": origin} for each in _split(cell)]
        elif name == "genotypes":
            content[name] = [made for each in _split(cell) for made in _genotypes(each, origin, knowledge)]
        elif match := _MEASURED.fullmatch(name):
            value = _number(cell, match["name"], origin)
            measured.append({"display": match["name"], "value": value, "unit": match["unit"], "source": origin})
        else:
            content[name] = cell.casefold() if name == "sex" else cell
    content["sex"] = {"f": "female", "m": "male"}.get(content.get("sex", ""), content.get("sex"))
    content["observations"] = [*content.get("observations", ()), *measured]
    return complete(read_structured(content, origin, knowledge), today, knowledge)


def _columns(text: str) -> list[str]:
    first = split_rows(text.lstrip().split("\n", 1)[0], _delimiter(text), "header")
    folded = [cell.lstrip("\ufeff") for cell in (first[0] if first else [])]
    plain = [cell.casefold().replace(" ", "_") for cell in folded]
    return [
        _SYNONYMS.get(p, p if "(" not in cell and "[" not in cell else cell)
        for cell, p in zip(folded, plain, strict=True)
    ]


def _known(name: str, knowledge: Knowledge) -> bool:
    if name in _BESIDE or name in Patient.model_fields:
        return True
    match = _MEASURED.fullmatch(name)
    return match is not None and analytes.identify(match["name"], knowledge) is not None


def _delimiter(text: str) -> str:
    return "\t" if "\t" in text.split("\n", 1)[0] else ","


def _split(cell: str) -> list[str]:
    return [item.strip() for item in cell.split(";") if item.strip()]


def _number(cell: str, name: str, origin: str) -> float:
    try:
        return float(cell)
    except ValueError:
        raise PatientError(f"{origin}: {name} is not a number", param=name) from None


def _flag(cell: str, name: str, origin: str) -> bool | None:
    if (folded := cell.casefold()) in _YES | _NO:
        return folded in _YES
    if folded in {"unknown", "na", "n/a"}:
        return None
    raise PatientError(f"{origin}: {name} is neither yes nor no", param=name)


def _genotypes(item: str, origin: str, knowledge: Knowledge) -> list[dict[str, Any]]:
    gene, _, result = item.partition(" ")
    if not GENE.fullmatch(gene.upper()):
        raise PatientError(f"{origin}: genotypes has an entry that does not start with a gene", param="genotypes")
    return [each.model_dump() for each in genotypes(gene.upper(), result, None, None, origin, knowledge)]
