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
from sqlalchemy import make_url

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
    initdb = binary("initdb")
    folder = Path(tempfile.mkdtemp(prefix="medrag-postgresql-", dir="/tmp"))
    if account := _account():
        shutil.chown(folder, account)
    me = account or pwd.getpwuid(os.geteuid()).pw_name
    options = ("--username", me, "--auth", "trust", "--no-sync", "--encoding", "UTF8")
    try:
        _run(folder, initdb, "--pgdata", "data", *options)
        _start(folder)
        try:
            yield f"postgresql+psycopg://{me}@/postgres?host={folder}"
        finally:
            _stop(folder)
    finally:
        shutil.rmtree(folder)


@contextmanager
def down(url: str) -> Iterator[None]:
    """The server of a URL of :func:`running`'s cut off as by a crash, and started again at the end."""
    folder = Path(str(make_url(url).query["host"]))
    _stop(folder)
    try:
        yield
    finally:
        _start(folder)


def _start(folder: Path) -> None:
    options = f"-c listen_addresses='' -c unix_socket_directories={folder}"
    _run(folder, binary("pg_ctl"), "--pgdata", "data", "--wait", "--log", "log", "--options", options, "start")


def _stop(folder: Path) -> None:
    _run(folder, binary("pg_ctl"), "--pgdata", "data", "--wait", "--mode", "immediate", "stop")


def _run(folder: Path, *command: str) -> None:
    subprocess.run((*_as_account(), *command), check=True, stdout=subprocess.DEVNULL, cwd=folder, timeout=120)


def _as_account() -> tuple[str, ...]:
    """`subprocess`'s own `user` would fork, and gRPC, once its threads run, can abort in the fork."""
    account = _account()
    return ("setpriv", f"--reuid={account}", f"--regid={account}", "--init-groups", "--") if account else ()


def _account() -> str | None:
    """PostgreSQL refuses to run as root."""
    return ACCOUNT if os.geteuid() == 0 else None
