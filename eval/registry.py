"""The tasks by name, as the command line asks for them: ``NAME`` or ``NAME=DATA``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from eval.tasks import Task, cases
from medrag.errors import InputError

Loader = Callable[[Path | None], Task[Any]]

TASKS: Mapping[str, tuple[Loader, str]] = {
    "cases": (cases.load, "your own cases (JSON lines); without DATA the shipped example over the starter corpus"),
}


def load(asked: str) -> Task[Any]:
    """The task that ``NAME`` or ``NAME=DATA`` asks for.

    Raises:
        InputError: there is no such task, or its data cannot be read.
    """
    name, _, data = asked.partition("=")
    if name not in TASKS:
        raise InputError(f"no task {name!r}; there are: {', '.join(TASKS)}")
    loader, _ = TASKS[name]
    return loader(Path(data) if data else None)
