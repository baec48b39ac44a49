"""Whether an index's files are as they were written, without reading gigabytes each time an index is opened.

A file's bytes are hashed once. Its size, inode and times of change are then kept beside the index, and while they stay
the file is not read again: whatever writes to a file, or puts another in its place, changes its ctime. A disk that
loses bits silently does not: ``medrag doctor`` hashes every byte, as does every opening of an index in a folder that
cannot be written.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from medrag.retrieval.manifest import FileEntry, Manifest, damaged, file_entry

STAMPS = ".checked.json"

_Stamp = tuple[str, int, int, int, int]
"""sha256, size in bytes, inode, mtime and ctime in nanoseconds."""
_STAMPS = TypeAdapter(dict[str, _Stamp])


def checked_paths(directory: Path, manifest: Manifest, *, every_byte: bool = False) -> dict[str, Path]:
    """Where each file of an index lies, by role. ``every_byte``: hash all, whatever is known of them.

    Raises:
        IndexCorrupt: a file is missing, or is not as it was written.
    """
    known = {} if every_byte else _read(directory)
    stamps = {entry.name: _checked(directory, entry, known.get(entry.name)) for entry in manifest.files.values()}
    if stamps != known:
        _write(directory, stamps)
    return {role: directory / entry.name for role, entry in manifest.files.items()}


def _checked(directory: Path, entry: FileEntry, known: _Stamp | None) -> _Stamp:
    """The stamp of a file that is as the manifest says."""
    path = directory / entry.name
    try:
        stamp = _stamp(path, entry.sha256)
        found = entry if stamp == known else file_entry(path, entry.name)
    except OSError as error:
        raise damaged(directory, f"{entry.name} cannot be read ({error.strerror})") from error
    if found != entry:
        raise damaged(directory, f"{entry.name} is not as it was written")
    return stamp


def _stamp(path: Path, sha256: str) -> _Stamp:
    """Taken before the file is hashed, so that a change during the hashing shows the next time."""
    stat = path.stat()
    return sha256, stat.st_size, stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns


def _read(directory: Path) -> dict[str, _Stamp]:
    try:
        return _STAMPS.validate_json((directory / STAMPS).read_bytes())
    except (OSError, ValidationError):
        return {}


def _write(directory: Path, stamps: dict[str, _Stamp]) -> None:
    beside = directory / f"{STAMPS}.{os.getpid()}"
    with suppress(OSError):
        beside.write_bytes(_STAMPS.dump_json(stamps))
        beside.replace(directory / STAMPS)
