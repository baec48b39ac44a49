"""``medrag index list``, ``show``, ``remove``, ``supersede``, ``diff`` and ``warm``."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medrag.errors import InputError

if TYPE_CHECKING:
    from index.upkeep.contents import Contents
    from medrag.retrieval.encoder import Encoder

Directory = Annotated[Path | None, typer.Option("--index", help="Directory of the index.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of lines.")]
Model = Annotated[str | None, typer.Option(help="The encoder the index was built with, where it is another.")]


def add_to(app: typer.Typer) -> None:
    """Put the commands on ``medrag index``."""
    for name, command, example in (
        ("list", list_documents, "medrag index list --index my-index"),
        ("show", show, "medrag index show asthma --index my-index --html asthma.html"),
        ("remove", remove, "medrag index remove asthma-2019 --index my-index"),
        ("supersede", supersede, "medrag index supersede asthma-2019 --by asthma-2024 --index my-index"),
        ("diff", diff, "medrag index diff last-month my-index"),
        ("warm", warm, "medrag index warm --index my-index"),
    ):
        app.command(name, epilog=f"Example: `{example}`")(command)


def list_documents(index: Directory = None, as_json: AsJson = False) -> None:
    """The documents of an index, with issuer, year, status, review date and how many sentences can be quoted."""
    for held in _contents(index).documents(date.today()):
        if as_json:
            typer.echo(held.model_dump_json(exclude_none=True))
            continue
        issuer = " ".join(filter(None, ["/".join(held.organisations), str(held.year or ""), held.edition]))
        review = f"; review {'OVERDUE since' if held.overdue else 'due'} {held.review}" if held.review else ""
        typer.echo(f"{held.id}: {held.title}. {issuer} [{held.status}] {held.sentences:,} sentences{review}")


def show(
    document: Annotated[str, typer.Argument(help="Its id, as `medrag index list` gives it.")],
    index: Directory = None,
    html: Annotated[Path | None, typer.Option(help="Write a page to this file instead.")] = None,
    names: Annotated[bool, typer.Option(help="Each sentence with the name that notes beside a guideline use.")] = False,
) -> None:
    """A document as its passages: `*` stands before what an answer can quote, `-` before what it cannot."""
    from index.upkeep.contents import as_html, as_text

    passages = _contents(index).of(document)
    if html:
        html.write_text(as_html(passages), encoding="utf-8")
        typer.echo(f"{html}: {len(passages):,} passages")
        return
    for line in as_text(passages, names=names):
        typer.echo(line)


def remove(document: str, index: Directory = None, encoder: Model = None) -> None:
    """Take a document out, now and in later builds, until it is put back (`curation.json` beside the index)."""
    from index.upkeep.curation import Curation, curate

    _contents(index).of(document)

    def decide(known: Curation) -> Curation:
        return known.model_copy(update={"removed": tuple(sorted({*known.removed, document}))})

    manifest = curate(_in_force(index), _encoder(encoder), decide)
    typer.echo(f"{document} is out; {manifest.rows:,} passages, index {manifest.hash[:12]}")


def supersede(
    document: str,
    by: Annotated[str | None, typer.Option(help="The id of the document that takes its place.")] = None,
    index: Directory = None,
    encoder: Model = None,
) -> None:
    """Mark a document as superseded, now and in later builds: answers quote it only where a request asks for such."""
    from index.upkeep.curation import Curation, curate

    contents = _contents(index)
    for each in filter(None, (document, by)):
        contents.of(each)
    if by == document:
        raise InputError("A document does not supersede itself.", param="by")

    def decide(known: Curation) -> Curation:
        return known.model_copy(update={"superseded": {**known.superseded, document: by}})

    manifest = curate(_in_force(index), _encoder(encoder), decide)
    typer.echo(f"{document} is superseded{f' by {by}' if by else ''}; index {manifest.hash[:12]}")


def diff(before: Path, after: Path, as_json: AsJson = False) -> None:
    """Which recommendations were added, dropped or changed from one index to another."""
    from index.upkeep.changes import changes

    for each in changes(_contents(before).passages(), _contents(after).passages()):
        if as_json:
            typer.echo(json.dumps({"kind": each.kind, **each.model_dump(exclude_none=True)}, ensure_ascii=False))
        else:
            lines = [f"{each.document}: {each.kind}", *([f"  - {each.before}"] if each.before else [])]
            typer.echo("\n".join([*lines, *([f"  + {each.after}"] if each.after else [])]))


def _in_force(directory: Path | None) -> Path:
    from medrag.settings import load

    return directory or load().index_dir


def warm(index: Directory = None) -> None:
    """Encode all sentences and written questions, so that the first question on a subject is as quick as later ones.

    They are kept in the home (`vectors/`), 3 kB each; what no run has encoded is encoded when it is first found.
    """
    from rich.console import Console
    from rich.progress import Progress

    from index.upkeep.warm import warm as warming
    from medrag.knowledge import load as load_knowledge
    from medrag.settings import load

    settings = load(index=index) if index else load()
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("passages and questions", total=None)
        done = warming(
            settings,
            load_knowledge(settings.knowledge_dir),
            lambda line: typer.echo(line, err=True),
            lambda so_far, total: bar.update(task, completed=so_far, total=total),
        )
    typer.echo(f"{done:,} passages and questions are encoded; {settings.home / 'vectors'} keeps them")


def _contents(directory: Path | None) -> Contents:
    from index.upkeep.contents import Contents
    from medrag.retrieval.store.index import Index

    return Contents(Index.open(_in_force(directory)))


def _encoder(name: str | None) -> Encoder:
    from medrag.retrieval.encoder import Encoder

    return Encoder(name) if name else Encoder()
