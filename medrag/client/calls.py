"""What each call of a client sends, and what it makes of the answer."""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from pydantic import TypeAdapter, ValidationError

from medrag.client.wire import Json, advice_of, not_medrag
from medrag.errors import InputError, PatientError
from medrag.types import Advice, Evidence, Filters, Finding, Patient, Record

MODEL = "medrag"
CURRENT = Filters()

Files = str | PathLike[str] | Sequence[str | PathLike[str]]
"""One file or several, in any mix of the formats that the server reads; together they are one patient."""
PatientLike = Patient | Mapping[str, Any] | Files
"""A :class:`Patient`, its JSON schema or a FHIR R4 resource as a mapping, or files."""
History = Sequence[tuple[str, str]]
"""What was said before, each as its role (``user`` or ``assistant``) and its text."""
Images = Sequence[str | bytes | PathLike[str]]
"""Pictures for a vision model: data: URLs, the bytes of a file, or its path."""
Verdict = Literal["accept", "reject", "edit"]

T = TypeVar("T")
_EVIDENCE = TypeAdapter(tuple[Evidence, ...])
_MAGIC = {b"\x89PNG": "image/png", b"\xff\xd8": "image/jpeg", b"GIF8": "image/gif", b"RIFF": "image/webp"}


class CheckedOrder(Record):
    """What was said of one order."""

    reference: str | None = None
    name: str
    verdict: str
    findings: tuple[Finding, ...] = ()


class CheckResult(Record):
    """What the safety filter said: ``verdict`` is withhold, warn, not_assessed or pass, the worst of all findings."""

    verdict: str
    findings: tuple[Finding, ...] = ()
    orders: tuple[CheckedOrder, ...] = ()


class ReadPatient(Record):
    """A patient as the server understands files or a stored record, and a summary for a reader."""

    patient: dict[str, Any]
    summary: str


@dataclass(frozen=True)
class Call(Generic[T]):
    """One request: how and where it goes, what it says, and what its answer's JSON object becomes."""

    method: str
    path: str
    read: Callable[[Json], T]
    body: Json | None = None


@dataclass(frozen=True)
class Whose:
    """The patient that a call is about: sent (as the server takes one), or stored under an id."""

    patient: Json | None = None
    patient_id: str | None = None
    fields: Json = field(init=False)

    def __post_init__(self) -> None:
        """What goes into the body."""
        given = {"patient": self.patient, "patient_id": self.patient_id}
        object.__setattr__(self, "fields", {name: value for name, value in given.items() if value is not None})


def are_files(patient: PatientLike | None) -> bool:
    """Whether the server has to read the patient first."""
    return patient is not None and not isinstance(patient, Patient | Mapping)


def sent(patient: Patient | Mapping[str, Any] | None) -> Json | None:
    """A patient as it goes into a body."""
    if isinstance(patient, Patient):
        return patient.model_dump(mode="json", exclude_defaults=True)
    return None if patient is None else dict(patient)


def chat(  # noqa: PLR0913 (what a question may come with)
    question: str,
    whose: Whose,
    filters: Filters,
    history: History,
    images: Images,
    language: str | None,
    *,
    one_person: bool = False,
) -> Call[Advice]:
    """A question, to be answered with advice."""
    pictures = [{"type": "image_url", "image_url": {"url": _data_url(each)}} for each in images]
    content: Any = [{"type": "text", "text": question}, *pictures] if pictures else question
    said = [{"role": role, "content": text} for role, text in history]
    told = ({"one_person": True} if one_person else {}) | ({"language": language} if language else {})
    extension = whose.fields | {"filters": filters.model_dump(mode="json")} | told
    body = {"model": MODEL, "messages": [*said, {"role": "user", "content": content}], "medrag": extension}
    return Call("POST", "/v1/chat/completions", advice_of, body)


def search(question: str, whose: Whose, filters: Filters, k: int) -> Call[tuple[Evidence, ...]]:
    """A question, to be answered with passages."""
    body = whose.fields | {"question": question, "k": k, "filters": filters.model_dump(mode="json")}
    return Call("POST", "/v1/search", lambda answer: _valid(_EVIDENCE, answer.get("data")), body)


def check(
    advice: str | None, whose: Whose, question: str | None, orders: Any, language: str | None
) -> Call[CheckResult]:
    """Advice, orders or a list of medications, to be checked."""
    given = {"advice": advice, "question": question, "orders": orders, "language": language}
    body = whose.fields | {name: value for name, value in given.items() if value is not None}
    return Call("POST", "/v1/check", _checked, body)


def read_patient(files: Files, *, one_person: bool = False) -> Call[ReadPatient]:
    """Files, to be read as one patient; ``one_person``: they are of one though they seem not to be.

    Raises:
        PatientError: one of them cannot be read here.
    """
    paths = [files] if isinstance(files, str | PathLike) else files
    told = {"one_person": True} if one_person else {}
    return Call("POST", "/v1/patient", _read, {"files": [_upload(Path(each)) for each in paths]} | told)


def stored(method: Literal["PUT", "DELETE"], name: str, patient: Json | None = None) -> Call[None]:
    """A stored patient, to be put or removed."""
    return Call(method, f"/v1/patients/{name}", lambda _: None, patient)


def stored_patient(name: str) -> Call[ReadPatient]:
    """A stored patient, to be given."""
    return Call("GET", f"/v1/patients/{name}", _read)


def feedback(  # noqa: PLR0913 (what a verdict is made of)
    advice: Advice,
    statement: int,
    verdict: Verdict,
    whose: Whose,
    filters: Filters,
    edited: str | None,
    why: str | None,
) -> Call[None]:
    """A clinician's verdict on one statement of advice as it came, about the patient as they were sent."""
    given = {"statement": statement, "verdict": verdict, "edited": edited, "comment": why}
    told = {name: value for name, value in given.items() if value is not None}
    case = whose.fields | {"advice": advice.model_dump(mode="json"), "filters": filters.model_dump(mode="json")}
    return Call("POST", "/v1/feedback", lambda _: None, case | told)


def _checked(answer: Json) -> CheckResult:
    return _valid(TypeAdapter(CheckResult), {name: answer.get(name) for name in CheckResult.model_fields})


def _read(answer: Json) -> ReadPatient:
    return _valid(TypeAdapter(ReadPatient), {name: answer.get(name) for name in ReadPatient.model_fields})


def _valid(adapter: TypeAdapter[T], value: Any) -> T:
    try:
        return adapter.validate_python(value)
    except ValidationError:
        raise not_medrag() from None


def _upload(path: Path) -> Json:
    try:
        return {"name": path.name, "content": base64.b64encode(path.read_bytes()).decode()}
    except OSError as error:
        raise PatientError(f"{path} cannot be read ({error.strerror})", param="patient") from None


def _data_url(image: str | bytes | PathLike[str]) -> str:
    if isinstance(image, str) and image.startswith("data:"):
        return image
    try:
        content = image if isinstance(image, bytes) else Path(image).read_bytes()
    except OSError as error:
        raise InputError(f"{image!s} cannot be read ({error.strerror})", param="images") from None
    kind = _first(each for magic, each in _MAGIC.items() if content.startswith(magic))
    kind = kind or (None if isinstance(image, bytes) else mimetypes.guess_type(str(image))[0])
    return f"data:{kind or 'application/octet-stream'};base64,{base64.b64encode(content).decode()}"


def _first(values: Iterable[str]) -> str | None:
    return next(iter(values), None)
