"""Readers of patient files: processes of their own, their limits, and a stem that may die."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from medrag.errors import PatientError
from medrag.server import readers as module
from medrag.server.readers import Readers


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    yield Readers(None, None)


def note(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "note.txt"
    path.write_text(text)
    return path


def test_reads_as_the_command_does_and_says_what_is_wrong(readers: Readers, tmp_path: Path) -> None:
    read = readers.read([note(tmp_path, "70F on warfarin. Allergies: penicillin.")], one_person=False)
    assert [each["display"] for each in read["patient"]["medications"]] == ["warfarin"]
    assert "warfarin" in read["summary"]
    with pytest.raises(PatientError, match="is empty"):
        readers.read([note(tmp_path, " ")], one_person=False)


def test_a_stem_that_died_is_followed_by_another(readers: Readers, tmp_path: Path) -> None:
    path = note(tmp_path, "70F on warfarin")
    readers.read([path], one_person=False)
    assert readers._stem is not None
    readers._stem.kill()
    readers._stem.wait()
    assert readers.read([path], one_person=False)["patient"]["medications"]


def test_a_reader_that_its_limit_ends_is_told(
    readers: Readers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The alarm rings while a pipe that takes a plain file's place is waited for."""
    monkeypatch.setattr(readers, "_seconds", 1)
    path = note(tmp_path, "70F on warfarin\n" * 60_000)
    with pytest.raises(PatientError, match="to be read"):
        readers.read([path] * 40, one_person=True)


def test_the_limit_holds_a_process_to_its_memory() -> None:
    code = (
        "from medrag.patient.formats.pdf_pages import limit\n"
        "limit(50_000_000, 60)\n"
        "try:\n    bytearray(400_000_000)\nexcept MemoryError:\n    print('held')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "held"


def test_the_stem_ends_with_its_server() -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom medrag.server.readers import Readers\n"
        "held = Readers(None, None)\n"
        "held.read([Path(sys.argv[1])], one_person=False)\nprint(held._stem.pid)"
    )
    done = subprocess.run([sys.executable, "-c", code, module.__file__], capture_output=True, text=True, check=True)
    assert not Path(f"/proc/{int(done.stdout)}").exists()
