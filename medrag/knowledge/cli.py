"""``medrag knowledge``: the safety filter's facts, and a user's own sources of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from medrag.settings import load

knowledge = typer.Typer(no_args_is_help=True, help="The safety filter's facts, and your own licensed sources.")


@knowledge.command(epilog="Example: `medrag knowledge add ddinter ddinter_downloads_code_B.csv`")
def add(
    kind: Annotated[str, typer.Argument(help="cpic, crediblemeds, ddinter, labels or rxnorm.")],
    path: Annotated[Path, typer.Argument(help="The file or folder as its publisher ships it.")],
) -> None:
    """Read a source you license into your knowledge folder; adding it again replaces it."""
    from medrag.knowledge import manage

    settings = load()
    folder = settings.knowledge or settings.home / "knowledge"
    for holding in manage.add(kind, path, folder):
        print(f"{folder / holding.file}: {holding.facts:,} facts")


@knowledge.command("list")
def list_knowledge() -> None:
    """Show every kind of fact there is, and from where."""
    from medrag.knowledge import manage

    for holding in manage.holdings(load().knowledge_dir):
        print(f"{holding.facts:>8,}  {holding.file}  ({holding.source})")


@knowledge.command("check")
def check_knowledge() -> None:
    """Check every file against its schema and every name against the lexicon."""
    from medrag.knowledge import manage

    known = manage.check(load().knowledge_dir)
    print(f"{len(known.drugs):,} ingredients; every file fits its schema; hash {known.hash}")
