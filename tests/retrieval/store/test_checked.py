import os
from pathlib import Path

import pytest

from medrag.errors import IndexCorrupt
from medrag.retrieval.store import checked
from medrag.retrieval.store.checked import STAMPS, checked_paths
from medrag.retrieval.store.index import Index
from medrag.retrieval.store.manifest import Manifest, file_entry, read_manifest


@pytest.fixture(autouse=True)
def settled(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test builds counts as settled at once, but where the test is about that."""
    if "recently" not in request.node.name:
        monkeypatch.setattr(checked, "SETTLED_NS", -1_000_000_000)


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files whose bytes were read."""
    names: list[str] = []

    def spy(path: Path, name: str) -> object:
        names.append(name)
        return file_entry(path, name)

    monkeypatch.setattr(checked, "file_entry", spy)
    return names


def _largest(folder: Path, manifest: Manifest) -> Path:
    return folder / max(manifest.files.values(), key=lambda entry: entry.bytes).name


def test_a_file_is_hashed_once(built: Path, hashed: list[str]) -> None:
    manifest = read_manifest(built)
    paths = checked_paths(built, manifest)
    assert len(hashed) == len(manifest.files)
    assert checked_paths(built, manifest) == paths
    assert len(hashed) == len(manifest.files)
    checked_paths(built, manifest, every_byte=True)
    assert len(hashed) == 2 * len(manifest.files)


def test_only_what_changed_is_hashed_again(built: Path, hashed: list[str]) -> None:
    manifest = read_manifest(built)
    checked_paths(built, manifest)
    hashed.clear()
    touched = _largest(built, manifest)
    os.utime(touched)
    checked_paths(built, manifest)
    assert hashed == [touched.name]


def test_a_file_put_in_its_place_is_noticed_though_its_size_and_time_are_the_same(built: Path) -> None:
    manifest = read_manifest(built)
    checked_paths(built, manifest)
    path = _largest(built, manifest)
    stat, content = path.stat(), path.read_bytes()
    other = built / "other"
    other.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    os.utime(other, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    other.replace(path)
    with pytest.raises(IndexCorrupt, match="not as it was written"):
        Index.open(built)


@pytest.mark.parametrize("content", ["", "{", '{"a": [1]}', "[]"])
def test_damaged_stamps_only_cost_a_reading(built: Path, hashed: list[str], content: str) -> None:
    (built / STAMPS).write_text(content)
    checked_paths(built, read_manifest(built))
    assert len(hashed) == len(read_manifest(built).files)
    hashed.clear()
    checked_paths(built, read_manifest(built))
    assert not hashed


def test_stamps_of_another_build_are_not_believed(built: Path, hashed: list[str]) -> None:
    manifest = read_manifest(built)
    checked_paths(built, manifest)
    role, entry = next(iter(manifest.files.items()))
    other = manifest.model_copy(
        update={"files": manifest.files | {role: entry.model_copy(update={"sha256": "0" * 64})}}
    )
    with pytest.raises(IndexCorrupt):
        checked_paths(built, other)
    assert hashed[-1] == entry.name


def test_what_changed_recently_is_not_believed_yet(built: Path, hashed: list[str]) -> None:
    manifest = read_manifest(built)
    for path in (built / entry.name for entry in manifest.files.values()):
        path.touch()
    checked_paths(built, manifest)
    hashed.clear()
    checked_paths(built, manifest)
    assert len(hashed) == len(manifest.files)


def test_stamps_of_a_read_only_index_lie_in_the_cache(
    built: Path, hashed: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checked.os, "access", lambda path, mode: False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    manifest = read_manifest(built)
    checked_paths(built, manifest)
    hashed.clear()
    checked_paths(built, manifest)
    assert not hashed
    assert not (built / STAMPS).exists()
    assert len(list((tmp_path / "cache" / "medrag").iterdir())) == 1


def test_a_half_written_file_leaves_no_stamp(built: Path, hashed: list[str]) -> None:
    manifest = read_manifest(built)
    path = _largest(built, manifest)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    for _ in range(2):
        with pytest.raises(IndexCorrupt, match="not as it was written"):
            checked_paths(built, manifest)
    path.write_bytes(whole)
    checked_paths(built, manifest)
