"""The hash of what a model is made of, so that an audit can tell one set of weights from another of the same name."""

from __future__ import annotations

import hashlib
from pathlib import Path

_BLOCK_BYTES = 1 << 22
_LEFT_OUT = {".md", ".log"}


def fingerprint(model: str | Path) -> str | None:
    """sha256 over the names and contents of a local model's or adapter's files; a hub id's in the local cache.

    Reads every byte, about a gigabyte a second. None when the files are not on this machine.
    """
    folder = Path(model) if Path(model).is_dir() else _cached(str(model))
    if folder is None:
        return None
    digest = hashlib.sha256()
    for path in sorted(each for each in folder.rglob("*") if each.is_file() and each.suffix not in _LEFT_OUT):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
    return digest.hexdigest()


def _cached(hub_id: str) -> Path | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(hub_id, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError):
        return None
