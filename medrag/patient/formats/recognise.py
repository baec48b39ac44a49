"""What a patient file is, by its content: its name is only a hint where the content says nothing."""

from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Container
from enum import StrEnum
from typing import Any, Literal, NamedTuple

from medrag.errors import PatientError
from medrag.files import Ambiguous, strict_json
from medrag.patient.formats.genome import header, is_pharmcat
from medrag.patient.formats.table import is_patient_table
from medrag.patient.hl7.prolog import is_html, root_name
from medrag.patient.refused import is_word, refuse_bytes, refuse_object, refuse_text
from medrag.types import Patient


class Format(StrEnum):
    """The formats a patient file may have."""

    JSON = "json"
    GENE_TABLE = "gene_table"
    PATIENT_TABLE = "patient_table"
    VCF = "vcf"
    DICOM = "dicom"
    XML = "xml"
    HL7V2 = "hl7v2"
    WORD = "word"
    PDF = "pdf"
    IMAGING_REPORT = "imaging_report"
    NOTE = "note"


_REPORT = re.compile(
    r"^\s*(?:impression|findings|technique|comparison|exam(?:ination)?|study|indication)\s*:", re.I | re.M
)
_NOTE = re.compile(
    r"^\s*(?:hpi|history of present illness|past medical history|pmh|assessment|plan|medications?|allerg\w+)\b.*",
    re.I | re.M,
)
# MSH or an envelope: five separators, given again after them ("MSH|^~\&|").
_HL7V2 = re.compile(r"\x0b?\s*(?:MSH|FHS|BHS)([^\w\s])\S{2,5}?\1")
_FREE = {Format.NOTE, Format.IMAGING_REPORT, Format.PATIENT_TABLE, Format.GENE_TABLE, Format.HL7V2}
_GZIP, _ZIP, _PDF = b"\x1f\x8b", b"PK\x03\x04", b"%PDF-"
_HIGH = re.compile(rb"[\x80-\xff]+")
_UTF8 = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\x81\x8d\x8f\x90\x9d]")
_MOST_ACCENTS = 0.15
"""The share of letters beyond ASCII that a text in a Western language has at most."""
_VCF = b"##fileformat=VCF"
MAX_BYTES = 50_000_000
"""What a file may have, as it is or unpacked."""
MAX_VCF_BYTES = 200_000_000
_CHUNK = 1_000_000
_PDF_WITHIN = 1024
"""Bytes within which PDF's mark may stand (ISO 32000-1, annex H)."""


class Recognised(NamedTuple):
    """A file's format, its content unpacked, and its text ("" where the format is no text)."""

    kind: Format
    content: bytes
    text: str = ""
    western: bool = False
    """Whether the text is no UTF-8 and was taken for Windows-1252, which older systems write."""


def recognise(content: bytes, name: str, genes: Container[str] = (), limit: int = MAX_BYTES) -> Recognised:
    """What a file is; rows of ``genes`` are a table of them without a header too.

    Raises ``PatientError`` for what is not read, by what it is, and for what unpacks to more than ``limit`` bytes.
    """
    if content.startswith(_GZIP):
        content, name = _unzipped(content, name, limit), re.sub(r"\.gz$", "", name, flags=re.I)
    if content[128:132] == b"DICM" or name.casefold().endswith((".dcm", ".dicom")):
        return Recognised(Format.DICOM, content)
    if content.startswith(_ZIP) and is_word(content, name):
        return Recognised(Format.WORD, content)
    if _PDF in content[:_PDF_WITHIN]:
        return Recognised(Format.PDF, content)
    refuse_bytes(content, name)
    if root := root_name(content):
        return _markup(root, content, name)
    text, western = _decoded(content, name)
    if not text.strip():
        raise PatientError(f"{name}: is empty")
    kind = _of_text(text, name, genes)
    if western and kind not in _FREE:
        raise PatientError(f"{name}: is {kind.upper()} that is not in UTF-8")
    return Recognised(kind, content, text, western and kind is not Format.HL7V2)


def text_format(text: str) -> Format:
    """What a document's words are: an imaging report or a note."""
    return Format.IMAGING_REPORT if _is_report(text.lstrip()) else Format.NOTE


def _markup(root: str, content: bytes, name: str) -> Recognised:
    if is_html(root):
        raise PatientError(f"{name}: is an HTML page, which is not read; give the record itself, or the note as text")
    return Recognised(Format.XML, content)


def _of_text(text: str, name: str, genes: Container[str]) -> Format:
    """The format of a text. A name that promises a format binds: a broken .json is not read as a note."""
    start = text.lstrip()
    refuse_text(text, name)
    promised = next((kind for ending, kind in _ENDINGS.items() if name.casefold().endswith(ending)), None)
    found = promised or next((kind for kind, fits in _TESTS.items() if fits(start, genes)), Format.NOTE)
    if name.casefold().endswith((".csv", ".tsv")) and found is Format.NOTE:
        raise PatientError(f"{name}: is a table, but its header names neither genes nor fields of a patient")
    return found


def _is_json(start: str) -> bool:
    opens = re.match(r"[{\[]\s*[\"{\[\]}]", start) is not None
    return opens and not re.match(r"\[\s?\]\s*\w", start)  # nor a checkbox


def _is_report(start: str) -> bool:
    headings = {heading.casefold() for heading in _REPORT.findall(start)}
    return len(headings) >= 2 and not _NOTE.search(start)


def _is_gene_table(start: str, genes: Container[str]) -> bool:
    lines = [line for line in start.splitlines() if line.strip() and not line.startswith("#")][:5]
    rows = [[cell.strip() for cell in re.split(r"[\t,;]", line)] for line in lines]
    if not rows:
        return False
    return header(rows[0]) is not None or all(len(row) >= 2 and row[0].upper() in genes for row in rows)


_ENDINGS = {
    ".json": Format.JSON,
    ".ndjson": Format.JSON,
    ".jsonl": Format.JSON,
    ".vcf": Format.VCF,
    ".hl7": Format.HL7V2,
}
_TESTS: dict[Format, Callable[[str, Container[str]], bool]] = {
    Format.VCF: lambda start, _genes: start.startswith("##fileformat=VCF"),
    Format.HL7V2: lambda start, _genes: _HL7V2.match(start) is not None,
    Format.JSON: lambda start, _genes: _is_json(start),
    Format.GENE_TABLE: _is_gene_table,
    Format.PATIENT_TABLE: lambda start, _genes: is_patient_table(start),
    Format.IMAGING_REPORT: lambda start, _genes: _is_report(start),
}


def _unzipped(content: bytes, name: str, limit: int) -> bytes:
    """What is packed; of a VCF, which is read from its file as a stream, the beginning."""
    start, size = b"", 0
    kept: list[bytes] = []
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            while chunk := packed.read(_CHUNK):
                start = start or chunk
                vcf = start.startswith(_VCF)
                kept += [] if vcf and kept else [chunk]
                size += len(chunk)
                if size > (most := max(limit, MAX_VCF_BYTES) if vcf else limit):
                    raise PatientError(f"{name}: unpacks to more than {most // 1_000_000} MB")
    except (OSError, EOFError, zlib.error) as error:
        raise PatientError(f"{name}: is damaged gzip data") from error
    return b"".join(kept)


def _decoded(content: bytes, name: str) -> tuple[str, bool]:
    """The text, and whether it was taken for Windows-1252."""
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if _HL7V2.match(text := content.decode("latin-1")):
            return text, True  # of the years before UTF-8, when that was the usual character set
        if _is_western(content):
            return content.decode("cp1252"), True
        raise PatientError(f"{name}: is neither text in UTF-8 nor DICOM (byte {error.start})") from error
    if "\x00" in text:
        raise PatientError(f"{name}: holds binary data")
    return text, False


def _is_western(content: bytes) -> bool:
    """Whether bytes are words with a few of Windows-1252's letters and signs, and nothing that UTF-8 or data has."""
    high = sum(map(len, _HIGH.findall(content)))
    return not _NO_TEXT.search(content) and not _UTF8.search(content) and high <= len(content) * _MOST_ACCENTS


def parse_json(text: str, name: str) -> Any:
    """``text`` as JSON, or newline-delimited JSON as a list. Raises ``PatientError`` naming line and column."""
    try:
        return strict_json(text)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and (lines := _ndjson(text, name)):
            return lines
        raise PatientError(f"{name}: is not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise PatientError(f"{name}: is not usable JSON: nested too deeply") from None
    except Ambiguous as error:
        raise PatientError(f"{name}: is not usable JSON: {error}") from None
    except ValueError:
        raise PatientError(f"{name}: is not JSON: a number is too long") from None


def _ndjson(text: str, name: str) -> list[Any] | None:
    try:
        return [strict_json(line) for line in text.splitlines() if line.strip()]
    except Ambiguous as error:
        raise PatientError(f"{name}: is not usable JSON: {error}") from None
    except (ValueError, RecursionError):
        return None


def plain_json(content: Any, name: str) -> Any:
    """``content`` without lone surrogates (JSON can hold them, UTF-8 cannot). Raises ``PatientError`` if too deep."""
    try:
        return _encodable(content)
    except RecursionError:
        raise PatientError(f"{name}: is not usable JSON: nested too deeply") from None


def _encodable(content: Any) -> Any:
    if isinstance(content, str):
        return content.encode("utf-8", "replace").decode()
    if isinstance(content, dict):
        return {_encodable(key): _encodable(value) for key, value in content.items()}
    return [_encodable(item) for item in content] if isinstance(content, list) else content


def sniff_json(content: Any, origin: str) -> Literal["fhir", "pharmcat", "cds_hooks", "structured"]:
    """Which of the JSON formats an object is. Raises ``PatientError`` for none of them, by what it is."""
    if isinstance(content, list):
        if any(isinstance(item, dict) and "resourceType" in item for item in content):
            return "fhir"
        raise PatientError(f"{origin}: is a JSON list, but not of FHIR resources")
    if not isinstance(content, dict):
        raise PatientError(f"{origin}: is JSON, but neither an object nor a list")
    refuse_object(content, origin)
    if "resourceType" in content or _is_prefetch(content):
        return "fhir"
    if {"hook", "context"} <= content.keys():
        return "cds_hooks"
    if is_pharmcat(content):
        return "pharmcat"
    if "vcfWarnings" in content and "results" in content:
        raise PatientError(f"{origin}: is PharmCAT's match file; give its phenotype or report JSON")
    if content and not (content.keys() & Patient.model_fields.keys()):
        raise PatientError(
            f"{origin}: is a JSON object of no known kind (FHIR has resourceType, PharmCAT geneReports or genes, "
            "medrag's own schema fields such as age_years)"
        )
    return "structured"


def _is_prefetch(content: dict[str, Any]) -> bool:
    """Whether an object is CDS Hooks' prefetch: names, each with a resource or nothing."""
    held = [value for value in content.values() if value is not None]
    return bool(held) and all(isinstance(value, dict) and "resourceType" in value for value in held)
