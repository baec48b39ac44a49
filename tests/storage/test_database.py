"""Opening databases: made, migrated, private, and refused with a reason."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from medrag.errors import ConfigurationError, StorageError
from medrag.storage.database import Database
from medrag.storage.tables import metadata


def test_the_migrations_make_the_tables_that_the_code_uses(where: str | Path) -> None:
    with Database.open(where) as database, database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_opening_it_again_changes_nothing(where: str | Path) -> None:
    for _ in range(2):
        with Database.open(where) as database, database.reading() as connection:
            assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all() == ["0002"]


def test_tables_of_a_newer_medrag_are_refused(where: str | Path) -> None:
    with Database.open(where) as database, database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigurationError, match=r"9999.* newer medrag"):
        Database.open(where)


def test_a_file_is_private_and_survives_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "home" / "medrag.db"
    with Database.open(path) as database, database.reading() as connection:
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
        assert modes == dict.fromkeys(("medrag.db", "medrag.db-wal", "medrag.db-shm"), 0o600)
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("nonsense", "looks like postgresql"),
        ("mysql://root@localhost/x", "not supported"),
        ("sqlite://", "needs a file"),
    ],
)
def test_urls_that_cannot_be_used(url: str, reason: str) -> None:
    with pytest.raises(ConfigurationError, match=reason):
        Database.open(url)


def test_a_server_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StorageError, match="No such file") as caught:
        Database.open(f"postgresql+psycopg://me:secret@/medrag?host={tmp_path}")
    assert "secret" not in str(caught.value)


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        Database.open(tmp_path / "file" / "medrag.db")
    (tmp_path / "other.db").write_text("something else entirely, and long enough to have a header" * 20)
    with pytest.raises(StorageError, match="DatabaseError"):
        Database.open(tmp_path / "other.db")
