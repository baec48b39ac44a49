"""The larger sentence encoder: out of its packages' parts, once, and never something else."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import io
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from medrag.errors import ConfigurationError
from medrag.retrieval import larger_encoder

WEIGHTS = b"weights" * 1000


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Path]]:
    """Two packages with a part of the zip each."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("enc/model.safetensors", WEIGHTS)
        archive.writestr("enc/1_Pooling/config.json", "{}")
        archive.writestr("enc/desktop.ini", "no")
    cut = len(whole.getvalue()) // 2
    found = {}
    for number, piece in enumerate((whole.getvalue()[:cut], whole.getvalue()[cut:]), start=1):
        path = tmp_path / f"site/enc.zip.{number:03d}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(piece)
        found[f"part-{number}"] = [path]
    known = larger_encoder.Parts(
        name="enc",
        title="enc",
        licence="x",
        source="x",
        packages=("part-1", "part-2"),
        version="1",
        part="enc.zip",
        folder="enc",
        sha256=hashlib.sha256(WEIGHTS).hexdigest(),
    )
    monkeypatch.setattr(larger_encoder, "parts", lambda: known)
    monkeypatch.setattr(importlib.metadata, "files", lambda name: _files(found, name))
    return found


class _Located:
    """A file of a package, as importlib.metadata gives it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __str__(self) -> str:
        return str(self.path)

    def locate(self) -> Path:
        return self.path


def _files(found: dict[str, list[Path]], name: str) -> list[_Located]:
    if name not in found:
        raise importlib.metadata.PackageNotFoundError(name)
    return [_Located(each) for each in found[name]]


def test_the_parts_are_joined_and_unpacked_once(
    packages: dict[str, list[Path]], tmp_path: Path, said: list[str]
) -> None:
    out = larger_encoder.prepare(tmp_path / "home", said.append)
    assert out
    assert (out / "model.safetensors").read_bytes() == WEIGHTS
    assert sorted(each.name for each in out.rglob("*")) == ["1_Pooling", "config.json", "model.safetensors"]
    packages.clear()
    assert larger_encoder.prepare(tmp_path / "home", said.append) == out
    assert len(said) == 1


def test_without_every_package_there_is_none(packages: dict[str, list[Path]], tmp_path: Path, said: list[str]) -> None:
    del packages["part-2"]
    assert larger_encoder.prepare(tmp_path / "home", said.append) is None
    assert said == []


@pytest.mark.parametrize("spoil", [b"", b"something else"])
def test_what_is_not_the_encoder_is_refused(
    spoil: bytes, packages: dict[str, list[Path]], tmp_path: Path, said: list[str]
) -> None:
    packages["part-2"][0].write_bytes(spoil)
    with pytest.raises(ConfigurationError):
        larger_encoder.prepare(tmp_path / "home", said.append)
    left = [each for each in (tmp_path / "home").rglob("*") if each.is_file()]
    assert left == [larger_encoder.folder(tmp_path / "home").with_name(f".{larger_encoder.folder(tmp_path).name}.lock")]


def test_other_weights_are_refused(
    packages: dict[str, list[Path]], tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = larger_encoder.parts().model_copy(update={"sha256": "0" * 64})
    monkeypatch.setattr(larger_encoder, "parts", lambda: other)
    with pytest.raises(ConfigurationError, match="sha256"):
        larger_encoder.prepare(tmp_path / "home", said.append)


def test_two_at_once_make_it_once(packages: dict[str, list[Path]], tmp_path: Path, said: list[str]) -> None:
    home = tmp_path / "home"
    out = larger_encoder.folder(home)
    out.parent.mkdir(parents=True)
    with ThreadPoolExecutor(2) as pool, out.with_name(f".{out.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = [pool.submit(larger_encoder.prepare, home, said.append) for _ in range(2)]
        while len(said) < 2:
            time.sleep(0.01)
        assert all("another process" in each for each in said)
        assert not out.exists()
        fcntl.flock(lock, fcntl.LOCK_UN)
        assert [each.result() for each in made] == [out, out]
    assert len(said) == 3
