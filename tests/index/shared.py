"""Real data beside the checkout, where there is any."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from tests.paths import SHARED


def unpacked(archive: str, into: Path, members: int, folder: str = "") -> Path:
    """The first ``members`` files of ``archive`` (of one ``folder``), in ``into``; skips where there is no archive."""
    path = SHARED / archive
    if not path.exists():
        pytest.skip(f"needs the real data at {path} (set MEDRAG_SHARED_DATA)")
    with tarfile.open(path) as tar:
        files = (member for member in tar if member.isfile() and member.name.endswith(".xml") and folder in member.name)
        for member, _ in zip(files, range(members), strict=False):
            tar.extract(member, into, filter="data")
    return into
