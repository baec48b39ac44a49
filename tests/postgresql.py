"""A PostgreSQL of our own for the tests, on a unix socket in a temporary folder; none of the machine's is touched."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
ACCOUNT = "postgres"


def binary(name: str) -> str:
    """Where a program of PostgreSQL is; the test is skipped where there is none."""
    found = shutil.which(name) or (str(BINARIES[-1] / name) if BINARIES else None)
    if not found:
        pytest.skip("PostgreSQL is not installed")
    return found


@contextmanager
def running() -> Iterator[str]:
    """The URL of a database in a new PostgreSQL server, which ends with the context."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    initdb, pg_ctl = binary("initdb"), binary("pg_ctl")
    folder = Path(tempfile.mkdtemp(prefix="medrag-postgresql-", dir="/tmp"))
    account = ACCOUNT if os.geteuid() == 0 else None
    if account:
        shutil.chown(folder, account)

    def run(*command: str) -> None:
        subprocess.run(command, check=True, user=account, stdout=subprocess.DEVNULL, cwd=folder, timeout=120)

    me = account or pwd.getpwuid(os.geteuid()).pw_name
    data = str(folder / "data")
    try:
        run(initdb, "--pgdata", data, "--username", me, "--auth", "trust", "--no-sync", "--encoding", "UTF8")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder}"
        run(pg_ctl, "--pgdata", data, "--wait", "--log", str(folder / "log"), "--options", options, "start")
        try:
            yield f"postgresql+psycopg://{me}@/postgres?host={folder}"
        finally:
            run(pg_ctl, "--pgdata", data, "--wait", "--mode", "immediate", "stop")
    finally:
        shutil.rmtree(folder)
