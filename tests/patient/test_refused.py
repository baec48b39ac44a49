"""Formats that are not read: each refused by its name, with what to do, and never read as a note."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from medrag.errors import PatientError
from medrag.patient import from_json, load
from medrag.patient.formats.recognise import MAX_BYTES
from tests.patient.records import TODAY

NOTE = b"PMH: gout. Allergies: penicillin."


def zipped(**files: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return held.getvalue()


def tarred() -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        info = tarfile.TarInfo("note.txt")
        info.size = len(NOTE)
        archive.addfile(info, io.BytesIO(NOTE))
    return held.getvalue()


FILES = {
    "HTML page": b"<!DOCTYPE html><html><body>Allergies: penicillin</body></html>",
    "HTML page ": b"<div>Allergies: penicillin</div>",
    "RTF": b"{\\rtf1\\ansi Allergies: penicillin}",
    "zip archive": zipped(a_dot_txt="x"),
    "Excel workbook": zipped(xl__workbook_dot_xml="x"),
    "PowerPoint": zipped(ppt__presentation_dot_xml="x"),
    "OpenDocument": zipped(content_dot_xml="x"),
    "tar archive": tarred(),
    "tar archive ": gzip.compress(tarred()),
    "bzip2 archive": bz2.compress(NOTE),
    "xz archive": lzma.compress(NOTE),
    "7-Zip": b"7z\xbc\xaf\x27\x1c\x00\x04",
    "RAR": b"Rar!\x1a\x07",
    "old Word": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "image (PNG)": b"\x89PNG\r\n\x1a\n",
    "image (JPEG)": b"\xff\xd8\xff\xe0",
    "image (TIFF)": b"II*\x00",
    "SMART Health Card": b"shc:/567629595326546034602925",
    "SMART Health Card ": b"eyJ6aXAiOiJERUYi.3VPLbtswELz.c2ln",
    "e-mail": b"Received: from a\nSubject: b\n\nPMH: gout",
    "X12": b"ISA*00*          *00*",
    "part of an HL7 v2 message": b"OBX|1|NM|2160-0^Creatinine^LN||1.2|mg/dL",
    "FASTA": b">chr1\nACGTACGTACGTACGTACGTACGT\n",
    "e-book": zipped(META__INF__container="x").replace(b"META/INF/container", b"META-INF/container"),
}
OBJECTS = {
    "OperationOutcome": {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "not-found"}]},
    "CapabilityStatement": {"resourceType": "CapabilityStatement", "status": "active"},
    "SMART Health Card": {"verifiableCredential": ["eyJ6aXAiOiJERUYi"]},
    "without prefetch": {"hook": "patient-view", "hookInstance": "1", "context": {"patientId": "p"}},
    "CDS Hooks response": {"cards": [{"summary": "x"}]},
    "manifest of a FHIR bulk export": {"transactionTime": "2026-01-01T00:00:00Z", "output": []},
    "openEHR": {"_type": "COMPOSITION", "archetype_node_id": "openEHR-EHR-COMPOSITION.report.v1"},
    "Phenopacket": {"id": "p", "subject": {"id": "s"}, "phenotypicFeatures": []},
}


@pytest.mark.parametrize("what", [each for each in FILES if each != "e-book"])
def test_files_that_are_not_read(tmp_path: Path, what: str) -> None:
    for name in ("file", "file.txt"):
        path = tmp_path / name
        path.write_bytes(FILES[what])
        with pytest.raises(PatientError) as caught:
            load([path], TODAY)
        assert what.strip() in str(caught.value)
        assert "penicillin" not in str(caught.value).lower()
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("what", OBJECTS)
def test_objects_that_are_not_read(tmp_path: Path, what: str) -> None:
    path = tmp_path / "record.json"
    path.write_text(json.dumps(OBJECTS[what]))
    with pytest.raises(PatientError, match=what.replace("(", r"\(")):
        load([path], TODAY)
    with pytest.raises(PatientError, match=what):
        from_json(OBJECTS[what], TODAY)


@pytest.mark.parametrize(
    "text", ["<65 kg, gout", "MSH: none. PMH: gout", "[x] gout", "{gout}", "PID positive; PMH: gout"]
)
def test_notes_that_look_like_something_else_stay_notes(tmp_path: Path, text: str) -> None:
    path = tmp_path / "note.txt"
    path.write_text(text)
    assert "gout" in [fact.display for fact in load([path], TODAY).conditions or ()]


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    for name in ("note.txt", "export.ndjson"):
        os.mkfifo(tmp_path / name)
        with pytest.raises(PatientError, match="no plain file"):
            load([tmp_path / name])


def test_gzip_is_held_to_the_size_of_plain_files(tmp_path: Path) -> None:
    path = tmp_path / "note.txt.gz"
    path.write_bytes(gzip.compress(b" " * (MAX_BYTES + 1)))
    with pytest.raises(PatientError, match="unpacks to more than 50 MB"):
        load([path])


def test_a_note_of_older_systems_is_read_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes("Café worker. Temp 38°C. Creatinine 88 µmol/L. Allergies: penicillin.".encode("cp1252"))
    read = load([path], TODAY)
    assert [(each.display, each.unit) for each in read.observations or ()][-1] == ("creatinine", "\u00b5mol/L")
    assert "Windows-1252" in read.problems[0].reason


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("note.txt", "caf\u00e9 ".encode() + "38°C".encode("cp1252")),
        ("note.txt", "患者对青霉素过敏".encode("gbk")),
        ("note.txt", "Пациент принимает варфарин".encode("cp1251")),
        ("note.txt", bytes(range(256))),
        ("patient.json", '{"medications": ["caf\u00e9"]}'.encode("cp1252")),
    ],
)
def test_other_bytes_are_not_taken_for_western_letters(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(PatientError, match="UTF-8"):
        load([path], TODAY)
