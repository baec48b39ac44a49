"""From files (any mix of formats) or objects to one ``Patient``: recognise, read, merge, clean, complete."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medrag.errors import PatientError
from medrag.files import shown_name
from medrag.knowledge import Knowledge
from medrag.knowledge import load as bundled
from medrag.types import Case, Patient, Problem

if TYPE_CHECKING:
    from medrag.patient.formats.recognise import Format, Recognised
    from medrag.patient.record.demographics import Part


def load(  # noqa: PLR0913 (what a caller may know)
    paths: Sequence[Path],
    today: date | None = None,
    pharmcat_jar: Path | None = None,
    knowledge: Knowledge | None = None,
    *,
    question: str = "",
    one_person: bool = False,
) -> Patient:
    """One patient from ``paths``, whatever mix of formats they are in (each is recognised by its content).

    A folder stands for the files in it; files of lines (``.ndjson``) are one bulk export between them.
    ``today`` decides ages and what is recent; the system's date unless given. ``pharmcat_jar`` lets PharmCAT call
    the star alleles of a VCF (Java needed). ``knowledge`` has the names that notes are read with, the
    bundled ones unless given. Raises ``PatientError`` with one line naming the file and the place
    for a file that does not parse at all, and with code ``two_people`` where the files, and the ``question`` asked
    about them, are of two people, unless the caller knows them to be ``one_person``; lesser faults go to ``.problems``.
    """
    from medrag.patient.record.demographics import ensure_one_person

    day = today or date.today()
    if not paths:
        raise PatientError("no patient file was given")
    from medrag.patient.bulk import files_in, is_bulk

    known = knowledge or bundled()
    files = files_in([Path(path) for path in paths])
    lines = [path for path in files if is_bulk(path)]
    parts = [_read(path, day, pharmcat_jar, known) for path in files if path not in lines]
    parts += [_read_lines(lines, day, known)] if lines else []
    told = () if one_person else ensure_one_person([*parts, _asked_about(question, day, known)], day)
    return _finished([*(part.patient for part in parts), Patient(problems=told)], day, known)


def from_json(content: Any, today: date | None = None, knowledge: Knowledge | None = None) -> Patient:
    """One patient from parsed JSON: medrag's own schema, FHIR or PharmCAT. Raises ``PatientError``."""
    from medrag.patient.formats.recognise import plain_json

    day = today or date.today()
    known = knowledge or bundled()
    read = _read_json(plain_json(content, "request"), "request", day, known)
    return _finished([read.patient], day, known)


def from_fhir(content: Any, today: date | None = None, knowledge: Knowledge | None = None) -> Patient:
    """One patient from a FHIR Bundle, resource, list of them or CDS Hooks prefetch. Raises ``PatientError``."""
    day = today or date.today()
    from medrag.patient.formats.recognise import plain_json

    known = knowledge or bundled()
    read = _read_fhir(plain_json(content, "request"), "request", day, known)
    return _finished([read.patient], day, known)


def hear(
    patient: Patient | None, question: str, today: date | None = None, knowledge: Knowledge | None = None
) -> Patient | None:
    """The patient as heard: the record with what the ``question`` says of one; None where neither says anything.

    What prompts show and checks see, so that an allergy in the question counts beside the record's own. A fact that
    only the question names has a ``source`` that starts with "question:". Loads the note reader for a question.
    """
    day, known = today or date.today(), knowledge or bundled()
    said = _said(question, patient, day, known) if question.strip() else None
    parts = [each for each in (patient, said) if each is not None]
    return _finished(parts, day, known) if parts else None


def ensure_same_person(
    patient: Patient | Any, question: str, today: date | None = None, knowledge: Knowledge | None = None
) -> None:
    """Raises ``PatientError`` with code ``two_people`` where the question introduces someone who is not ``patient``.

    Of FHIR as parsed JSON, in the place of a patient, names and numbers are compared too.
    """
    from medrag.patient.fhir import whose
    from medrag.patient.record.demographics import Part, ensure_one_person

    day = today or date.today()
    known = patient if isinstance(patient, Patient) else Patient()
    who = whose(None if isinstance(patient, Patient) else patient)
    ensure_one_person([Part(known, who, "the record"), _asked_about(question, day, knowledge or bundled())], day)


def _asked_about(question: str, today: date, knowledge: Knowledge) -> Part:
    from medrag.patient.formats.note.header.demographics import asked_demographics
    from medrag.patient.record.demographics import Part

    return Part(Patient(), asked_demographics(question, today, knowledge), "the question")


def as_heard(case: Case, today: date | None = None, knowledge: Knowledge | None = None) -> Case:
    """The case with its patient as :func:`hear` makes it: what a prompt is made of, in serving and in training."""
    return case.model_copy(update={"patient": hear(case.patient, case.question, today, knowledge)})


def _said(question: str, record: Patient | None, today: date, knowledge: Knowledge) -> Patient | None:
    """What a question says of the patient; None where it says nothing."""
    from medrag.patient.formats.question import read_question

    read = read_question(question, record, today, knowledge)
    told = any(problem.lost for problem in read.problems)
    return read if told or read.model_dump(exclude_defaults=True, exclude={"problems"}) else None


def _finished(parts: Sequence[Patient], today: date, knowledge: Knowledge) -> Patient:
    from medrag.patient.record.complete import complete, merge

    return complete(merge(parts), today, knowledge)


def _read(path: Path, today: date, pharmcat_jar: Path | None, knowledge: Knowledge) -> Part:
    from medrag.patient.formats.recognise import Format, parse_json, recognise
    from medrag.patient.record.demographics import Part

    name = shown_name(path)
    found = recognise(content_of(path), name, knowledge.genes)
    kind, content, text, western = found
    if kind is Format.JSON:
        return _read_json(parse_json(text, name), name, today, knowledge)
    if kind in {Format.XML, Format.HL7V2}:
        return _read_hl7(found, name, today, knowledge)
    if kind in {Format.WORD, Format.PDF}:
        return _read_document(kind, content, name, today, knowledge)
    if kind is Format.VCF:
        from medrag.patient.formats.vcf import read_vcf

        return Part(read_vcf(path, name, pharmcat_jar, knowledge), origin=name)
    if kind is Format.DICOM:
        from medrag.patient.formats.dicom import read_dicom

        return read_dicom(content, name, today)
    assumed = [Problem(source=name, reason="is not in UTF-8; read as Windows-1252")] if western else []
    return _with_problems(_read_text(kind, text, name, today, knowledge), assumed)


def _read_lines(paths: Sequence[Path], today: date, knowledge: Knowledge) -> Part:
    """The one patient of a bulk export's files."""
    from medrag.patient.bulk import by_patient, read_lines

    name, content = shown_name(paths[0]), read_lines(paths)
    people = by_patient(content)
    if len(people) > 1:
        raise PatientError(f"{name}: holds {len(people)} patients; give one, or run them as a batch (--batch)")
    return _read_json(content[0] if len(content) == 1 else content, name, today, knowledge)


def _read_hl7(found: Recognised, name: str, today: date, knowledge: Knowledge) -> Part:
    """FHIR or C-CDA as XML, or HL7 v2: made into FHIR R4, then read as that."""
    if found.kind == "xml":
        from medrag.patient.hl7.xml import read_xml

        made, problems = read_xml(found.content, name, today)
    else:
        from medrag.patient.hl7.v2 import read_v2

        made, problems = read_v2(found.text, name)
    return _with_problems(_read_fhir(made, name, today, knowledge), problems)


def _read_document(kind: Format, content: bytes, name: str, today: date, knowledge: Knowledge) -> Part:
    """A Word document or a PDF, whose text is a note or an imaging report."""
    from medrag.patient.formats.documents import docx_text, pdf_text
    from medrag.patient.formats.recognise import text_format

    text, problems = pdf_text(content, name) if kind == "pdf" else (docx_text(content, name), [])
    return _with_problems(_read_text(text_format(text), text, name, today, knowledge), problems)


def _with_problems(part: Part, problems: Sequence[Problem]) -> Part:
    whole = part.patient.model_copy(update={"problems": (*problems, *part.patient.problems)})
    return part._replace(patient=whole)


def _read_text(kind: Format, text: str, name: str, today: date, knowledge: Knowledge) -> Part:
    from medrag.patient.formats.note.days import note_date
    from medrag.patient.formats.note.header.demographics import note_demographics
    from medrag.patient.record.demographics import Part
    from medrag.reading.languages.gloss import glossed

    if kind == "gene_table":
        from medrag.patient.formats.genome import read_gene_table

        return Part(read_gene_table(text, name, knowledge), origin=name)
    if kind == "patient_table":
        return Part(_one_row(text, name, today, knowledge), origin=name)
    english = glossed(text, knowledge)
    who = note_demographics(english, text, note_date(english.text), today, knowledge)
    if kind == "imaging_report":
        from medrag.patient.formats.imaging import read_report

        return Part(read_report(text, name, today, knowledge), who, name)
    from medrag.patient.formats.notes import read_glossed

    return Part(read_glossed(english, name, today, knowledge), who, name)


def _one_row(text: str, name: str, today: date, knowledge: Knowledge) -> Patient:
    from medrag.patient.formats.table import read_rows

    rows = list(read_rows(text, name, today, knowledge))
    if len(rows) != 1:
        raise PatientError(f"{name}: holds {len(rows)} patients; give one, or run them as a batch (--batch)")
    if isinstance(rows[0], PatientError):
        raise rows[0]
    return rows[0].patient


def content_of(path: Path) -> bytes:
    """A file's bytes. Raises ``PatientError`` where it cannot be read, is no plain file or is larger than 50 MB."""
    from medrag.patient.bulk import size_of, unreadable
    from medrag.patient.formats.recognise import MAX_BYTES

    name = shown_name(path)
    if size_of(path) > MAX_BYTES:
        raise PatientError(f"{name}: is larger than {MAX_BYTES // 1_000_000} MB")
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error


def _read_json(content: Any, origin: str, today: date, knowledge: Knowledge) -> Part:
    from medrag.patient.formats.recognise import sniff_json
    from medrag.patient.record.demographics import Part

    match sniff_json(content, origin):
        case "fhir":
            return _read_fhir(content, origin, today, knowledge)
        case "cds_hooks":
            if not content.get("prefetch"):
                raise PatientError(
                    f"{origin}: is a CDS Hooks request without prefetch; give one with it, or the FHIR record"
                )
            read = _read_fhir(content["prefetch"], origin, today, knowledge)
            _ensure_context(content, read, origin)
            return read
        case "pharmcat":
            from medrag.patient.formats.genome import read_pharmcat

            return Part(read_pharmcat(content, origin), origin=origin)
        case _:
            from medrag.patient.formats.structured import read_structured

            return Part(read_structured(content, origin, knowledge), origin=origin)


def _ensure_context(request: Any, read: Part, origin: str) -> None:
    """Raises ``PatientError`` where a CDS Hooks request's prefetch is of another patient than its context."""
    from medrag.patient.record.demographics import TWO_PEOPLE

    context = request.get("context")
    wanted = context.get("patientId") if isinstance(context, dict) else None
    held = {each.value for each in read.who.identifiers if each.kind == "FHIR"}
    if isinstance(wanted, str) and held and wanted.rpartition("/")[2] not in held:
        reason = "is a CDS Hooks request whose prefetch is of another patient than its context; these are two people"
        raise PatientError(f"{origin}: {reason}", code=TWO_PEOPLE)


def _read_fhir(content: Any, origin: str, today: date, knowledge: Knowledge) -> Part:
    """A FHIR document with the notes attached to it."""
    from medrag.patient.fhir import read_fhir
    from medrag.patient.formats.notes import read_attached
    from medrag.patient.record.complete import merge
    from medrag.patient.record.demographics import Part
    from medrag.patient.record.facts import assemble

    patient, who, documents = read_fhir(content, origin, today, knowledge)
    if documents:
        facts, problems = read_attached(documents, who, today, knowledge)
        patient = merge([patient, assemble(facts, problems)])
    return Part(patient, who, origin)
