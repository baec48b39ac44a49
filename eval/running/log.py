"""The append-only log of one task's run: one JSON line for each start and each sample.

A line is the system's as soon as it is written, so that a killed run keeps it; the disk is waited for once a second and
at the end, so that a power cut costs the samples of a second, which a resumed run asks again.

The log holds questions, patients' slices and advice: it is the evaluator's own data and is made readable only by
its owner.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from eval.results.contamination import Training
from eval.scoring.judge import Identity
from medrag.errors import ConfigurationError, InputError
from medrag.types import Provenance, Record


class Start(Record):
    """The run's set-up. A log may be resumed only with the same :attr:`identity`."""

    kind: Literal["start"] = "start"
    task: str
    data: str
    system: str
    seed: int
    samples: int
    engine: str
    judge: Identity | None = None
    training: Training | None = None
    versions: Mapping[str, str]
    at: datetime

    @property
    def identity(self) -> tuple[object, ...]:
        """What has to stay the same when a log is resumed."""
        return self.task, self.data, self.system, self.seed, self.samples, self.judge, self.training


class Entry(Record):
    """One sample's result. ``scores`` holds a number from 0 to 1 (HealthBench's may be below 0), or ``None`` where a
    metric does not apply."""

    kind: Literal["sample"] = "sample"
    id: str
    scores: Mapping[str, float | None] = Field(default_factory=dict)
    output: Mapping[str, Any] = Field(default_factory=dict)
    slices: Mapping[str, str] = Field(default_factory=dict)
    provenance: Provenance | None = None
    error: str | None = None
    seconds: float
    at: datetime


SYNC_S = 1.0
_LINE: TypeAdapter[Start | Entry] = TypeAdapter(Start | Entry)


@dataclass
class Log:
    """A log on disk and what it holds so far; the last entry of an id counts."""

    path: Path
    starts: list[Start] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    _file: IO[bytes] | None = field(default=None, repr=False)
    _synced: float = field(default=0.0, repr=False)

    @property
    def done(self) -> set[str]:
        """Ids that need no further try."""
        return {entry.id for entry in self.entries.values() if entry.error is None}

    @property
    def provenance(self) -> Provenance | None:
        """What made the entries so far."""
        return next((entry.provenance for entry in self.entries.values() if entry.provenance), None)

    def append(self, line: Start | Entry) -> None:
        """Writes one line; waits for the disk when that was last done over ``SYNC_S`` ago.

        Raises:
            ConfigurationError: the line was made by another engine, model, index or set-up than the log's lines.
        """
        if self._file is None:
            raise ValueError("the log is not open for writing")
        self._require_same(line)
        self._file.write(line.model_dump_json().encode() + b"\n")
        self._file.flush()
        if time.monotonic() - self._synced > SYNC_S:
            os.fsync(self._file.fileno())
            self._synced = time.monotonic()
        self._keep(line)

    def close(self) -> None:
        """Gives the log free for another run."""
        if self._file is not None:
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None

    def _keep(self, line: Start | Entry) -> None:
        if isinstance(line, Start):
            self.starts.append(line)
        else:
            self.entries[line.id] = line

    def _require_same(self, line: Start | Entry) -> None:
        if isinstance(line, Start):
            changed = self.starts and self.starts[0].identity != line.identity
        else:
            known = self.provenance
            changed = known is not None and line.provenance is not None and line.provenance != known
        if changed:
            raise ConfigurationError(
                f"{self.path} was begun with another set-up (task data, seed, model, index, prompts, knowledge, judge "
                "or training data); give another --out, or go back to the first set-up to resume it"
            )


def read(path: Path) -> Log:
    """The log at ``path``, for reading only.

    Raises:
        InputError: there is none, or a line other than a torn last one does not parse.
    """
    if not path.is_file():
        raise InputError(f"no evaluation log at {path}")
    log, _ = _parse(path, path.read_bytes())
    return log


def read_logs(directory: Path) -> list[Log]:
    """The logs of the tasks that were run into ``directory``.

    Raises:
        InputError: there are none.
    """
    found = [log for path in sorted(directory.glob("*.jsonl")) if (log := read(path)).starts]
    if not found:
        raise InputError(f"no evaluation logs in {directory}; run `medrag eval run ... --out {directory}` first")
    return found


def answered(log: Log) -> list[Entry]:
    """The entries without an error, by id."""
    return sorted((entry for entry in log.entries.values() if entry.error is None), key=lambda entry: entry.id)


def resume(path: Path) -> Log:
    """The log at ``path``, made when there is none, open for appending; a torn last line is cut off.

    Raises:
        InputError: another run is writing it, or it is damaged.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    file = os.fdopen(descriptor, "rb+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        log, good = _parse(path, file.read())
        file.truncate(good)
    except BlockingIOError:
        file.close()
        raise InputError(f"another run is writing {path}") from None
    except InputError:
        file.close()
        raise
    log._file = file
    return log


def _parse(path: Path, content: bytes) -> tuple[Log, int]:
    """The log in ``content`` and how many of its bytes are whole lines."""
    log = Log(path)
    whole = content.rfind(b"\n") + 1
    for number, line in enumerate(content[:whole].splitlines(), start=1):
        try:
            log._keep(_LINE.validate_python(json.loads(line), strict=False))
        except (ValueError, ValidationError):
            raise InputError(f"line {number} of {path} is damaged; restore the file or give another --out") from None
    return log, whole
