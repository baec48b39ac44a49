"""The audit trail: one line for each thing that leaves, chained by hashes and on disk before it leaves.

A line is ``{"sequence", "previous", "record", "hash"}`` with ``hash = sha256(previous + record)`` over the record's
canonical JSON. An answer has one ``opened`` record, one ``released`` for each statement and one ``finished`` (or
``failed``). Records hold ids, hashes, passages with spans and findings without their reasons: no patient text.
A changed, moved or missing line breaks the chain; lines cut off the end do not, so keep the head that
:func:`verify` reports somewhere else and ask for it with ``head=``.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
import os
import threading
import uuid
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from typing import Any, Self

from medrag.errors import AuditError
from medrag.events import Event, Finished, Noticed, Released
from medrag.types import Case, Finding, Statement

Record = dict[str, Any]

GENESIS = "0" * 64


@dataclass(frozen=True)
class Chain:
    """How far a trail goes: its number of lines, and the last one's hash."""

    lines: int = 0
    head: str = GENESIS


@dataclass
class Trail:
    """An open audit trail; one process at a time writes to it. Use as a context manager."""

    path: Path
    chain: Chain
    _file: FileIO = field(repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @classmethod
    def open(cls, path: Path) -> Self:
        """The trail at ``path``, made when there is none. A line torn by a crash is cut off, which is recorded.

        Raises:
            AuditError: it cannot be written, does not verify, or another process writes to it.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = FileIO(path, "a", opener=_private)
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AuditError(f"another process writes the audit trail {path}; stop it, or use another home") from None
        except OSError as error:
            raise AuditError(f"the audit trail {path} cannot be written ({error.strerror})") from None
        chain, torn = _read(path)
        trail = cls(path, chain, file)
        if torn:
            file.truncate(path.stat().st_size - len(torn))
            trail.append({"event": "recovered", "bytes": len(torn), "sha256": hashlib.sha256(torn).hexdigest()})
        return trail

    def append(self, record: Record, *, sync: bool = True) -> None:
        """Adds one record and, with ``sync``, waits until it and all before it are on disk.

        A line that cannot be written whole is taken back.

        Raises:
            AuditError: the disk is full or gone.
        """
        with self._lock:
            line, chain = _next(self.chain, {"time": datetime.now(UTC).isoformat()} | record)
            try:
                _write(self._file, line, sync)
            except (OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or error
                raise AuditError(
                    f"the audit trail {self.path} cannot be written ({reason}); nothing is answered without it"
                ) from None
            self.chain = chain

    async def recorded(
        self, events: AsyncGenerator[Event, None], case: Case, who: str, *, whole: bool = False
    ) -> AsyncGenerator[Event, None]:
        """``events``, each only once its record is on disk. With ``whole`` they leave together, so the last one waits.

        Raises:
            AuditError: a record cannot be written; the event it is for does not leave.
        """
        answer = {"answer": uuid.uuid4().hex}
        opened = {"event": "opened", "who": who, "case_sha256": _sha256(case.model_dump(mode="json"))}
        self.append(answer | opened, sync=False)
        finished = False
        async with aclosing(events):
            try:
                async for event in events:
                    last = isinstance(event, Finished)
                    await self._add(answer | _recorded(event), last or not (whole or event == Noticed(())))
                    finished = last
                    yield event
            finally:
                if not finished:
                    with suppress(AuditError):
                        self.append(answer | {"event": "failed"})

    async def _add(self, record: Record, sync: bool) -> None:
        if sync:
            await asyncio.to_thread(self.append, record)
        else:
            self.append(record, sync=False)

    def close(self) -> None:
        """Closes the file and lets another process write."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def verify(path: Path, head: str | None = None) -> Chain:
    """Reads the whole trail and checks every link; ``head``, where given, must be one of its hashes.

    Raises:
        AuditError: a line is damaged, changed, moved or missing (the message names it), or ``head`` is not there.
    """
    chain, torn = _read(path, head)
    if torn:
        raise AuditError(f"{path}: line {chain.lines + 1} is torn; the next `medrag serve` cuts it off and says so")
    return chain


def _read(path: Path, head: str | None = None) -> tuple[Chain, bytes]:
    """The verified chain, and what follows the last line end."""
    chain, found = Chain(), head in (None, GENESIS)
    try:
        with path.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    return chain, line
                chain = _linked(chain, line, path)
                found = found or chain.head == head
    except OSError as error:
        raise AuditError(f"the audit trail {path} cannot be read ({error.strerror})") from None
    if not found:
        raise AuditError(f"{path}: no line has the hash {head}; lines were cut off, or it is another trail")
    return chain, b""


def _linked(chain: Chain, line: bytes, path: Path) -> Chain:
    try:
        expected, longer = _next(chain, json.loads(line)["record"])
    except (ValueError, KeyError, TypeError):
        expected, longer = "", chain
    if line != expected.encode():
        raise AuditError(f"{path}: line {chain.lines + 1} is not as it was written, or a line before it is missing")
    return longer


def _next(chain: Chain, record: Record) -> tuple[str, Chain]:
    """The line of ``record``, and the chain with it."""
    digest = hashlib.sha256((chain.head + _canonical(record)).encode()).hexdigest()
    line = {"sequence": chain.lines + 1, "previous": chain.head, "record": record, "hash": digest}
    return json.dumps(line, sort_keys=True) + "\n", Chain(chain.lines + 1, digest)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _sha256(value: Any) -> str:
    return hashlib.sha256(_canonical(value).encode()).hexdigest()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _write(file: FileIO, line: str, sync: bool) -> None:
    """The whole line, or nothing of it."""
    before = os.fstat(file.fileno()).st_size
    left = line.encode()
    try:
        while left:
            left = left[file.write(left) or 0 :]
        if sync:
            os.fsync(file.fileno())
    except OSError:
        file.truncate(before)
        raise


def _recorded(event: Event) -> Record:
    """What the trail keeps of an event."""
    if isinstance(event, Noticed):
        return {"event": "noticed", "notices": list(_findings(event.notices))}
    if isinstance(event, Released):
        return {"event": "released", "number": event.number} | _statement(event.statement)
    advice = event.advice
    return {
        "event": "finished",
        "advice": advice.id,
        "outcome": advice.outcome.value,
        "provenance": advice.provenance.model_dump(mode="json"),
        "passages": [item.passage.id for item in advice.evidence],
        "released": [_statement(each) for each in advice.statements],
        "withheld": [_statement(each) for each in advice.withheld],
        "findings": list(_findings(advice.findings)),
    }


def _statement(statement: Statement) -> Record:
    return {
        "text_sha256": hashlib.sha256(statement.text.encode()).hexdigest(),
        "spans": [[cited.passage_id, cited.start, cited.end] for cited in statement.citations],
        "findings": list(_findings(statement.findings)),
    }


def _findings(findings: Iterable[Finding]) -> Iterator[Record]:
    """Without their reasons and facts, which are the patient's."""
    for each in findings:
        yield {"check": each.check, "verdict": each.verdict.value, "severity": each.severity.value}
