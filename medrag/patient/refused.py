"""What is no patient file that is read, by what it is, each with what to do instead."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from medrag.errors import PatientError

_ARCHIVE = "which is not read; unpack it and give the files"
_IMAGE = "which is not read; give its report as text, or the image with the question"
_OFFICE = "which is not read; save it as .docx, or its text as .txt"
# First bytes of a file -> what it is, and what to do.
_MARKS = (
    (b"\x89PNG", "an image (PNG)", _IMAGE),
    (b"\xff\xd8\xff", "an image (JPEG)", _IMAGE),
    (b"GIF8", "an image (GIF)", _IMAGE),
    (b"II*\x00", "an image (TIFF)", _IMAGE),
    (b"MM\x00*", "an image (TIFF)", _IMAGE),
    (b"BM6", "an image (BMP)", _IMAGE),
    (b"RIFF", "a sound, film or image (RIFF)", "which is not read; give its report as text"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _ARCHIVE),
    (b"Rar!", "a RAR archive", _ARCHIVE),
    (b"BZh", "a bzip2 archive", _ARCHIVE),
    (b"\xfd7zXZ\x00", "an xz archive", _ARCHIVE),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", _ARCHIVE),
    (b"\xd0\xcf\x11\xe0", "an old Word, Excel or Outlook file", _OFFICE),
    (b"SQLite format 3", "a database (SQLite)", "which is not read; export the patient as FHIR"),
    (b"PAR1", "a Parquet table", "which is not read; give CSV"),
    (b"BAM\x01", "a BAM file of reads", "which is not read; call its variants and give a VCF"),
    (b"CRAM", "a CRAM file of reads", "which is not read; call its variants and give a VCF"),
    (b"BCF", "a BCF file", "which is not read; give a VCF (bcftools view)"),
    (b"%!PS", "PostScript", "which is not read; save it as PDF"),
)
_PACKED = {
    "xl/workbook.xml": ("an Excel workbook", "which is not read; save the sheet as CSV"),
    "ppt/presentation.xml": ("a PowerPoint presentation", "which is not read; save its text as .txt"),
    "content.xml": ("an OpenDocument file", "which is not read; save it as .docx or CSV"),
    "META-INF/container.xml": ("an e-book (EPUB)", "which is not read; save its text as .txt"),
    "IHE_XDM/": ("an XDM archive", "which is not read; unpack it and give the C-CDA document (.xml) in it"),
}
_TEXTS = (
    (re.compile(r"\{\\rtf"), "RTF", "which is not read; save it as .docx or text"),
    (
        re.compile(r"shc:/|eyJ[\w-]+\.[\w-]+\."),
        "a SMART Health Card",
        "whose signed content is not read; give the FHIR record",
    ),
    (
        re.compile(r"(?:PID|EVN|OBX|OBR|AL1|DG1|ORC|PV1|NK1|RX[EOAD])\|"),
        "a part of an HL7 v2 message",
        "without its MSH segment; give the whole message",
    ),
    (re.compile(r"ISA\*\d\d\*"), "an X12 message", "which is not read; give FHIR, C-CDA or HL7 v2"),
    (re.compile(r"UNA.{6}|UNB\+"), "an EDIFACT message", "which is not read; give FHIR, C-CDA or HL7 v2"),
    (re.compile(r"BEGIN:V(?:CARD|CALENDAR)"), "an address card or calendar", "which is no patient's record"),
    (
        re.compile(r"(?:Return-Path|Received|Delivered-To|MIME-Version): "),
        "an e-mail",
        "which is not read; give what is attached",
    ),
    (
        re.compile(r">\w[^\n]*\n[ACGTN\n]{20,}"),
        "a FASTA sequence",
        "which is not read; call its variants and give a VCF",
    ),
    (
        re.compile(r"@\S[^\n]*\n[ACGTN]{20,}\n\+"),
        "FASTQ reads",
        "which are not read; call their variants and give a VCF",
    ),
)
# Keys that an object of a kind has -> what it is, and what to do.
_OBJECTS = (
    ({"verifiableCredential"}, "a SMART Health Card", "whose signed content is not read; give the FHIR record"),
    ({"cards"}, "a CDS Hooks response", "which is no patient's record; give the request with its prefetch"),
    ({"transactionTime", "output"}, "the manifest of a FHIR bulk export", "; give the folder of its NDJSON files"),
    ({"archetype_node_id"}, "an openEHR composition", "which is not read; give FHIR or C-CDA"),
    ({"archetype_details"}, "an openEHR composition", "which is not read; give FHIR or C-CDA"),
    ({"phenotypicFeatures"}, "a Phenopacket", "which is not read; give FHIR"),
    ({"metaData", "subject"}, "a Phenopacket", "which is not read; give FHIR"),
    ({"access_token"}, "an answer of a sign-in server", "which is no patient's record"),
    ({"openapi"}, "a description of a service (OpenAPI)", "which is no patient's record"),
)
_ANSWERS = {
    "OperationOutcome": "a FHIR OperationOutcome, a server's message rather than a record; ask the server again",
    "CapabilityStatement": "a FHIR server's description (CapabilityStatement), which is no patient's record",
    "Questionnaire": "an empty FHIR Questionnaire, which is no patient's record",
    "StructureDefinition": "a FHIR profile (StructureDefinition), which is no patient's record",
    "ValueSet": "a FHIR ValueSet, which is no patient's record",
    "CodeSystem": "a FHIR CodeSystem, which is no patient's record",
    "SearchParameter": "a FHIR SearchParameter, which is no patient's record",
}


def refuse_bytes(content: bytes, name: str) -> None:
    """Raises ``PatientError`` for a binary format that is not read."""
    for mark, what, instead in _MARKS:
        if content.startswith(mark):
            raise PatientError(f"{name}: is {what}, {instead}")
    if content[257:262] == b"ustar":
        raise PatientError(f"{name}: is a tar archive, {_ARCHIVE}")
    if content[4:8] == b"ftyp":
        raise PatientError(f"{name}: is a film or image, {_IMAGE}")


def is_word(content: bytes, name: str) -> bool:
    """Whether a zip archive is a Word document. Raises ``PatientError`` for any other archive, by what it holds."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise PatientError(f"{name}: is a damaged zip archive or Word document") from None
    if "word/document.xml" in names:
        return True
    for inside, (what, instead) in _PACKED.items():
        if any(each.startswith(inside) for each in names):
            raise PatientError(f"{name}: is {what}, {instead}")
    raise PatientError(f"{name}: is a zip archive, {_ARCHIVE}")


def refuse_text(text: str, name: str) -> None:
    """Raises ``PatientError`` for a text format that is not read, and that would make no note either."""
    start = text[:4000].lstrip()
    for mark, what, instead in _TEXTS:
        if mark.match(start):
            raise PatientError(f"{name}: is {what}, {instead}")


def refuse_object(content: dict[str, Any], name: str) -> None:
    """Raises ``PatientError`` for a JSON object of a kind that is not read."""
    kind = content.get("resourceType")
    if isinstance(kind, str) and kind in _ANSWERS:
        raise PatientError(f"{name}: is {_ANSWERS[kind]}")
    for keys, what, instead in _OBJECTS if "resourceType" not in content else ():
        if keys <= content.keys():
            raise PatientError(f"{name}: is {what}, {instead}".replace(", ;", ";"))
