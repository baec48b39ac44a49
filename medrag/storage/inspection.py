"""A look at a database that makes, migrates and changes nothing: for ``medrag doctor``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from medrag.errors import ConfigurationError
from medrag.storage import migrations
from medrag.storage.chain import Chain
from medrag.storage.database import Database
from medrag.storage.migrations import Age
from medrag.storage.tables import audit_head


@dataclass(frozen=True)
class State:
    """A database as it was found; ``chain`` is how far its audit trail goes, where the tables are this medrag's."""

    name: str
    tables: Age
    chain: Chain | None = None


def inspect(where: str | Path) -> State:
    """What is at a URL or in an SQLite file.

    Raises:
        ConfigurationError: the URL is wrong, or its driver is not installed.
        StorageError: it cannot be reached or read, or the trail's last link is not there.
    """
    url = _url(where)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return State(str(url.database), "missing")
    try:
        engine = sa.create_engine(_read_only(url), poolclass=sa.NullPool, hide_parameters=True)
    except (NoSuchModuleError, ModuleNotFoundError):
        raise ConfigurationError(
            f"the driver of {url.drivername} is not installed: for PostgreSQL, `pip install 'medrag[postgres]'` and a "
            "database_url that starts with postgresql+psycopg://"
        ) from None
    with Database(engine) as database, database.reading() as connection:
        age = migrations.age(connection)
        if age != "current":
            return State(database.name, age)
        last = connection.execute(sa.select(audit_head.c.sequence, audit_head.c.hash)).one()
        return State(database.name, age, Chain(*last))


def _url(where: str | Path) -> sa.URL:
    if isinstance(where, Path):
        return sa.URL.create("sqlite", database=str(where))
    try:
        return sa.make_url(where)
    except ArgumentError:
        raise ConfigurationError("database_url is not a database URL") from None


def _read_only(url: sa.URL) -> sa.URL:
    """An SQLite file opened for reading alone; a PostgreSQL waited for no longer than five seconds."""
    if url.get_backend_name() == "sqlite":
        return url.set(database=f"file:{quote(url.database or '')}", query={"mode": "ro", "uri": "true"})
    return url.update_query_dict({"connect_timeout": "5"})
