"""``medrag audit``, ``feedback`` and ``db``: what a service has stored; ``medrag mcp``: its tools for agents."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from medrag import __version__
from medrag.settings import load

audit = typer.Typer(no_args_is_help=True, help="The audit trail of `medrag serve`.")
Out = Annotated[Path | None, typer.Option("--out", help="File to write, readable by you alone; standard output else.")]


@audit.command(
    epilog="Example: `medrag audit verify`, and later `medrag audit verify --head HASH` with what it printed."
)
def verify(
    file: Annotated[Path | None, typer.Argument(help="An SQLite file; the configured database when not given.")] = None,
    head: Annotated[str | None, typer.Option(help="A head kept from before; it must still be in the trail.")] = None,
) -> None:
    """Check every link of the trail and print its length and its head; the first broken one is an error."""
    from medrag.server.guard.audit import verify as verify_trail

    chain = verify_trail(file or load().database, head)
    print(f"{chain.records:,} records verify; head {chain.head}")


@audit.command(epilog="Example: `medrag audit readers`")
def readers(
    file: Annotated[Path | None, typer.Argument(help="An SQLite file; the configured database when not given.")] = None,
) -> None:
    """Count for each key how often it read stored patients, how many of them, and when last."""
    from medrag.server.guard.audit import readers as readers_of

    for each in readers_of(file or load().database):
        print(f"{each.who}: {each.reads:,} reads of {each.patients:,} patients; last {each.last}")


class AuditFormat(StrEnum):
    """What `medrag audit export` writes."""

    FHIR = "fhir"
    JSONL = "jsonl"


@audit.command("export", epilog="Example: `medrag audit export --format fhir --out audit.ndjson`")
def export_audit(
    kind: Annotated[AuditFormat, typer.Option("--format", help="FHIR R4 AuditEvents, or the records.")] = (
        AuditFormat.FHIR
    ),
    out: Out = None,
) -> None:
    """Write the trail, a record a line, checking each link on the way; it holds no patient text."""
    from medrag.server.guard.audit import exported

    _write_lines(exported(load().database, kind.value), out)


def mcp(
    http: Annotated[bool, typer.Option("--http", help="Streamable HTTP, as `medrag serve` has it at /mcp.")] = False,
    host: Annotated[str | None, typer.Option(help="With --http: address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="With --http: port to listen on.")] = None,
    index: Annotated[Path | None, typer.Option("--index", help="Index directory.")] = None,
    model: Annotated[str | None, typer.Option("--model", help="Model to serve: a path or a hub id.")] = None,
    model_url: Annotated[str | None, typer.Option("--model-url", help="Use this OpenAI-compatible server.")] = None,
) -> None:
    """Offer check, search, recommend and patient_summary to agents over the Model Context Protocol."""
    settings = load(host=host, port=port, index=index, model=model, model_url=model_url)
    if http:
        from medrag.server.run import serve

        serve(settings)
        return
    import asyncio

    from medrag.server.agents.stdio import serve_stdio

    asyncio.run(serve_stdio(settings, lambda line: print(line, file=sys.stderr, flush=True)))


feedback = typer.Typer(no_args_is_help=True, help="What clinicians said of statements.")


@feedback.command("export", epilog="Example: `medrag feedback export --out pairs.jsonl`, then `medrag sft prefer`")
def export_feedback(out: Out = None) -> None:
    """Write preference pairs, de-identified, a line each: prompt, chosen, rejected."""
    from medrag.storage import reviews
    from medrag.storage.database import Database

    with Database.open(load().database) as database:
        _write_lines((json.dumps(pair, ensure_ascii=False) for pair in reviews.pairs(database)), out)


@feedback.callback()
def _feedback() -> None:
    """Keeps `export` a sub-command while it is the only one."""


db = typer.Typer(no_args_is_help=True, help="The database of audit records, feedback and stored patients.")


@db.command(epilog="Example: `MEDRAG_DATABASE_URL=postgresql+psycopg://owner@db/medrag medrag db upgrade`")
def upgrade() -> None:
    """Make or migrate the tables; a `medrag serve` whose role may not do that itself finds them ready."""
    from medrag.storage.database import Database

    with Database.open(load().database) as database:
        print(f"{database.name}: the tables are those of medrag {__version__}")


@db.callback()
def _db() -> None:
    """Keeps `upgrade` a sub-command while it is the only one."""


def _write_lines(lines: Iterable[str], out: Path | None) -> None:
    if out is None:
        for line in lines:
            print(line)
        return
    with open(out, "w", encoding="utf-8", opener=_private) as file:
        count = sum(1 for line in lines if file.write(f"{line}\n"))
    print(f"{out}: {count:,} lines", file=sys.stderr)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
