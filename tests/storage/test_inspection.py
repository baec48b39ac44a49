"""Looking at a database without changing it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from medrag.errors import ConfigurationError, StorageError
from medrag.generation.vllm_process import free_port
from medrag.storage import chain, migrations
from medrag.storage.database import Database
from medrag.storage.inspection import inspect

NEXT = """
from alembic import op
import sqlalchemy as sa
revision = "0003"
down_revision = "0002"
def upgrade():
    op.add_column("reviews", sa.Column("colour", sa.String(9)))
"""


def test_nothing_is_made(where: str | Path) -> None:
    assert (inspect(where).tables, inspect(where).chain) == ("missing", None)
    assert not (isinstance(where, Path) and where.exists())


def test_the_last_link_is_read(where: str | Path) -> None:
    with Database.open(where) as database:
        assert inspect(where).chain == chain.Chain()
        head = chain.append(database, [{"event": "test"}, {"event": "test"}])
        assert inspect(where).chain == head
    found = inspect(where)
    assert (found.tables, found.chain, head.records) == ("current", head, 2)


def test_tables_of_a_newer_medrag(where: str | Path) -> None:
    with Database.open(where) as database, database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert inspect(where).tables == "newer"


def test_tables_of_an_older_medrag_are_migrated_when_it_is_opened(
    where: str | Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Database.open(where) as database:
        head = chain.append(database, [{"event": "test"}])
    newer = shutil.copytree(Path(migrations.__file__).parent, tmp_path / "migrations")
    (newer / "versions" / "v0003_colour.py").write_text(NEXT)
    monkeypatch.setattr(migrations, "__file__", str(newer / "__init__.py"))
    assert inspect(where).tables == "older"
    with Database.open(where) as database:
        assert chain.verify(database) == head
    assert inspect(where).tables == "current"


def test_a_trail_without_its_end(where: str | Path) -> None:
    with Database.open(where) as database, database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE audit_head")
    with pytest.raises(StorageError):
        inspect(where)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "medrag.db"
    path.write_text("no database, however long it is made" * 100)
    with pytest.raises(StorageError):
        inspect(path)


def test_a_server_that_is_not_there() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StorageError, match=r"127\.0\.0\.1") as caught:
        inspect(f"postgresql+psycopg://medrag:hidden@127.0.0.1:{free_port()}/medrag")
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("url", ["postgresql+nodriver://db/medrag", "nonsense"])
def test_a_url_that_is_wrong(url: str) -> None:
    with pytest.raises(ConfigurationError, match="database_url"):
        inspect(url)
