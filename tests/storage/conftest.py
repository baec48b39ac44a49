"""A fresh database of each kind."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa


@pytest.fixture
def empty_postgresql(postgresql_url: str) -> str:
    """The URL of an empty database on a real server."""
    name = f"test_{uuid.uuid4().hex}"
    engine = sa.create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return postgresql_url.replace("/postgres?", f"/{name}?")


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str | Path:
    """A file that is not there yet, or the URL of an empty database on a real server."""
    if request.param == "sqlite":
        return tmp_path / "medrag.db"
    url: str = request.getfixturevalue("empty_postgresql")
    return url
