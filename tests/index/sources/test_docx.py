from __future__ import annotations

from pathlib import Path

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from index.document import Block, Document, Section, Skipped
from index.sources.docx import read


def test_a_word_document(tmp_path: Path) -> None:
    word = docx.Document()
    word.add_heading("Gout guideline", level=0)
    word.add_paragraph("For adults.")
    word.add_heading("Treatment", level=1)
    word.add_heading("Flare", level=2)
    word.add_paragraph("Give colchicine. (Grade 1B)", style="List Bullet")
    table = word.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Colchicine", "1.2 mg"
    word.add_heading("Cautions", level=1)
    word.add_paragraph("Check eGFR.")
    word.save(str(tmp_path / "gout.docx"))
    (document,) = read(tmp_path)
    assert isinstance(document, Document)
    assert (document.id, document.title) == ("gout", "Gout guideline")
    assert document.sections == (
        Section((), (Block("For adults."),)),
        Section(
            ("Treatment", "Flare"),
            (Block("Give colchicine. (Grade 1B)", True, level=1), Block("Colchicine; 1.2 mg", True)),
        ),
        Section(("Cautions",), (Block("Check eGFR."),)),
    )


def test_what_stands_in_controls_links_and_revisions_is_read(tmp_path: Path) -> None:
    word = docx.Document()
    parts = (
        "<w:p><w:r><w:t>Give 5</w:t></w:r><w:r><w:noBreakHyphen/><w:t>10 mg</w:t></w:r><w:del><w:r><w:delText>never"
        "</w:delText></w:r></w:del><w:ins><w:r><w:t xml:space='preserve'> daily.</w:t></w:r></w:ins></w:p>",
        "<w:sdt><w:sdtContent><w:p><w:hyperlink><w:r><w:t>In a control.</w:t></w:r></w:hyperlink></w:p></w:sdtContent>"
        "</w:sdt>",
        "<w:p><w:pPr><w:numPr><w:numId w:val='1'/></w:numPr></w:pPr><w:r><w:t>Numbered.</w:t></w:r></w:p>",
    )
    for part in parts:
        word.element.body.insert(-1, parse_xml(part.replace(">", f" {nsdecls('w')}>", 1)))
    word.save(str(tmp_path / "a.docx"))
    (document,) = read(tmp_path)
    assert isinstance(document, Document)
    assert document.sections[0].blocks == (
        Block("Give 5-10 mg daily."),
        Block("In a control."),
        Block("Numbered.", True, level=1),
    )


def test_cells_follow_the_names_of_their_columns(tmp_path: Path) -> None:
    word = docx.Document()
    table = word.add_table(rows=3, cols=2)
    for row, said in zip(table.rows, (("Drug", "Dose"), ("Colchicine", "1.2 mg"), ("", "0.6 mg")), strict=True):
        row.cells[0].text, row.cells[1].text = said
    table.cell(1, 0).merge(table.cell(2, 0))
    table.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
    word.save(str(tmp_path / "a.docx"))
    (document,) = read(tmp_path)
    assert isinstance(document, Document)
    assert [block.text for block in document.sections[0].blocks] == [
        "Drug: Colchicine; Dose: 1.2 mg",
        "Drug: Colchicine; Dose: 0.6 mg",
    ]


def test_a_file_that_is_none_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "bad.docx").write_bytes(b"PK\x03\x04 not a document")
    docx.Document().save(str(tmp_path / "empty.docx"))
    bad, empty = read(tmp_path)
    assert isinstance(bad, Skipped)
    assert isinstance(empty, Skipped)
    assert empty.why == "it holds no text"


def test_numbers_after_bullets_have_not_the_stem_of_the_bullets(tmp_path: Path) -> None:
    word = docx.Document()
    word.add_paragraph("Do not bridge in:")
    word.add_paragraph("atrial fibrillation", style="List Bullet")
    word.add_paragraph("Stop warfarin 5 days before.", style="List Number")
    word.save(str(tmp_path / "a.docx"))
    (document,) = read(tmp_path)
    assert isinstance(document, Document)
    assert [block.text for section in document.sections for block in section.blocks] == [
        "Do not bridge in: atrial fibrillation",
        "Stop warfarin 5 days before.",
    ]


def test_what_is_no_word_document_is_named_as_such(tmp_path: Path) -> None:
    (tmp_path / "broken.docx").write_bytes(b"\x00\x01")
    (skipped,) = read(tmp_path)
    assert isinstance(skipped, Skipped) and skipped.why == "it is no Word document, or a damaged one"
