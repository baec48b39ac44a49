"""Alembic's migrations, run when a database is opened. A new one: a file in ``versions/`` that names the one before."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from medrag.errors import ConfigurationError

_LOCK = 0x6D656472
"""PostgreSQL's advisory lock of those who migrate: servers that start together do it one after another."""


def upgrade(connection: sa.Connection) -> None:
    """Brings the tables up to date within the caller's transaction.

    Raises:
        ConfigurationError: they are from a newer medrag.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent))
    there = MigrationContext.configure(connection).get_current_revision()
    if there == ScriptDirectory.from_config(config).get_current_head():
        return
    try:
        command.upgrade(config, "head")
    except CommandError:
        raise ConfigurationError(
            f"the database's tables are of revision {there}, which this medrag does not know; use a newer medrag"
        ) from None
