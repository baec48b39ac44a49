"""The ``medrag`` command in the tests' own process: what it prints and how it ends, without a start from cold."""

from __future__ import annotations

import io
import os
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from medrag.cli import main


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    returncode: int
    stdout: str
    stderr: str


def medrag(*arguments: str | Path, home: Path | None = None) -> Done:
    """``medrag`` with ``arguments`` and its files in ``home``."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    environment = {"MEDRAG_HOME": str(home)} if home else {}
    with (
        patch("sys.argv", ["medrag", *map(str, arguments)]),
        patch.dict(os.environ, environment),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return Done(status, out.getvalue(), err.getvalue())
