from __future__ import annotations

import os
from pathlib import Path

import pytest

from index.document import Document, Skipped
from index.sources.pdf import read
from index.stems import stemmed
from tests.index.pictures import scan


def pdf(*pages: str, title: str = "Gout guideline") -> bytes:
    """A PDF 1.4 file whose pages show these lines in Helvetica."""
    fonts = "<< /Font << /F1 3 0 R >> >>"
    numbers = [5 + 2 * position for position in range(len(pages))]
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{' '.join(f'{n} 0 R' for n in numbers)}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Title ({title}) /CreationDate (D:20210304) >>",
    ]
    for number, page in zip(numbers, pages, strict=True):
        shown = " ".join(f"({line}) Tj T*" for line in page.splitlines())
        content = f"BT /F1 12 Tf 14 TL 50 700 Td {shown} ET"
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources {fonts} /Contents {number + 1} 0 R >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    tail = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R /Info 4 0 R >>\n"
    return out + f"{tail}startxref\n{len(out)}\n%%EOF".encode()


PAGES = (
    "ACR 2020\nTreatment of flares\nGive colchicine to adults with an acute flare as soon as possi-\n"
    "ble after it has begun.\n- Avoid aspirin.\n- Avoid beer\nand beta-\nblockers.",
    "ACR 2020\nIce helps, and so does rest of the joint.\n\nCautions\nCheck eGFR.",
    "ACR 2020\nStop when it is over.",
)


def test_pages_headings_items_and_hyphens(tmp_path: Path) -> None:
    (tmp_path / "gout.pdf").write_bytes(pdf(*PAGES))
    (document,) = read(tmp_path)
    assert isinstance(document, Document)
    assert (document.id, document.title, document.year) == ("gout", "Gout guideline", 2021)
    first, second = document.sections
    assert first.heading == ("Treatment of flares",)
    assert [(block.text, block.statement, block.page) for block in first.blocks] == [
        ("Give colchicine to adults with an acute flare as soon as possible after it has begun.", False, 1),
        ("Avoid aspirin.", True, 1),
        ("Avoid beer and beta-blockers.", True, 1),
        ("Ice helps, and so does rest of the joint.", False, 2),
    ]
    assert second.heading == ("Cautions",)
    assert [(block.text, block.page) for block in second.blocks] == [("Check eGFR.", 2), ("Stop when it is over.", 3)]


def test_files_that_cannot_be_read_are_skipped(tmp_path: Path) -> None:
    (tmp_path / "bad.pdf").write_bytes(b"not a PDF")
    (tmp_path / "scan.pdf").write_bytes(pdf("", ""))
    bad, scan = read(tmp_path)
    assert isinstance(bad, Skipped)
    assert isinstance(scan, Skipped)
    assert "scanned" in scan.why


def test_scanned_pages_on_which_ocr_finds_nothing_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a page takes longer than OCR may: here a program in its place copies the file as it is."""
    folder, tool = tmp_path / "guidelines", tmp_path / "bin" / "ocrmypdf"
    for each in (folder, tool.parent):
        each.mkdir()
    tool.write_text('#!/bin/sh\nfor last; do before=$file; file=$last; done\ncp "$before" "$last"\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("MEDRAG_HOME", str(tmp_path / "home"))
    (tmp_path / "whole.pdf").write_bytes(pdf("Give colchicine.", "Do not give it with clarithromycin."))
    scan(tmp_path / "whole.pdf", folder / "half.pdf", scanned=1)
    (folder / "half.jpg").unlink()
    skipped, document = read(folder)
    assert isinstance(skipped, Skipped) and isinstance(document, Document)
    assert skipped.where.endswith("page 2") and skipped.partly and "OCR found no text" in skipped.why


def test_running_lines_page_numbers_and_contents_are_left_out(tmp_path: Path) -> None:
    pages = [
        f"Chapter {number // 3}: Gout {number}\nGive it for {10 * number} days.\n"
        f"Stop after {number}.\nPage {number} of 6"
        for number in range(1, 7)
    ]
    (tmp_path / "gout.pdf").write_bytes(pdf("Treatment . . . . . . . . 12\nPreface of it.\ni", *pages))
    (document,) = read(tmp_path)
    assert isinstance(document, Document)
    said = [(block.page, block.text) for section in document.sections for block in section.blocks]
    assert said == [
        (1, "Preface of it."),
        *((number + 1, f"Give it for {10 * number} days. Stop after {number}.") for number in range(1, 7)),
    ]


def test_files_that_cannot_be_read_are_named_with_the_reason(tmp_path: Path) -> None:
    whole = pdf(*PAGES)
    (tmp_path / "a-empty.pdf").write_bytes(b"")
    (tmp_path / "b-page.pdf").write_bytes(b"<html>not found</html>")
    (tmp_path / "c-blank.pdf").write_bytes(pdf(""))
    (tmp_path / "d-whole.pdf").write_bytes(whole)
    *skipped, document = read(tmp_path)
    assert isinstance(document, Document)
    assert [each.where[-6:] for each in skipped if isinstance(each, Skipped) and each.why] == [
        "ty.pdf",
        "ge.pdf",
        "nk.pdf",
    ]


def blocks_of(folder: Path, page: str) -> list[tuple[int, str]]:
    (folder / "gout.pdf").write_bytes(pdf(page))
    (document,) = read(folder)
    assert isinstance(document, Document)
    return [(block.level, block.text) for section in map(stemmed, document.sections) for block in section.blocks]


def test_a_number_after_bullets_begins_another_list_and_bullets_stand_below_a_number(tmp_path: Path) -> None:
    said = blocks_of(
        tmp_path,
        "Do not give to anyone:\n- aspirin for the acute flare\n- furosemide for raised pressure.\n"
        "2. Offer urate-lowering therapy with one of:\n- allopurinol once daily\n- febuxostat once daily.\n"
        "3. Check urate each month.",
    )
    assert [text for _, text in said] == [
        "Do not give to anyone: aspirin for the acute flare",
        "Do not give to anyone: furosemide for raised pressure.",
        "Offer urate-lowering therapy with one of: allopurinol once daily",
        "Offer urate-lowering therapy with one of: febuxostat once daily.",
        "Check urate each month.",
    ]


def test_a_line_that_goes_on_in_brackets_is_no_heading(tmp_path: Path) -> None:
    said = blocks_of(
        tmp_path, "Give it.\n\nAllopurinol lowers urate\n(strong recommendation).\n\nRest helps the joint."
    )
    assert "Allopurinol lowers urate (strong recommendation)." in [text for _, text in said]
