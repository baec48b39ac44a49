"""The folder of public data sets that some benchmarks read: by option or environment, never by a guess."""

from __future__ import annotations

from pathlib import Path

import typer

SHARED_DATA = typer.Option(
    "--data", envvar="MEDRAG_SHARED_DATA", exists=True, file_okay=False, help="Folder of the public data sets."
)


def files(data: Path, pattern: str) -> list[Path]:
    """The files under ``data`` that fit ``pattern``; where there is none the command ends with a message."""
    found = sorted(data.glob(pattern))
    if not found:
        raise typer.BadParameter(f"there is no {pattern} in {data}", param_hint="--data")
    return found
