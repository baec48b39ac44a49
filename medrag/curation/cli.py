"""``medrag knowledge``: the safety filter's facts, a user's own sources of them, and who has reviewed them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medrag.settings import load

if TYPE_CHECKING:
    from medrag.curation.verify import Verifier
    from medrag.knowledge import Knowledge

knowledge = typer.Typer(
    no_args_is_help=True, help="What is known of drugs, your own licensed sources, and who reviewed it."
)
Drugs = Annotated[list[str] | None, typer.Argument(help="Drugs, brands or products; every one where none is named.")]


@knowledge.command(epilog="Example: `medrag knowledge add ddinter ddinter_downloads_code_B.csv`")
def add(
    kind: Annotated[str, typer.Argument(help="cpic, crediblemeds, ddinter, labels or rxnorm.")],
    path: Annotated[Path, typer.Argument(help="The file or folder as its publisher ships it.")],
) -> None:
    """Read a source you license into your knowledge folder; adding it again replaces it."""
    from medrag.curation import manage

    folder = _own_folder()
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
    """Show everything known of a drug or class: names, codes, classes, every fact, where it stands, who reviewed it."""
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


@knowledge.command(epilog='Example: `medrag knowledge review warfarin metformin --as "A. Pharmacist" --spl labels/`')
def review(
    reviewer: Annotated[str, typer.Option("--as", help="Your name, kept with each review.")],
    names: Drugs = None,
    spl: Annotated[Path | None, typer.Option(help="DailyMed labels (XML), shown beside the facts.")] = None,
    into: Annotated[Path | None, typer.Option(help="Folder of reviews.csv; your knowledge folder by default.")] = None,
) -> None:
    """Walk through the facts that nobody has reviewed, drug by drug; stop at any time, each answer is kept at once."""
    from medrag.curation.review import FILE, unreviewed, walk
    from medrag.knowledge.reader import read

    known = read(load().knowledge_dir)
    verifier = _verifier(spl, known) if spl else None
    file = (into or _own_folder()) / FILE
    facts = unreviewed(_ingredients(names, known), known, verifier)
    try:
        done = Counter(each.verdict for each in walk(facts, known, reviewer, file, input))
    except (EOFError, KeyboardInterrupt):
        print(f"\nstopped; what you answered is in {file}")
        raise typer.Exit from None
    print(f"{done['right']} right, {done['wrong']} wrong; kept in {file}")


@knowledge.command(epilog="Example: `medrag knowledge verify --spl labels/ warfarin`")
def verify(
    spl: Annotated[Path, typer.Option(help="A DailyMed label (SPL, XML), or a folder of them.")],
    names: Drugs = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON lines.")] = False,
) -> None:
    """Hold facts that cite a label against the labels you downloaded: supported, contradicted or not found."""
    from medrag.curation.verify import shown, text
    from medrag.knowledge import load as load_knowledge

    known = load_knowledge(load().knowledge_dir)
    verifier = _verifier(spl, known)
    count: Counter[str] = Counter()
    wanted = _ingredients(names, known) if names else sorted(verifier.labels)
    for each in (found for drug in wanted if drug in verifier.labels for found in verifier.facts_of(drug)):
        count[each.standing] += 1
        print(json.dumps(shown(each, known), ensure_ascii=False) if as_json else text(each, known), flush=True)
    said = ", ".join(f"{count[standing]} {standing}" for standing in ("supported", "contradicted", "not found"))
    typer.echo(f"{len(verifier.labels)} labels; {said}", err=True)


def _own_folder() -> Path:
    settings = load()
    return settings.knowledge or settings.home / "knowledge"


def _verifier(spl: Path, known: Knowledge) -> Verifier:
    from medrag.curation.verify import Verifier

    verifier = Verifier(spl, known)
    for reason in verifier.unread:
        typer.echo(reason, err=True)
    return verifier


def _ingredients(names: list[str] | None, known: Knowledge) -> list[str]:
    """The ingredients of the drugs named; without names all, those with most facts first."""
    from medrag.knowledge.show import ingredients

    if names:
        return list(dict.fromkeys(name for written in names for name in ingredients(written, known)))
    return sorted(known.drugs, key=lambda name: (-len(known.facts(name)), name))
