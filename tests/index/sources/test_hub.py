"""Datasets in the layouts of public corpora, read from a folder as they are read from the hub."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from index.document import Document, Skipped
from index.sources import hub, reader
from medrag.errors import InputError

pytest.importorskip("datasets")


def test_parquet_of_guidelines_is_streamed_with_its_headings_and_address(tmp_path: Path) -> None:
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    rows = [
        {"id": "a1", "source": "who", "title": "Fever", "clean_text": "# Fever\n## Children\n- Give paracetamol.",
         "url": "https://who.int/fever", "overview": None},
        {"id": "a2", "source": "who", "title": "Empty", "clean_text": " ", "url": None, "overview": None},
    ]  # fmt: skip
    parquet.write_table(arrow.Table.from_pylist(rows), tmp_path / "train-00000.parquet")
    document, skipped = reader("hub:epfl-llm/guidelines")(tmp_path)
    assert isinstance(document, Document) and isinstance(skipped, Skipped)
    assert (document.id, document.organisations, document.url) == (
        "epfl-llm/guidelines/a1",
        ("who",),
        "https://who.int/fever",
    )
    assert document.sections[0].heading[-1] == "Children"


def test_json_lines_of_a_textbook_corpus_are_read(tmp_path: Path) -> None:
    chunk = tmp_path / "chunk"
    chunk.mkdir()
    row = {"id": "Anatomy_0", "title": "Anatomy", "content": "The heart has four chambers.", "contents": "Anatomy. The"}
    (chunk / "Anatomy.jsonl").write_text(json.dumps(row) + "\n")
    (document,) = reader("hub:MedRAG/textbooks")(tmp_path)
    assert isinstance(document, Document)
    assert document.sections[0].blocks[0].text == "The heart has four chambers."


def test_each_document_keeps_its_licence_or_that_of_the_corpus_card(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: [cc-by-4.0, mit]\npretty_name: Ward guidelines\n---\n# Text\n")
    own = {"id": "a", "text": "Give oxygen.", "license": "CC0-1.0", "attribution": "WHO, 2024"}
    without = {"id": "b", "text": "Give fluids.", "license": None, "attribution": None}
    (tmp_path / "all.jsonl").write_text(f"{json.dumps(own)}\n{json.dumps(without)}\n")
    documents = [each for each in reader("hub:hospital/ward")(tmp_path) if isinstance(each, Document)]
    assert [(each.licence, each.attribution) for each in documents] == [
        ("CC0-1.0", "WHO, 2024"),
        ("cc-by-4.0; mit", "Ward guidelines"),
    ]
    (tmp_path / "README.md").unlink()
    assert [each.licence for each in reader("hub:hospital/ward")(tmp_path) if isinstance(each, Document)] == [
        "CC0-1.0",
        None,
    ]


def test_a_folder_without_data_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be had"):
        list(reader("hub:none/such")(tmp_path))


def test_a_copy_that_is_not_there_is_named_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no file or folder"):
        hub.check("hospital/ward", tmp_path / "wards")
    hub.check("hospital/ward", tmp_path)
