from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from index.document import Document, Skipped
from index.sources import reader
from medrag.errors import InputError


def documents(path: Path, kind: str = "folder") -> dict[str, Document]:
    return {item.id: item for item in reader(kind)(path) if isinstance(item, Document)}


def test_what_stands_beside_a_file_takes_the_place_of_what_it_says_itself(tmp_path: Path) -> None:
    (tmp_path / "gout.md").write_text("# Gout\nGive colchicine.\n")
    (tmp_path / "gout.md.yaml").write_text(
        "issuer: Trust; Network\nyear: 2024\nedition: 3.1\nstatus: superseded\n"
        "link: https://trust.example/gout\nreview: 2026-01-31\n"
    )
    document = documents(tmp_path)["gout.md"]
    assert (document.organisations, document.year, document.edition) == (("Trust", "Network"), 2024, "3.1")
    assert (document.status, document.review, document.file) == ("superseded", date(2026, 1, 31), "gout.md")
    assert document.title == "Gout" and document.url == "https://trust.example/gout"
    assert not [item for item in reader("folder")(tmp_path) if isinstance(item, Skipped)]


def test_a_table_speaks_of_many_files_in_folders(tmp_path: Path) -> None:
    for ward in ("a", "b"):
        (tmp_path / ward).mkdir()
        (tmp_path / ward / "rules.txt").write_text(f"Ward {ward}.")
    (tmp_path / "guidelines.csv").write_text("file,title,effective\na/rules.txt,Rules of A,2025-01-01\nb/rules.txt,,\n")
    found = documents(tmp_path)
    assert found["a/rules.txt"].title == "Rules of A" and found["a/rules.txt"].effective == date(2025, 1, 1)
    assert found["b/rules.txt"].title == "rules"


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("gout.md.yaml", "statsu: withdrawn", "statsu"),
        ("gout.md.yaml", "review: soon", "review"),
        ("gout.md.yaml", "[unclosed", "no YAML"),
        ("guidelines.csv", "file,year\nnone.md,2024\n", "no file none.md"),
    ],
)
def test_metadata_that_cannot_be_used_stops_the_build(tmp_path: Path, name: str, text: str, why: str) -> None:
    (tmp_path / "gout.md").write_text("Give colchicine.")
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=why):
        documents(tmp_path)


def test_files_of_unknown_formats_are_named(tmp_path: Path) -> None:
    (tmp_path / "gout.md").write_text("Give colchicine.")
    (tmp_path / "old.doc").write_bytes(b"\xd0\xcf")
    (tmp_path / "empty.pdf").write_bytes(b"")
    skipped = [item for item in reader("folder")(tmp_path) if isinstance(item, Skipped)]
    assert sorted(Path(item.where).name for item in skipped) == ["empty.pdf", "old.doc"]
