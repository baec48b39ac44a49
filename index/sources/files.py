"""The files of a source: a file stands for itself, a folder for all files in it with the format's suffixes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from index.document import Document, Skipped
from medrag.errors import InputError


def files(path: Path, *suffixes: str) -> Iterator[Path]:
    """The files in a fixed order. Raises InputError when there is none."""
    if path.is_file():
        yield path
        return
    if not path.is_dir():
        raise InputError(f"There is no file or folder {path}.", param="source")
    found = sorted(each for each in path.rglob("*") if each.suffix.lower() in suffixes and each.is_file())
    if not found:
        raise InputError(f"There is no file {' or '.join(suffixes)} in {path}.", param="source")
    yield from found


def document_id(file: Path, root: Path) -> str:
    """The file's path under ``root`` without its suffix: readable, and the same wherever the folder lies."""
    return file.relative_to(root).with_suffix("").as_posix() if root.is_dir() else file.stem


def documents(
    path: Path, read_one: Callable[[Path, Path], Document | Skipped], *suffixes: str
) -> Iterator[Document | Skipped]:
    """What ``read_one`` makes of each file under the root ``path``; a file it fails on is skipped with the reason.

    Raises InputError when there is no file.
    """
    for file in files(path, *suffixes):
        try:
            yield read_one(file, path)
        except Exception as error:  # noqa: BLE001 - parsers fail on broken files in ways that nobody foresaw
            yield Skipped(str(file), reason(error))


def reason(error: Exception) -> str:
    """The first line of what an error says, with its kind where that alone says little."""
    said = next(iter(str(error).splitlines()), "")
    return said if len(said.split()) > 1 else f"{type(error).__name__} {said}".strip()
