from __future__ import annotations

from pathlib import Path

from index.document import Document, Skipped
from index.sources.medquad import read
from tests.index.shared import unpacked

SUBJECT = """<?xml version="1.0" encoding="UTF-8"?>
<Document id="1" source="NIDDK" url="https://example.org/gout"><Focus>Gout</Focus><QAPairs>
<QAPair pid="1"><Question qid="1-1" qtype="treatment">What are the treatments for Gout ?</Question>
<Answer>Key Points
     - Colchicine helps.    -  NSAIDs help.

     Ask your doctor.</Answer></QAPair>
<QAPair pid="2"><Question>Who gets Gout ?</Question><Answer></Answer></QAPair>
</QAPairs></Document>"""


def test_a_question_with_its_answer_is_a_section(tmp_path: Path) -> None:
    (tmp_path / "NIDDK").mkdir()
    (tmp_path / "NIDDK" / "1.xml").write_text(SUBJECT)
    (document,) = read(tmp_path)
    assert isinstance(document, Document)
    assert (document.id, document.title, document.organisations) == ("NIDDK/1", "Gout", ("NIDDK",))
    (section,) = document.sections
    assert section.heading == ("What are the treatments for Gout ?",)
    assert [block.text for block in section.blocks] == [
        "Key Points",
        "Colchicine helps.",
        "NSAIDs help.",
        "Ask your doctor.",
    ]


def test_a_subject_without_answers_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "1.xml").write_text("<Document><Focus>Gout</Focus></Document>")
    (tmp_path / "2.xml").write_text("<Document>")
    first, second = read(tmp_path)
    assert isinstance(first, Skipped)
    assert first.why == "it holds no answer"
    assert isinstance(second, Skipped)


def test_real_subjects(tmp_path: Path) -> None:
    items = list(read(unpacked("medquad/medquad.tar.xz", tmp_path, 100, "CancerGov")))
    documents = [item for item in items if isinstance(item, Document)]
    assert len(items) == 100
    assert len(documents) == 100
    assert all(document.url and document.title for document in documents)
