"""Many resources in files of lines (FHIR's bulk export): whose each is, so that every patient has a record of its own.

https://hl7.org/fhir/uv/bulkdata/export.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from stat import S_ISREG
from typing import Any

from medrag.errors import PatientError
from medrag.files import shown_name
from medrag.patient.fhir.bundle import tail
from medrag.patient.fhir.gaps import lists_of
from medrag.patient.fhir.values import Json, text

MAX_BYTES = 200_000_000
_ENDINGS = (".ndjson", ".ndjson.gz", ".jsonl", ".jsonl.gz")
_NAMELESS = "the patient"


def is_bulk(path: Path) -> bool:
    """Whether a file is one of lines, by its name."""
    return path.name.casefold().endswith(_ENDINGS)


def files_in(paths: Sequence[Path]) -> list[Path]:
    """The paths, a folder as the files in it; hidden ones and a bulk export's manifest are left out.

    Raises ``PatientError`` for an empty folder.
    """
    found: list[Path] = []
    for path in paths:
        inside = sorted(each for each in path.iterdir() if _counts(each)) if path.is_dir() else [path]
        if not inside:
            raise PatientError(f"{shown_name(path)}: is a folder without files")
        found += inside
    return found


def _counts(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".") and path.name.casefold() != "manifest.json"


def size_of(path: Path) -> int:
    """A plain file's bytes. Raises ``PatientError`` for a pipe, a device and whatever cannot be read."""
    try:
        found = path.stat()
    except OSError as error:
        raise unreadable(path, error) from error
    if not S_ISREG(found.st_mode):
        raise PatientError(f"{shown_name(path)}: is no plain file but a folder, pipe or device")
    return found.st_size


def unreadable(path: Path, error: OSError) -> PatientError:
    """The error of a file that the system does not let be read."""
    return PatientError(f"{shown_name(path)}: cannot be read ({error.strerror or 'input/output error'})")


def read_lines(paths: Sequence[Path]) -> list[Any]:
    """What all lines of the files hold. Raises ``PatientError`` naming the file, and for more than 200 MB, unpacked."""
    from medrag.patient.formats.recognise import parse_json, recognise

    first = shown_name(paths[0])
    if sum(map(size_of, paths)) > MAX_BYTES:
        raise _too_large(first)
    items: list[Any] = []
    left = MAX_BYTES
    for path in paths:
        name = shown_name(path)
        try:
            text = recognise(path.read_bytes(), name, limit=left).text
        except OSError as error:
            raise unreadable(path, error) from error
        if (left := left - len(text)) < 0:
            raise _too_large(first)
        held = parse_json(text, name)
        items += held if isinstance(held, list) else [held]
    if not all(isinstance(item, dict) for item in items):
        raise PatientError(f"{first}: with its other files holds a line that is no resource")
    return items


def _too_large(name: str) -> PatientError:
    return PatientError(f"{name}: with its other files is larger than {MAX_BYTES // 1_000_000} MB")


def by_patient(resources: Iterable[Any]) -> dict[str, list[Json]]:
    """The resources of each patient (``Patient/ID``), with those of nobody that they refer to (a Medication, say)."""
    held = [each for each in resources if isinstance(each, dict)]
    people: dict[str, list[Json]] = {}
    shared: dict[str, Json] = {}
    for each in held:
        name = f"{text(each.get('resourceType'))}/{text(each.get('id'))}"
        if whose := name if each.get("resourceType") == "Patient" else _subject(each):
            people.setdefault(whose, []).append(each)
        else:
            shared[name] = each
    if not people:
        return {_NAMELESS: held} if held else {}
    return {whose: [*own, *_referred(own, shared)] for whose, own in people.items()}


def of_nobody(resources: Iterable[Any], people: Mapping[str, Sequence[Json]]) -> list[Json]:
    """The clinical resources that name no patient, and that none of ``people``'s refers to."""
    used = {id(each) for own in people.values() for each in own}
    return [
        each
        for each in resources
        if isinstance(each, dict) and id(each) not in used and lists_of([text(each.get("resourceType")) or ""])
    ]


def _subject(resource: Json) -> str | None:
    holder = resource.get("subject") or resource.get("patient")
    reference = text(holder.get("reference")) if isinstance(holder, dict) else None
    return tail(reference) if reference and not reference.startswith("#") else None


def _referred(own: Iterable[Json], shared: dict[str, Json]) -> list[Json]:
    names = dict.fromkeys(tail(reference) for each in own for reference in _references(each))
    return [shared[name] for name in names if name in shared]


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(target := value.get("reference"), str):
            yield target
        for held in value.values():
            yield from _references(held)
    elif isinstance(value, list):
        for held in value:
            yield from _references(held)
