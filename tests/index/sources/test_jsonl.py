from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from index.chunk import passages
from index.document import Document, Skipped
from index.sources.jsonl import read


def lines(tmp_path: Path, *items: Any) -> list[Document | Skipped]:
    path = tmp_path / "corpus.jsonl"
    path.write_text("\n".join(item if isinstance(item, str) else json.dumps(item) for item in items))
    return list(read(path))


def text(document: Document) -> str:
    return " ".join(block.text for section in document.sections for block in section.blocks)


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ({"id": "1", "title": "Gout", "text": "Treat it."}, "Gout"),
        ({"id": 1, "title": "Gout", "content": "Treat it.", "contents": "Gout. Treat it."}, "Gout"),
        ({"id": "1", "title": None, "clean_text": "# Gout\nTreat it.", "raw_text": "x", "overview": None}, "Gout"),
        ({"id": "1", "contents": "Treat it."}, "1"),
    ],
)
def test_the_field_names_of_public_corpora(tmp_path: Path, line: dict[str, Any], title: str) -> None:
    (document,) = lines(tmp_path, line)
    assert isinstance(document, Document)
    assert (document.id, document.title, text(document)) == ("1", title, "Treat it.")


def test_a_graded_line_is_a_graded_recommendation(tmp_path: Path) -> None:
    (document,) = lines(tmp_path, {"id": "a", "text": "Treat it. Then stop.", "strength": "Strong", "grade": "low"})
    assert isinstance(document, Document)
    (passage,) = passages(document)
    assert [(each.strength, each.grade) for each in passage.sentences] == [("Strong", "low")] * 2


def test_metadata(tmp_path: Path) -> None:
    line = {
        "id": "a",
        "text": "Treat.",
        "year": 2019,
        "status": "withdrawn",
        "source": "who",
        "icd10": ["A00"],
        "url": "u",
    }
    (document,) = lines(tmp_path, line)
    assert isinstance(document, Document)
    assert (document.year, document.status, document.organisations) == (2019, "withdrawn", ("who",))
    assert (document.icd10, document.url) == (("A00",), "u")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "JSON"),
        ('{"id": "a"}', "text"),
        ('{"text": "a"}', "id"),
        ({"id": "a", "text": " "}, "no text"),
        ("[]", ""),
    ],
)
def test_a_bad_line_is_skipped_with_its_number(tmp_path: Path, line: Any, why: str) -> None:
    good = {"id": "good", "text": "Fine."}
    first, bad, last = lines(tmp_path, good, line, good | {"id": "last"})
    assert isinstance(bad, Skipped)
    assert bad.where.endswith("corpus.jsonl:2")
    assert why in bad.why
    assert isinstance(first, Document)
    assert isinstance(last, Document)
