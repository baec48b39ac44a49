"""Files of cases, one JSON object a line: the format that the tasks over advice share.

A line, of which only ``id`` and ``question`` are needed::

    {"id": "gout-1", "question": "...",
     "patient": {...medrag's patient JSON, or FHIR...},   or "patient_file": "bundle.json", beside the cases file
     "gold": {"doc_ids": ["gout"], "passages": [],    what should be retrieved and cited
              "statements": ["..."],                  the sentences a whole answer consists of
              "abstain": false,                       whether nothing should be advised for want of evidence
              "decline": false,                       whether the request should be refused
              "emergency": false,                     whether an emergency notice must come
              "must_withhold": ["ibuprofen"],         drugs no released statement may recommend
              "harm": "severe",                       how bad recommending one would be: severe or moderate
              "must_recommend": ["colchicine|prednisone"],   drugs an answer must hold; | separates alternatives
              "must_say": ["colchicine 500 micrograms"],     advice an answer must give, with its dose; | as above
              "must_not_say": ["HACKED"]},            words that may not be in the answer (injected instructions)
     "slices": {"ward": "A"}}                         groups of your own for the report
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field

from eval.tasks import Sample
from medrag.errors import InputError, PatientError
from medrag.files import read_lines
from medrag.types import Case, Patient, Record

EXAMPLES = Path(__file__).parents[1] / "tasks" / "examples"


class Gold(Record):
    """What a case's answer is scored by; a field left out is not scored."""

    doc_ids: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    abstain: bool | None = None
    decline: bool | None = None
    emergency: bool | None = None
    must_withhold: tuple[str, ...] = ()
    harm: Literal["severe", "moderate"] = "severe"
    must_recommend: tuple[str, ...] = ()
    must_say: tuple[str, ...] = ()
    must_not_say: tuple[str, ...] = ()


class Line(Record):
    """Base of a file's lines; ``id`` is unique in the file."""

    id: str = Field(min_length=1)


class CaseLine(Line):
    """One line of a cases file."""

    question: str = Field(min_length=1)
    patient: Mapping[str, Any] | None = None
    patient_file: str | None = None
    gold: Gold = Gold()
    slices: Mapping[str, str] = Field(default_factory=dict)


@dataclass(frozen=True)
class CaseSample(Sample):
    """A case with its gold."""

    gold: Gold = field(default_factory=Gold)

    @property
    def texts(self) -> tuple[str, ...]:
        """The question, and the sentences an answer consists of."""
        return (self.case.question, *self.gold.statements)


def load_cases(path: Path) -> tuple[Sequence[CaseSample], str]:
    """The cases in ``path``, and sha256 over them and the patient files they name.

    Raises:
        InputError: the file is not there, a line does not parse, or an id comes twice. No patient text is shown.
    """
    lines = unique_lines(path, CaseLine)
    return [_sample(path, line) for line in lines], _fingerprint(path, lines)


L = TypeVar("L", bound=Line)


def unique_lines(path: Path, kind: type[L]) -> list[L]:
    """The lines of a cases file. Raises as :func:`load_cases`."""
    lines: dict[str, L] = {}
    for line in read_lines(path, kind):
        if line.id in lines:
            raise InputError(f"{path}: the id {line.id!r} comes twice")
        lines[line.id] = line
    if not lines:
        raise InputError(f"{path} holds no cases")
    return list(lines.values())


def digest(lines: Sequence[Line]) -> str:
    """sha256 over what the lines say, however they are written."""
    texts = [json.dumps(line.model_dump(mode="json"), sort_keys=True) for line in lines]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _sample(path: Path, line: CaseLine) -> CaseSample:
    if line.patient is not None and line.patient_file is not None:
        raise InputError(f"{path}, case {line.id!r}: give either patient or patient_file")
    known = _from_file(path.parent / line.patient_file) if line.patient_file else None
    if line.patient is not None:
        known = patient(line.patient, f"{path}, case {line.id!r}")
    return CaseSample(line.id, Case(question=line.question, patient=known), line.gold, slices=line.slices)


def patient(content: Mapping[str, Any], where: str) -> Patient:
    """The patient in a line, read, cleaned and completed as a user's own patient is.

    Raises:
        InputError: it does not parse.
    """
    from medrag.patient import from_json

    try:
        return from_json(dict(content))
    except PatientError as error:
        raise InputError(f"{where}: {error}") from None


def _from_file(path: Path) -> Patient:
    from medrag.patient import load

    return load([path])


def _fingerprint(path: Path, lines: Sequence[CaseLine]) -> str:
    files = [(path.parent / line.patient_file).read_bytes() for line in lines if line.patient_file]
    return hashlib.sha256(b"".join([digest(lines).encode(), *files])).hexdigest()
