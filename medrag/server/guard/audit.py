"""What an answer leaves in the audit trail, and when: nothing is sent before its record is on disk.

An answer has one ``opened`` record, one ``released`` for each statement and one ``finished`` (or ``failed``).
``opened`` is written with the first thing that leaves, not before the model is asked: until then there is nothing to
record, an answer that fails or is cancelled before is written with its ``failed``, and a commit of its own would take
processor time of every answer. Records hold who asked, when, hashes of model, adapter, index, knowledge and prompts,
passages with spans and hashes, findings without their reasons, and hashes of what was released. The texts themselves
are not there: no patient text.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
import uuid
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self

from medrag.errors import AuditError, StorageError
from medrag.events import Event, Finished, Noticed, Released, Searched
from medrag.server.guard.audit_event import audit_event
from medrag.storage import chain, probe
from medrag.storage.chain import Chain, Record
from medrag.storage.database import Database
from medrag.storage.group_commit import GroupCommit
from medrag.types import Case, Evidence, Finding, Statement

FRESH_S = 1.0


@dataclass
class Trail:
    """The audit trail in a database; several servers may write to one. Use as a context manager."""

    database: Database
    _commits: GroupCommit = field(init=False, repr=False)
    _written: float = field(default=-math.inf, init=False, repr=False)
    """When something was last written, on the monotonic clock; never, once a record could not be."""

    def __post_init__(self) -> None:
        """Gathers what the answers of this server append."""
        self._commits = GroupCommit(self._append)

    @classmethod
    def open(cls, where: str | Path) -> Self:
        """The trail in the database at a URL or in an SQLite file, made when there is none.

        Raises:
            ConfigurationError, StorageError: it cannot be opened.
        """
        return cls(Database.open(where))

    def append(self, *records: Record) -> None:
        """Adds the records, all or none, and returns once they are on disk.

        Raises:
            AuditError: the database is full or gone.
        """
        self._append(records)

    def _append(self, records: Sequence[Record]) -> None:
        try:
            chain.append(self.database, records)
            self._written = time.monotonic()
        except StorageError as error:
            self._written = -math.inf
            raise AuditError(f"the audit trail cannot be written; nothing is answered without it: {error}") from None

    def check(self) -> None:
        """Returns when a record can be written: something was within the last ``FRESH_S``, or a row can be now.

        So polls, which anybody may send, cost the disk little, and the chain does not grow by them.

        Raises:
            StorageError: the database is gone, locked or full.
        """
        if time.monotonic() - self._written > FRESH_S:
            probe.write(self.database)
            self._written = time.monotonic()

    async def recorded(
        self, events: AsyncGenerator[Event, None], case: Case, who: str, *, whole: bool = False
    ) -> AsyncGenerator[Event, None]:
        """``events``, each only once its record is on disk.

        With ``whole`` they leave together, so that the last one waits for all; emergencies wait for nothing, because
        they are told even when there is no answer.

        Raises:
            AuditError: a record cannot be written; the event it is for does not leave.
        """
        answer = {"answer": uuid.uuid4().hex, "who": who, "case_sha256": case_hash(case)}
        waiting = [answer | {"event": "opened", "time": chain.now()}]
        finished = False
        async with aclosing(events):
            try:
                async for event in events:
                    if isinstance(event, Searched):  # says nothing of the patient or the answer
                        yield event
                        continue
                    waiting.append(answer | _recorded(event))
                    if _leaves(event, whole):
                        due, waiting = waiting, []
                        await self._commits.append(due)
                    finished = isinstance(event, Finished)
                    yield event
            finally:
                if not finished:
                    with suppress(AuditError):
                        await self._commits.append([*waiting, answer | {"event": "failed"}])

    def close(self) -> None:
        """Closes the database."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def verify(where: str | Path, head: str | None = None) -> Chain:
    """Checks every link of the trail in a database; ``head``, where given, must be one of its hashes.

    Raises:
        AuditError: a record was changed, moved or removed (the message names the first), or ``head`` is not there.
        ConfigurationError, StorageError: the database cannot be opened.
    """
    with _existing(where) as database:
        return chain.verify(database, head)


def exported(where: str | Path, kind: Literal["fhir", "jsonl"]) -> Iterator[str]:
    """The trail's records as JSON lines, each only once its link has been checked.

    Raises:
        As :func:`verify`.
    """
    with _existing(where) as database:
        for link in chain.verified(database):
            yield json.dumps(audit_event(link) if kind == "fhir" else vars(link), ensure_ascii=False)


@dataclass(frozen=True)
class Reader:
    """How often a key read stored patients: ``last`` is a time in ISO 8601."""

    who: str
    reads: int
    patients: int
    last: str


def readers(where: str | Path) -> list[Reader]:
    """Who read stored patients, most reads first; raises as :func:`verify`."""
    reads: defaultdict[str, list[Record]] = defaultdict(list)
    with _existing(where) as database:
        for link in chain.verified(database):
            record = json.loads(link.record)
            if record["event"] == "patient_read":
                reads[record["who"]].append(record)
    found = [
        Reader(who, len(each), len({one["patient_id_sha256"] for one in each}), each[-1]["time"])
        for who, each in reads.items()
    ]
    return sorted(found, key=lambda reader: -reader.reads)


def _existing(where: str | Path) -> Database:
    if isinstance(where, Path) and not where.exists():
        raise AuditError(f"there is no database at {where}; `medrag serve` makes it")
    return Database.open(where)


def case_hash(case: Case) -> str:
    """What ties a record to the question and the patient it was about."""
    return chain.sha256(case.model_dump(mode="json", exclude={"one_person"}))


def passage_hash(evidence: Evidence) -> str:
    """What ties a record to the passage as the model read it."""
    return chain.sha256(evidence.passage.model_dump(mode="json"))


def text_hash(text: str) -> str:
    """What ties a record to a statement's words."""
    return hashlib.sha256(text.encode()).hexdigest()


def _leaves(event: Noticed | Released | Finished, whole: bool) -> bool:
    """Whether something may be sent at this event."""
    if isinstance(event, Noticed):
        return bool(event.notices)
    return isinstance(event, Finished) or not whole


def _recorded(event: Noticed | Released | Finished) -> Record:
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
        "passages": [{"id": each.passage.id, "sha256": passage_hash(each)} for each in advice.evidence],
        "released": [_statement(each) for each in advice.statements],
        "withheld": [_statement(each) for each in advice.withheld],
        "findings": list(_findings(advice.findings)),
    }


def _statement(statement: Statement) -> Record:
    return {
        "text_sha256": text_hash(statement.text),
        "spans": [[cited.passage_id, cited.start, cited.end] for cited in statement.citations],
        "findings": list(_findings(statement.findings)),
    }


def _findings(findings: Iterable[Finding]) -> Iterator[Record]:
    """Without their reasons and facts, which are the patient's."""
    for each in findings:
        yield {"check": each.check, "verdict": each.verdict.value, "severity": each.severity.value}
