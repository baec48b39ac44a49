"""The audit trail's chain: each record's hash covers the record and the hash before it.

``hash = sha256(previous + record)`` over the record's canonical JSON. A changed, moved or missing record breaks the
chain. One row holds the last link; whoever may write to the database could cut off the end and set that row back, so
keep the head that :func:`verify` reports somewhere else and ask for it with ``head=``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from medrag.errors import AuditError
from medrag.storage.database import Database
from medrag.storage.tables import audit_head, audit_records

Record = dict[str, Any]

GENESIS = "0" * 64
_ROWS_AT_ONCE = 1_000


@dataclass(frozen=True)
class Chain:
    """How far a trail goes: its number of records, and the last one's hash."""

    records: int = 0
    head: str = GENESIS


@dataclass(frozen=True)
class Link:
    """One record in its place; ``record`` is canonical JSON."""

    sequence: int
    previous: str
    record: str
    hash: str
    advice: str | None = None


def append(database: Database, records: Sequence[Record]) -> Chain:
    """Adds the records, all or none of them, behind whatever any server has written; returns once they are on disk.

    Raises:
        StorageError: they cannot be written.
    """
    written = now()
    with database.writing() as connection:
        last = connection.execute(sa.select(audit_head.c.sequence, audit_head.c.hash).with_for_update()).one()
        chain, rows = Chain(last.sequence, last.hash), []
        for record in records:
            link = _link(chain, canonical({"time": written} | record), record.get("advice"))
            chain = Chain(link.sequence, link.hash)
            rows.append(vars(link))
        connection.execute(sa.insert(audit_records), rows)
        connection.execute(sa.update(audit_head).values(sequence=chain.records, hash=chain.head))
    return chain


def now() -> str:
    """The time as records have it; one that brings no ``time`` gets that of its writing."""
    return datetime.now(UTC).isoformat()


def links(database: Database) -> Iterator[Link]:
    """Every link in its order, unverified.

    Raises:
        StorageError: the database is gone.
    """
    query = sa.select(audit_records).order_by(audit_records.c.sequence).execution_options(yield_per=_ROWS_AT_ONCE)
    with database.reading() as connection:
        for row in connection.execute(query):
            yield Link(**row._mapping)


def verified(database: Database) -> Iterator[Link]:
    """Every link in its order, each only once it has been checked.

    Raises:
        AuditError: at the first link that is not as it was written.
        StorageError: the database is gone.
    """
    chain = Chain()
    for link in links(database):
        if link != _link(chain, link.record, link.advice) or not _same_advice(link):
            raise AuditError(
                f"{database.name}: record {chain.records + 1} is not as it was written, or one before it is missing"
            )
        chain = Chain(link.sequence, link.hash)
        yield link


def verify(database: Database, head: str | None = None) -> Chain:
    """Reads the whole trail and checks every link; ``head``, where given, must be one of its hashes.

    Raises:
        AuditError: a record was changed, moved or removed (the message names the first), or ``head`` is not there.
        StorageError: the database is gone.
    """
    with database.reading() as connection:
        written = connection.execute(sa.select(audit_head.c.sequence, audit_head.c.hash)).one_or_none()
    chain, found, reached = Chain(), head in (None, GENESIS), Chain()
    for link in verified(database):
        chain = Chain(link.sequence, link.hash)
        found = found or link.hash == head
        if written and link.sequence == written.sequence:
            reached = chain
    if written is None or reached != Chain(*written):
        raise AuditError(f"{database.name}: records were cut off after record {chain.records}")
    if not found:
        raise AuditError(f"{database.name}: no record has the hash {head}; some were cut off, or it is another trail")
    return chain


def find(database: Database, advice: str) -> Record | None:
    """The record of one answer, by the advice's id.

    Raises:
        StorageError: the database is gone.
    """
    with database.reading() as connection:
        found = connection.scalar(sa.select(audit_records.c.record).where(audit_records.c.advice == advice))
    return json.loads(found) if found else None


def canonical(value: Any) -> str:
    """JSON with one spelling for one value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def sha256(value: Any) -> str:
    """The hash of a value's canonical JSON."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def _link(chain: Chain, record: str, advice: str | None) -> Link:
    digest = hashlib.sha256((chain.head + record).encode()).hexdigest()
    return Link(chain.records + 1, chain.head, record, digest, advice)


def _same_advice(link: Link) -> bool:
    return bool(json.loads(link.record).get("advice") == link.advice)
