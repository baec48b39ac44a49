"""``medrag knowledge``: the safety filter's facts, and a user's own sources of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from medrag.settings import load

knowledge = typer.Typer(no_args_is_help=True, help="What is known of drugs, and your own licensed sources.")


@knowledge.command(epilog="Example: `medrag knowledge add ddinter ddinter_downloads_code_B.csv`")
def add(
    kind: Annotated[str, typer.Argument(help="cpic, crediblemeds, ddinter, labels or rxnorm.")],
    path: Annotated[Path, typer.Argument(help="The file or folder as its publisher ships it.")],
) -> None:
    """Read a source you license into your knowledge folder; adding it again replaces it."""
    from medrag.curation import manage

    settings = load()
    folder = settings.knowledge or settings.home / "knowledge"
    for holding in manage.add(kind, path, folder):
        print(f"{folder / holding.file}: {holding.facts:,} facts")


@knowledge.command("list")
def list_knowledge() -> None:
    """Show every kind of fact there is, and from where."""
    from medrag.curation import manage

    for holding in manage.holdings(load().knowledge_dir):
        print(f"{holding.facts:>8,}  {holding.file}  ({holding.source})")


@knowledge.command("show", epilog="Example: `medrag knowledge show warfarin`, `medrag knowledge show Augmentin --json`")
def show_knowledge(
    name: Annotated[str, typer.Argument(help="A drug, brand, product or class.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show everything known of a drug or class: names, codes, classes, every rule that touches it, with sources."""
    from medrag.knowledge import load as load_knowledge
    from medrag.knowledge import show

    facts = show.known_of(name, load_knowledge(load().knowledge_dir))
    print(json.dumps(facts, ensure_ascii=False, indent=2) if as_json else show.text(facts))


@knowledge.command("check")
def check_knowledge() -> None:
    """Check every file against its schema and every name against the vocabulary."""
    from medrag.curation import manage

    known = manage.check(load().knowledge_dir)
    print(f"{len(known.drugs):,} ingredients; every file fits its schema; hash {known.hash}")
