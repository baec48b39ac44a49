"""What a patient file is, by its content: its name is only a hint where the content says nothing."""

from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Literal

from medrag.errors import PatientError
from medrag.files import Ambiguous, strict_json
from medrag.patient.formats.genome import header, is_pharmcat
from medrag.patient.formats.table import is_patient_table
from medrag.patient.genotypes import PHARMACOGENES
from medrag.types import Patient


class Format(StrEnum):
    """The formats a patient file may have."""

    JSON = "json"
    GENE_TABLE = "gene_table"
    PATIENT_TABLE = "patient_table"
    VCF = "vcf"
    DICOM = "dicom"
    IMAGING_REPORT = "imaging_report"
    NOTE = "note"


_REPORT = re.compile(
    r"^\s*(?:impression|findings|technique|comparison|exam(?:ination)?|study|indication)\s*:", re.I | re.M
)
_NOTE = re.compile(
    r"^\s*(?:hpi|history of present illness|past medical history|pmh|assessment|plan|medications?|allerg\w+)\b.*",
    re.I | re.M,
)
_GZIP, _ZIP, _PDF, _PNG, _JPEG = b"\x1f\x8b", b"PK\x03\x04", b"%PDF", b"\x89PNG", b"\xff\xd8\xff"


def recognise(content: bytes, name: str) -> tuple[Format, str]:
    """The format of a file's content, and its text ("" for DICOM). Raises ``PatientError`` for what is not read."""
    if content[128:132] == b"DICM" or name.casefold().endswith((".dcm", ".dicom")):
        return Format.DICOM, ""
    if content.startswith(_GZIP):
        content = _unzipped(content, name)
    for mark, what in ((_ZIP, "a zip archive"), (_PDF, "a PDF"), (_PNG, "an image"), (_JPEG, "an image")):
        if content.startswith(mark):
            raise PatientError(f"{name}: is {what}, which is not read; give text, JSON, CSV, VCF or DICOM")
    text = _decoded(content, name)
    if not text.strip():
        raise PatientError(f"{name}: is empty")
    return _of_text(text, name), text


def _of_text(text: str, name: str) -> Format:
    """The format of a text. A name that promises a format binds: a broken .json is not read as a note."""
    start = text.lstrip()
    if re.match(r"<(?:\?xml|[A-Za-z]\w*[^>]*xmlns)", start):
        raise PatientError(f"{name}: is XML, which is not read; give FHIR as JSON")
    promised = next((kind for ending, kind in _ENDINGS.items() if name.casefold().endswith(ending)), None)
    found = promised or next((kind for kind, fits in _TESTS.items() if fits(start)), Format.NOTE)
    if name.casefold().endswith((".csv", ".tsv")) and found is Format.NOTE:
        raise PatientError(f"{name}: is a table, but its header names neither genes nor fields of a patient")
    return found


def _is_json(start: str) -> bool:
    opens = re.match(r"[{\[]\s*[\"{\[\]}]", start) is not None
    return opens and not re.match(r"\[\s?\]\s*\w", start)  # nor a checkbox


def _is_report(start: str) -> bool:
    headings = {heading.casefold() for heading in _REPORT.findall(start)}
    return len(headings) >= 2 and not _NOTE.search(start)


def _is_gene_table(start: str) -> bool:
    lines = [line for line in start.splitlines() if line.strip() and not line.startswith("#")][:5]
    rows = [[cell.strip() for cell in re.split(r"[\t,;]", line)] for line in lines]
    if not rows:
        return False
    return header(rows[0]) is not None or all(len(row) >= 2 and row[0].upper() in PHARMACOGENES for row in rows)


_ENDINGS = {
    ".json": Format.JSON,
    ".ndjson": Format.JSON,
    ".jsonl": Format.JSON,
    ".vcf": Format.VCF,
    ".vcf.gz": Format.VCF,
}
_TESTS: dict[Format, Callable[[str], bool]] = {
    Format.VCF: lambda start: start.startswith("##fileformat=VCF"),
    Format.JSON: _is_json,
    Format.GENE_TABLE: _is_gene_table,
    Format.PATIENT_TABLE: is_patient_table,
    Format.IMAGING_REPORT: _is_report,
}


def _unzipped(content: bytes, name: str) -> bytes:
    limit = 200_000_000
    try:
        data = gzip.GzipFile(fileobj=io.BytesIO(content)).read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise PatientError(f"{name}: is damaged gzip data") from error
    if len(data) > limit:
        raise PatientError(f"{name}: unpacks to more than {limit // 1_000_000} MB")
    return data


def _decoded(content: bytes, name: str) -> str:
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise PatientError(f"{name}: is neither text in UTF-8 nor DICOM (byte {error.start})") from error
    if "\x00" in text:
        raise PatientError(f"{name}: holds binary data")
    return text


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


def sniff_json(content: Any, origin: str) -> Literal["fhir", "pharmcat", "structured"]:
    """Which of the JSON formats an object is. Raises ``PatientError`` for none of them."""
    if isinstance(content, list):
        if any(isinstance(item, dict) and "resourceType" in item for item in content):
            return "fhir"
        raise PatientError(f"{origin}: is a JSON list, but not of FHIR resources")
    if not isinstance(content, dict):
        raise PatientError(f"{origin}: is JSON, but neither an object nor a list")
    if "resourceType" in content:
        return "fhir"
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
