"""Whether an index's files are as they were written, without reading gigabytes each time an index is opened.

A file's bytes are hashed once. Its size, inode and times of change are then kept beside the index, or in the user's
cache where its folder cannot be written, and while they stay the file is not read again: whatever writes to a file, or
puts another in its place, changes its ctime. What leaves that as it was is not seen: a disk that loses bits, a snapshot
put back under the file system, or someone who sets the clock back or writes false stamps. ``medrag doctor`` hashes
every byte.
"""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import suppress
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from medrag.retrieval.store.manifest import FileEntry, Manifest, damaged, file_entry

STAMPS = ".checked.json"
# A file that changed this recently may change again within one tick of its file system's clock.
SETTLED_NS = 2_000_000_000

_Stamp = tuple[str, int, int, int, int]
"""sha256, size in bytes, inode, mtime and ctime in nanoseconds."""
_STAMPS = TypeAdapter(dict[str, _Stamp])


def checked_paths(directory: Path, manifest: Manifest, *, every_byte: bool = False) -> dict[str, Path]:
    """Where each file of an index lies, by role. ``every_byte``: hash all, whatever is known of them.

    Raises:
        IndexCorrupt: a file is missing, or is not as it was written.
    """
    file = _stamps_file(directory)
    known = {} if every_byte else _read(file)
    now = time.time_ns()
    stamps = {entry.name: _checked(directory, entry, known.get(entry.name)) for entry in manifest.files.values()}
    settled = {name: stamp for name, stamp in stamps.items() if stamp[-1] < now - SETTLED_NS}
    if settled != known:
        _write(file, settled)
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


def _stamps_file(directory: Path) -> Path:
    if os.access(directory, os.W_OK):
        return directory / STAMPS
    try:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    except RuntimeError:  # a user without a home: nothing is kept, and every opening reads the files
        return directory / STAMPS
    return cache / "medrag" / f"checked-{hashlib.sha256(str(directory.resolve()).encode()).hexdigest()[:16]}.json"


def _read(file: Path) -> dict[str, _Stamp]:
    try:
        return _STAMPS.validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return {}


def _write(file: Path, stamps: dict[str, _Stamp]) -> None:
    beside = file.with_name(f"{file.name}.{os.getpid()}")
    with suppress(OSError):  # without stamps the next opening reads the files again
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(_STAMPS.dump_json(stamps))
        beside.replace(file)
