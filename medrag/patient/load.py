"""From files (any mix of formats) or objects to one ``Patient``: recognise, read, merge, clean, complete."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medrag.errors import PatientError
from medrag.knowledge import Knowledge
from medrag.knowledge import load as bundled
from medrag.types import Case, Patient

if TYPE_CHECKING:
    from medrag.patient.formats.recognise import Format

MAX_BYTES = 100_000_000


def load(
    paths: Sequence[Path],
    today: date | None = None,
    pharmcat_jar: Path | None = None,
    knowledge: Knowledge | None = None,
) -> Patient:
    """One patient from ``paths``, whatever mix of formats they are in (each is recognised by its content).

    ``today`` decides ages and what is recent; the system's date unless given. ``pharmcat_jar`` lets PharmCAT call
    the star alleles of a VCF (Java needed). ``knowledge`` has the names that notes are read with, the
    bundled ones unless given. Raises ``PatientError`` with one line naming the file and the place
    for a file that does not parse at all; lesser faults go to ``.problems``.
    """
    day = today or date.today()
    if not paths:
        raise PatientError("no patient file was given")
    return _finished([_read(Path(path), day, pharmcat_jar, knowledge or bundled()) for path in paths], day)


def from_json(content: Any, today: date | None = None, knowledge: Knowledge | None = None) -> Patient:
    """One patient from parsed JSON: medrag's own schema, FHIR or PharmCAT. Raises ``PatientError``."""
    day = today or date.today()
    return _finished([_read_json(content, "request", day, knowledge or bundled())], day)


def from_fhir(content: Any, today: date | None = None, knowledge: Knowledge | None = None) -> Patient:
    """One patient from a FHIR Bundle, resource, list of them or CDS Hooks prefetch. Raises ``PatientError``."""
    day = today or date.today()
    from medrag.patient.formats.recognise import plain_json

    return _finished([_read_fhir(plain_json(content, "request"), "request", day, knowledge or bundled())], day)


def hear(
    patient: Patient | None, question: str, today: date | None = None, knowledge: Knowledge | None = None
) -> Patient | None:
    """The patient as heard: the record with what the ``question`` says of one; None where neither says anything.

    What prompts show and checks see, so that an allergy in the question counts beside the record's own. A fact that
    only the question names has a ``source`` that starts with "question:". Loads the note reader for a question.
    """
    day = today or date.today()
    said = _said(question, day, knowledge or bundled()) if question.strip() else None
    parts = [each for each in (patient, said) if each is not None]
    return _finished(parts, day) if parts else None


def as_heard(case: Case, today: date | None = None, knowledge: Knowledge | None = None) -> Case:
    """The case with its patient as :func:`hear` makes it: what a prompt is made of, in serving and in training."""
    return case.model_copy(update={"patient": hear(case.patient, case.question, today, knowledge)})


def _said(question: str, today: date, knowledge: Knowledge) -> Patient | None:
    """What a question says of a patient; None where it says nothing."""
    from medrag.patient.formats.notes import read_note

    read = read_note(question, "question", today, knowledge)
    return read if read.model_dump(exclude_defaults=True, exclude={"problems"}) else None


def _finished(parts: Sequence[Patient], today: date) -> Patient:
    from medrag.patient.record.complete import complete, merge

    return complete(merge(parts), today)


def _read(path: Path, today: date, pharmcat_jar: Path | None, knowledge: Knowledge) -> Patient:
    from medrag.patient.formats.recognise import Format, parse_json, recognise

    content = _content(path)
    kind, text = recognise(content, path.name)
    if kind is Format.JSON:
        return _read_json(parse_json(text, path.name), path.name, today, knowledge)
    if kind is Format.VCF:
        from medrag.patient.formats.vcf import read_vcf

        return read_vcf(path, path.name, pharmcat_jar)
    if kind is Format.DICOM:
        from medrag.patient.formats.imaging import read_dicom

        return read_dicom(content, path.name)
    return _read_text(kind, text, path.name, today, knowledge)


def _read_text(kind: Format, text: str, name: str, today: date, knowledge: Knowledge) -> Patient:
    if kind == "gene_table":
        from medrag.patient.formats.genome import read_gene_table

        return read_gene_table(text, name)
    if kind == "patient_table":
        return _one_row(text, name, today, knowledge)
    if kind == "imaging_report":
        from medrag.patient.formats.imaging import read_report

        return read_report(text, name, today, knowledge)
    from medrag.patient.formats.notes import read_note

    return read_note(text, name, today, knowledge)


def _one_row(text: str, name: str, today: date, knowledge: Knowledge) -> Patient:
    from medrag.patient.formats.table import read_rows

    rows = list(read_rows(text, name, today, knowledge))
    if len(rows) != 1:
        raise PatientError(f"{name}: holds {len(rows)} patients; give one, or run them as a batch")
    if isinstance(rows[0], PatientError):
        raise rows[0]
    return rows[0].patient


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise PatientError(f"{path.name}: is larger than {MAX_BYTES // 1_000_000} MB")
        return path.read_bytes()
    except OSError as error:
        raise PatientError(f"{path.name}: cannot be read ({error.strerror or 'input/output error'})") from error


def _read_json(content: Any, origin: str, today: date, knowledge: Knowledge) -> Patient:
    from medrag.patient.formats.recognise import plain_json, sniff_json

    content = plain_json(content, origin)
    match sniff_json(content, origin):
        case "fhir":
            return _read_fhir(content, origin, today, knowledge)
        case "pharmcat":
            from medrag.patient.formats.genome import read_pharmcat

            return read_pharmcat(content, origin)
        case _:
            from medrag.patient.formats.structured import read_structured

            return read_structured(content, origin, knowledge)


def _read_fhir(content: Any, origin: str, today: date, knowledge: Knowledge) -> Patient:
    """A FHIR document with the notes attached to it."""
    from medrag.patient.fhir import read_fhir

    patient, documents = read_fhir(content, origin, today)
    if not documents:
        return patient
    from medrag.patient.formats.notes import read_attached
    from medrag.patient.record.complete import merge
    from medrag.patient.record.facts import assemble

    facts, problems = read_attached(documents, patient, today, knowledge)
    return merge([patient, assemble(facts, problems)])
