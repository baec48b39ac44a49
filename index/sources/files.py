"""The files of a source: a file stands for itself, a folder for all files in it with the format's suffixes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from index.annotations import is_annotation
from index.document import Document, Skipped
from index.metadata import Metadata, is_metadata, metadata_of
from medrag.errors import InputError

Made = Document | Skipped | Iterator[Document | Skipped]
# Beside guidelines, and of no use to anybody who reads them.
_IGNORED = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


def files(path: Path, *suffixes: str) -> Iterator[Path]:
    """The files in a fixed order. Raises InputError when there is none."""
    if path.is_file():
        yield path
        return
    if not path.is_dir():
        raise InputError(f"There is no file or folder {path}.", param="source")
    found = sorted(each for each in path.rglob("*") if each.suffix.lower() in suffixes and _is_source(each))
    if not found:
        raise InputError(f"There is no file {' or '.join(suffixes)} in {path}.", param="source")
    yield from found


def _is_source(file: Path) -> bool:
    return file.is_file() and not _speaks_of_others(file)


def _speaks_of_others(file: Path) -> bool:
    return is_metadata(file) or is_annotation(file)


def document_id(file: Path, root: Path) -> str:
    """The file's path under ``root`` without its suffix: readable, and the same wherever the folder lies."""
    return file.relative_to(root).with_suffix("").as_posix() if root.is_dir() else file.stem


def documents(path: Path, read_one: Callable[[Path, Path], Made], *suffixes: str) -> Iterator[Document | Skipped]:
    """What ``read_one`` makes of each file under the root ``path``, with the metadata that stands beside it.

    A file it fails on is skipped with the reason, and so is each of another format.

    Raises InputError when there is no file, or metadata that cannot be used.
    """
    known = metadata_of(path)
    for file in files(path, *suffixes):
        try:
            if not file.stat().st_size:
                raise ValueError("it is empty")  # noqa: TRY301 (said as what parsers say is)
            made = read_one(file, path)
            for item in [made] if isinstance(made, (Document, Skipped)) else made:
                yield _completed(item, file, path, known)
        except Exception as error:  # noqa: BLE001 - parsers fail on broken files in ways that nobody foresaw
            yield Skipped(str(file), reason(error), document_id(file, path))
    yield from _unread(path, suffixes)


def _completed(item: Document | Skipped, file: Path, root: Path, known: Metadata) -> Document | Skipped:
    if isinstance(item, Skipped):
        return item if item.document else replace(item, document=document_id(file, root))
    return known.applied(item, file.relative_to(root).as_posix() if root.is_dir() else file.name)


def _unread(path: Path, suffixes: tuple[str, ...]) -> Iterator[Skipped]:
    """The files of a folder that are of no format that its source reads."""
    if not path.is_dir():
        return
    for file in sorted(each for each in path.rglob("*") if each.is_file()):
        hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
        beside = hidden or file.name.lower() in _IGNORED or _speaks_of_others(file)
        if file.suffix.lower() not in suffixes and not beside:
            yield Skipped(str(file), f"its format is not read by this source ({', '.join(suffixes)})")


def reason(error: Exception) -> str:
    """The first line of what an error says, with its kind where that alone says little."""
    said = next(iter(str(error).splitlines()), "")
    return said if len(said.split()) > 1 else f"{type(error).__name__} {said}".strip()
