"""A file that has not changed is not read again."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.document import Block, Section
from index.layout.reading import Reading, kept


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MEDRAG_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


class Reader:
    """Counts what it reads."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, file: Path) -> Reading:
        self.asked += 1
        block = Block(file.read_text(), statement=True, grade="high", page=2, quotable=False)
        scanned = (3,) if "scan" in file.name else ()
        return Reading("Gout", 2024, (Section(("Flare", "Doses"), (block,)),), scanned=scanned, unsettled=(4, 5))


def test_the_same_bytes_are_read_once_wherever_they_lie(tmp_path: Path, home: Path) -> None:
    read = Reader()
    for name in ("a.pdf", "b.pdf"):
        (tmp_path / name).write_text("Give colchicine.")
    first, second = kept(tmp_path / "a.pdf", read), kept(tmp_path / "b.pdf", read)
    assert first == second and read.asked == 1
    (tmp_path / "a.pdf").write_text("Do not give colchicine.")
    assert kept(tmp_path / "a.pdf", read).sections[0].blocks[0].text == "Do not give colchicine."


def test_what_is_damaged_or_of_other_code_is_read_anew(tmp_path: Path, home: Path) -> None:
    read, file = Reader(), tmp_path / "a.pdf"
    file.write_text("Give colchicine.")
    (home / "read" / "other").mkdir(parents=True)
    kept(file, read)
    (place,) = (home / "read").rglob("*.json")
    assert not (home / "read" / "other").exists()
    place.write_text("{")
    kept(file, read)
    assert read.asked == 2


def test_where_nothing_can_be_kept_it_is_read_all_the_same(tmp_path: Path, home: Path) -> None:
    home.write_text("a file, and no folder")
    (tmp_path / "a.pdf").write_text("Give colchicine.")
    assert kept(tmp_path / "a.pdf", Reader()).title == "Gout"


def test_a_file_with_pages_that_were_not_read_is_tried_again(tmp_path: Path, home: Path) -> None:
    read = Reader()
    (tmp_path / "scan.pdf").write_text("Give colchicine.")
    kept(tmp_path / "scan.pdf", read)
    kept(tmp_path / "scan.pdf", read)
    assert read.asked == 2
