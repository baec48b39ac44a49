"""Alembic's migrations, run when a database is opened. A new one: a file in ``versions/`` that names the one before."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from medrag.errors import ConfigurationError

Age = Literal["missing", "older", "current", "newer"]
_LOCK = 0x6D656472
"""PostgreSQL's advisory lock of those who migrate: servers that start together do it one after another."""


def upgrade(connection: sa.Connection) -> None:
    """Brings the tables up to date within the caller's transaction.

    Raises:
        ConfigurationError: they are from a newer medrag.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    found = age(connection)
    if found == "newer":
        raise ConfigurationError(
            f"the database's tables are of revision {_revision(connection)}, which this medrag does not know; "
            "use a newer medrag"
        )
    if found != "current":
        command.upgrade(_config(connection), "head")


def age(connection: sa.Connection) -> Age:
    """How the tables there compare with those that this medrag uses; changes nothing."""
    there = _revision(connection)
    if there is None:
        return "missing"
    known = [each.revision for each in ScriptDirectory.from_config(_config(connection)).walk_revisions()]
    if there not in known:
        return "newer"
    return "current" if there == known[0] else "older"


def _revision(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: sa.Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
