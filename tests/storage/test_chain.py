"""The audit chain on SQLite and on a real PostgreSQL: append-only, one chain for all writers, tampering shows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from medrag.errors import AuditError, StorageError
from medrag.storage import chain
from medrag.storage.chain import Chain
from medrag.storage.database import Database

UNGUARD = {
    "sqlite": ["DROP TRIGGER audit_records_no_update", "DROP TRIGGER audit_records_no_delete"],
    "postgresql": ["DROP TRIGGER audit_records_append_only ON audit_records"],
}


def write(where: str | Path, count: int = 5) -> Chain:
    with Database.open(where) as database:
        for number in range(count):
            chain.append(database, [{"event": "test", "number": number}])
        return chain.verify(database)


def execute(where: str | Path, *statements: str) -> None:
    with Database.open(where) as database, database.writing() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def unguard(where: str | Path) -> None:
    execute(where, *UNGUARD["sqlite" if isinstance(where, Path) else "postgresql"])


def test_the_chain_goes_on_after_a_restart(where: str | Path) -> None:
    first, second = write(where, 3), write(where, 2)
    with Database.open(where) as database:
        assert chain.verify(database, head=first.head) == second
    assert (first.records, second.records) == (3, 5)


@pytest.mark.parametrize("statement", ["UPDATE audit_records SET record = '{}'", "DELETE FROM audit_records"])
def test_records_cannot_be_changed_by_the_service(where: str | Path, statement: str) -> None:
    before = write(where)
    with pytest.raises(StorageError):
        execute(where, statement)
    with pytest.raises(StorageError):
        execute(where, "DELETE FROM audit_head")
    with Database.open(where) as database:
        assert chain.verify(database) == before


@pytest.mark.parametrize(
    ("tamper", "record"),
    [
        ("UPDATE audit_records SET record = replace(record, ':2', ':7') WHERE sequence = 3", 3),
        ("UPDATE audit_records SET advice = 'advice-other' WHERE sequence = 2", 2),
        ("DELETE FROM audit_records WHERE sequence = 1", 1),
        ("DELETE FROM audit_records WHERE sequence = 4", 4),
        ("UPDATE audit_records SET hash = previous WHERE sequence = 5", 5),
    ],
)
def test_tampering_shows_at_the_first_broken_link(where: str | Path, tamper: str, record: int) -> None:
    write(where)
    unguard(where)
    execute(where, tamper)
    with Database.open(where) as database, pytest.raises(AuditError, match=f"record {record} "):
        chain.verify(database)


def test_cutting_off_the_end_shows(where: str | Path) -> None:
    whole = write(where)
    unguard(where)
    execute(where, "DELETE FROM audit_records WHERE sequence > 3")
    with Database.open(where) as database, pytest.raises(AuditError, match="cut off after record 3"):
        chain.verify(database)
    execute(
        where,
        "UPDATE audit_head SET sequence = 3, hash = (SELECT hash FROM audit_records WHERE sequence = 3)",
    )
    with Database.open(where) as database:
        assert chain.verify(database).records == 3
        with pytest.raises(AuditError, match="some were cut off"):
            chain.verify(database, head=whole.head)


def test_several_servers_write_one_chain(where: str | Path) -> None:
    with Database.open(where) as one, Database.open(where) as other, ThreadPoolExecutor(8) as pool:
        for database in (one, other) * 20:
            pool.submit(chain.append, database, [{"event": "a"}, {"event": "b"}])
        pool.shutdown()
        assert chain.verify(one).records == 80


WRITER = """
import sys
from pathlib import Path
from medrag.storage import chain
from medrag.storage.database import Database
where = sys.argv[1]
with Database.open(where if "://" in where else Path(where)) as database:
    while True:
        chain.append(database, [{"event": "test", "text": "x" * 5000}] * 3)
        print("written", flush=True)
"""


def test_a_writer_killed_in_mid_write_leaves_whole_records(where: str | Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(where)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        for _ in range(5):
            assert writer.stdout.readline()
        os.kill(writer.pid, signal.SIGKILL)
        said = 5 + sum(1 for _ in writer.stdout)
    with Database.open(where) as database:
        kept = chain.verify(database).records
    assert kept % 3 == 0
    assert kept >= 3 * said


FULL_DISK = """
import resource, sys
from pathlib import Path
from medrag.errors import StorageError
from medrag.storage import chain
from medrag.storage.database import Database
path = Path(sys.argv[1])
with Database.open(path) as database:
    chain.append(database, [{"event": "fits"}])
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.with_name(path.name + "-wal").stat().st_size + 4000,) * 2)
    try:
        chain.append(database, [{"event": "too long", "text": "x" * 100_000}])
    except StorageError as error:
        print(error)
"""


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    path = tmp_path / "medrag.db"
    done = subprocess.run([sys.executable, "-c", FULL_DISK, str(path)], capture_output=True, text=True, check=True)
    assert "cannot be used" in done.stdout, done
    with Database.open(path) as database:
        assert chain.verify(database).records == 1


def test_a_lost_server_is_an_error_and_a_returned_one_is_used_again(where: str | Path) -> None:
    if isinstance(where, Path):
        pytest.skip("SQLite has no server")
    with Database.open(where) as database, Database.open(where) as other:
        chain.append(database, [{"event": "before"}])
        with other.writing() as connection:
            connection.execute(
                sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
            )
        chain.append(database, [{"event": "after"}])
        assert chain.verify(database).records == 2
