from __future__ import annotations

from pathlib import Path

import docx

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
            (Block("Give colchicine. (Grade 1B)", True), Block("Colchicine; 1.2 mg", True)),
        ),
        Section(("Cautions",), (Block("Check eGFR."),)),
    )


def test_a_file_that_is_none_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "bad.docx").write_bytes(b"PK\x03\x04 not a document")
    docx.Document().save(str(tmp_path / "empty.docx"))
    bad, empty = read(tmp_path)
    assert isinstance(bad, Skipped)
    assert isinstance(empty, Skipped)
    assert empty.why == "it holds no text"
