"""Many patients at once: the rows of a table, the people of a bulk export, the files of a folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from medrag.errors import PatientError
from medrag.files import shown_name
from medrag.knowledge import Knowledge
from medrag.knowledge import load as bundled
from medrag.patient.bulk import by_patient, files_in, is_bulk, of_nobody, read_lines
from medrag.patient.fhir.gaps import lists_of
from medrag.patient.fhir.values import Json, text
from medrag.patient.formats.table import Row, read_rows
from medrag.patient.load import from_fhir, load
from medrag.types import Problem


def load_each(
    paths: Sequence[Path],
    today: date | None = None,
    pharmcat_jar: Path | None = None,
    knowledge: Knowledge | None = None,
) -> Iterator[Row | PatientError]:
    """Each patient of the files and folders, or what is wrong with it; one does not stop the others.

    Files of lines are one bulk export between them, a row of a table is a patient, and so is any other file.
    """
    day, known = today or date.today(), knowledge or bundled()
    files = files_in(paths)
    lines = [path for path in files if is_bulk(path)]
    if lines:
        yield from _people(lines, day, known)
    for number, path in enumerate((path for path in files if path not in lines), start=1):
        try:
            yield from _file(path, number, day, pharmcat_jar, known)
        except PatientError as error:
            yield error


def _people(lines: Sequence[Path], today: date, knowledge: Knowledge) -> Iterator[Row | PatientError]:
    try:
        resources = read_lines(lines)
        people = by_patient(resources)
    except PatientError as error:
        yield error
        return
    apart = _apart(shown_name(lines[0]), of_nobody(resources, people))
    for number, (name, own) in enumerate(people.items(), start=1):
        try:
            patient = from_fhir(own, today, knowledge)
        except PatientError as error:
            yield error
            continue
        whole = patient.model_copy(update={"problems": (*apart, *patient.problems)})
        yield Row(number, name.removeprefix("Patient/"), None, whole)


def _apart(name: str, nobodys: Sequence[Json]) -> list[Problem]:
    """What resources of no known patient are told of with each: they may be of any."""
    if not nobodys:
        return []
    kinds = sorted({text(each.get("resourceType")) or "" for each in nobodys})
    reason = f"{len(nobodys)} resource(s) of the export name no patient ({', '.join(kinds)}); they were not used"
    return [Problem(source=name, reason=reason, lost=lists_of(kinds))]


def _file(
    path: Path, number: int, today: date, pharmcat_jar: Path | None, knowledge: Knowledge
) -> Iterator[Row | PatientError]:
    from medrag.patient.formats.recognise import Format, recognise
    from medrag.patient.load import content_of

    name = shown_name(path)
    found = recognise(content_of(path), name, knowledge.genes)
    if found.kind is Format.PATIENT_TABLE:
        yield from read_rows(found.text, name, today, knowledge)
    else:
        yield Row(number, name, None, load([path], today, pharmcat_jar, knowledge))
