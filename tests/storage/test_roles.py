"""The role of deploy/postgresql-roles.sql on a real PostgreSQL: it serves, and cannot touch what is in the trail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from medrag.errors import StorageError
from medrag.knowledge import load as load_knowledge
from medrag.storage import chain, patients, probe
from medrag.storage.database import Database
from medrag.types import Patient
from tests.paths import ROOT

KNOWN = load_knowledge()

ROLES = ROOT / "deploy" / "postgresql-roles.sql"
TAMPERING = [
    "UPDATE audit_records SET record = '{}'",
    "DELETE FROM audit_records",
    "TRUNCATE audit_records",
    "ALTER TABLE audit_records DISABLE TRIGGER ALL",
    "DROP TRIGGER audit_records_append_only ON audit_records",
    "DROP TABLE audit_records",
]


@pytest.fixture
def serving(empty_postgresql: str) -> Iterator[str]:
    """The same database as its serving role sees it."""
    with Database.open(empty_postgresql) as database:
        with database.writing() as connection:
            for statement in ROLES.read_text().split(";\n"):
                connection.exec_driver_sql(statement)
        yield sa.make_url(empty_postgresql).set(username="medrag_serve").render_as_string()
        with database.writing() as connection:
            connection.exec_driver_sql("DROP OWNED BY medrag_serve")
            connection.exec_driver_sql("DROP ROLE medrag_serve")


def test_it_serves(serving: str) -> None:
    with Database.open(serving) as database:
        for _ in range(2):
            chain.append(database, [{"event": "test"}])
        patients.put(database, "p", Patient(), "ward")
        patients.put(database, "p", Patient(), "ward")
        probe.write(database)
        assert patients.get(database, "p", "ward", KNOWN) == Patient()
        assert chain.verify(database).records == 2


@pytest.mark.parametrize("statement", TAMPERING)
def test_it_cannot_tamper(serving: str, statement: str) -> None:
    with Database.open(serving) as database:
        chain.append(database, [{"event": "test"}])
        with pytest.raises(StorageError, match="InsufficientPrivilege"), database.writing() as connection:
            connection.exec_driver_sql(statement)
        assert chain.verify(database).records == 1
