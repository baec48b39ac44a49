"""Opening the database: an SQLite file of one server, or a PostgreSQL that several share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from medrag.errors import ConfigurationError, StorageError
from medrag.storage import migrations

WAIT_S = 30
"""How long a writer waits for another one's lock, and for a connection."""
_OPTIONS: dict[str, dict[str, Any]] = {
    "sqlite": {"connect_args": {"timeout": WAIT_S}},
    "postgresql": {"connect_args": {"connect_timeout": 5}, "pool_pre_ping": True, "pool_timeout": WAIT_S},
}


@dataclass(frozen=True)
class Database:
    """An open database whose tables are up to date. Use as a context manager."""

    engine: sa.Engine

    @classmethod
    def open(cls, where: str | Path) -> Self:
        """The database at a URL (``postgresql+psycopg://...``, ``sqlite:///...``) or in an SQLite file.

        Missing tables are made and old ones are migrated.

        Raises:
            ConfigurationError: the URL is wrong, or the tables are from a newer medrag.
            StorageError: it cannot be reached or written.
        """
        engine = _engine(where)
        database = cls(engine)
        with database.writing() as connection:
            migrations.upgrade(connection)
        return database

    @property
    def name(self) -> str:
        """The URL without its password, for messages."""
        return self.engine.url.render_as_string(hide_password=True)

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that will write; its end waits until all of it is on disk.

        Raises:
            StorageError: the database is gone, locked or full; nothing of the transaction stays.
        """
        with self._transaction(medrag_writes=True) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that reads only.

        Raises:
            StorageError: the database is gone.
        """
        with self._transaction() as connection:
            yield connection

    @contextmanager
    def _transaction(self, **options: bool) -> Iterator[sa.Connection]:
        try:
            with self.engine.connect() as plain, plain.execution_options(**options) as connection, connection.begin():
                yield connection
        except SQLAlchemyError as error:
            raise StorageError(f"the database {self.name} cannot be used ({_reason(error)})") from None

    def close(self) -> None:
        """Closes every connection."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _engine(where: str | Path) -> sa.Engine:
    url = sa.URL.create("sqlite", database=str(where)) if isinstance(where, Path) else _parsed(where)
    kind = url.get_backend_name()
    if kind not in _OPTIONS:
        raise ConfigurationError(f"database_url: {kind} is not supported; use SQLite or PostgreSQL")
    if kind == "sqlite":
        _make_private(url)
    try:
        engine = sa.create_engine(url, hide_parameters=True, **_OPTIONS[kind])
    except (NoSuchModuleError, ModuleNotFoundError):
        raise ConfigurationError(
            "database_url: use postgresql+psycopg://USER:PASSWORD@HOST/NAME, with `pip install medrag[postgres]`"
        ) from None
    if kind == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgresql)
    return engine


def _parsed(url: str) -> sa.URL:
    try:
        return sa.make_url(url)
    except ArgumentError:
        raise ConfigurationError(
            "database_url is not a database URL; it looks like postgresql+psycopg://USER:PASSWORD@HOST/NAME"
        ) from None


def _make_private(url: sa.URL) -> None:
    """Makes the file before SQLite does, so that nobody else can read it (SQLite gives its log the same rights)."""
    if not url.database or url.database == ":memory:":
        raise ConfigurationError("database_url: an audit trail needs a file, not memory")
    path = Path(url.database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
    except OSError as error:
        raise StorageError(f"the database {path} cannot be written ({error.strerror})") from None


def _prepare_sqlite(connection: Any, record: object) -> None:
    del record
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "foreign_keys = ON", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    """Writers lock at once: a reader that turns writer would find that somebody else has written meanwhile."""
    writes = connection.get_execution_options().get("medrag_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: sa.Connection) -> None:
    if not connection.get_execution_options().get("medrag_writes"):
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def _reason(error: SQLAlchemyError) -> str:
    """The driver's words where they cannot hold a row's, else the kind of error alone."""
    cause = getattr(error, "orig", None) or error
    lines = str(cause).splitlines()
    return lines[0] if isinstance(error, sa.exc.OperationalError) and lines else type(cause).__name__
