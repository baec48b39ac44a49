"""Whether the database can be written now, which a health check must know: nothing is answered without a record."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from medrag.storage.database import Database
from medrag.storage.tables import client_tokens


def write(database: Database) -> None:
    """Writes a row and takes it out again.

    Raises:
        StorageError: the database is gone, locked or full.
    """
    row = {"digest": uuid.uuid4().hex, "expires": 0}
    with database.writing() as connection:
        connection.execute(sa.insert(client_tokens), row)
        connection.execute(sa.delete(client_tokens).where(client_tokens.c.digest == row["digest"]))
