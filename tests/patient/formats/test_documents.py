"""Notes in Word documents and PDFs: read as the same words are as text, refused where there are none."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest

from medrag.errors import PatientError
from medrag.patient import load
from medrag.patient.formats import documents
from medrag.types import Patient
from tests.patient.records import TODAY

LINES = ("64 yo F", "PMH: gout, asthma", "Allergies: penicillin (hives)", "Medications: warfarin 5 mg daily")


def pdf(*pages: tuple[str, ...]) -> bytes:
    """A PDF of those lines a page, in Helvetica, as ISO 32000-1 has it."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, lines in enumerate(pages):
        shown = " ".join(f"({line.replace('(', chr(92) + '(').replace(')', chr(92) + ')')}) Tj T*" for line in lines)
        stream = f"BT /F1 12 Tf 14 TL 50 750 Td {shown} ET"
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>",
            f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        ]
    made, offsets = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        offsets.append(len(made))
        made += f"{number} 0 obj\n{each}\nendobj\n".encode()
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    end = (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\n"
    )
    return made + end.encode() + f"startxref\n{len(made)}\n%%EOF\n".encode()


def word(*lines: str) -> bytes:
    made = docx.Document()
    for line in lines:
        made.add_paragraph(line)
    held = io.BytesIO()
    made.save(held)
    return held.getvalue()


def read(tmp_path: Path, name: str, content: bytes) -> Patient:
    path = tmp_path / name
    path.write_bytes(content)
    return load([path], TODAY)


def facts(known: Patient) -> list[tuple[str, str]]:
    lists = (known.conditions, known.allergies, known.medications)
    return [(fact.display, fact.status.value) for held in lists for fact in held or ()]


@pytest.mark.parametrize("name", ["note.pdf", "note.docx", "note"])
def test_the_words_of_a_document_are_a_note(tmp_path: Path, name: str) -> None:
    expected = read(tmp_path, "note.txt", "\n".join(LINES).encode())
    known = read(tmp_path, name, word(*LINES) if "docx" in name else pdf(LINES))
    assert facts(known) == facts(expected)
    assert ("penicillin", "active") in facts(known)
    assert (known.age_years, known.sex) == (64, "female")


def test_tables_headings_lists_headers_and_deletions_of_word(tmp_path: Path) -> None:
    made = docx.Document()
    made.sections[0].header.paragraphs[0].text = "70 yo M"
    made.add_heading("Past medical history", level=1)
    made.add_paragraph("gout", style="List Bullet")
    table = made.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Allergies", "codeine"
    held = io.BytesIO()
    made.save(held)
    known = read(tmp_path, "a.docx", held.getvalue())
    assert facts(known) == [("gout", "active"), ("codeine", "active")]
    assert (known.age_years, known.sex) == (70, "male")


def test_an_imaging_report_in_a_pdf_is_one(tmp_path: Path) -> None:
    lines = ("EXAM: CT chest", "FINDINGS: No pulmonary embolism.", "IMPRESSION: Right lower lobe pneumonia.")
    known = read(tmp_path, "report.pdf", pdf(lines))
    assert known.imaging and known.imaging[0].report == "Right lower lobe pneumonia."


def test_pages_without_text_are_named(tmp_path: Path) -> None:
    known = read(tmp_path, "note.pdf", pdf(LINES, ()))
    assert [problem.reason for problem in known.problems] == ["pages without text, not read (scanned?): 2"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("scan.pdf", pdf(()), "is a PDF without text"),
        ("broken.pdf", b"%PDF-1.7\n", "is a PDF that is damaged"),
        ("cut.docx", word(*LINES)[:-200], "damaged zip archive"),
        ("empty.docx", word(""), "without text"),
    ],
)
def test_documents_that_cannot_be_read(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    with pytest.raises(PatientError, match=said):
        read(tmp_path, name, content)


def test_a_word_document_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_UNPACKED", 1_000)
    with pytest.raises(PatientError, match="unpacks to more than"):
        read(tmp_path, "bomb.docx", word(*LINES))


def test_a_damaged_part_of_a_word_document(tmp_path: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word(*LINES))) as source, zipfile.ZipFile(held, "w") as target:
        for each in source.namelist():
            target.writestr(each, b"<broken" if each == "word/document.xml" else source.read(each))
    with pytest.raises(PatientError, match="damaged Word document"):
        read(tmp_path, "a.docx", held.getvalue())
