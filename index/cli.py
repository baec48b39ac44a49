"""``medrag index``: build an index and look at one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from index.sources import HUB, KINDS
from index.tune import Tuning
from index.upkeep import cli as upkeep
from medrag.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

    from index.build import Embed, SourceReport
    from index.document import Skipped
    from medrag.retrieval.store.reuse import ReusingEncoder

app = typer.Typer(no_args_is_help=True, help="Build an index of guidelines, look at one and keep it current.")
upkeep.add_to(app)

SHOWN_SKIPS = 5
# The exit status of a build that skipped something, where that was asked for.
SKIPPED = 3


@app.command(
    epilog="Examples: `medrag index build --out my-index` · "
    "`medrag index build --source folder guidelines/ --out my-index --report skips.json` · "
    "`medrag index build --source hub:epfl-llm/guidelines --source jsonl corpus.jsonl --out my-index` · "
    "`medrag index build --source pubmed pubmed/ --out my-index --engine ray --milvus http://milvus:19530`"
)
def build(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="A file or folder for each --source, in the same order.", metavar="PATH")
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(help=f"The kind of the PATH that follows ({', '.join(KINDS)}); give it again for more."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Directory of the index, which is replaced at the end; where the other commands look unless told."
        ),
    ] = None,
    encoder: Annotated[str | None, typer.Option(help="A sentence encoder: a directory or a hub id.")] = None,
    engine: Annotated[
        Literal["local", "ray"],
        typer.Option(help="Where passages are encoded: here, or on the Ray cluster that RAY_ADDRESS names."),
    ] = "local",
    milvus: Annotated[
        str | None,
        typer.Option(
            help="Put the passages into Milvus: its address (http://host:19530), or a milvus-lite file's name "
            "(NAME.db) in the index directory. MEDRAG_MILVUS_TOKEN holds its token."
        ),
    ] = None,
    if_missing: Annotated[bool, typer.Option(help="Do nothing where an index is there already.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write what was read and all that was not, with the reasons, to this JSON file.")
    ] = None,
    fail_on_skip: Annotated[
        bool, typer.Option(help="End with status 3 where anything was skipped; the index is written all the same.")
    ] = False,
    formulary: Annotated[
        Path | None,
        typer.Option(help="Quote no recommendation of a drug that is not in this list (a name a line, or a CSV)."),
    ] = None,
) -> None:
    """Build an index from sources, or from the starter corpus when none is named.

    A build that was stopped goes on where it was; one over an index that is there encodes only what is new, and keeps
    what the index holds of documents that cannot be read this time.
    """
    from rich.console import Console

    from index import build as building
    from index.formulary import read_formulary
    from medrag.knowledge import load as load_knowledge
    from medrag.retrieval.encoder import Encoder
    from medrag.retrieval.store.collection import Server
    from medrag.retrieval.store.manifest import MANIFEST
    from medrag.settings import load

    out = out or load().index_dir
    if if_missing and (out / MANIFEST).exists():
        typer.echo(f"{out}: an index is there and stays as it is")
        return
    sources = _sources(source or [], paths or []) or [("markdown", building.GUIDELINES)]
    console = Console(stderr=True)
    with _progress(console) as say:
        manifest, reports = building.build(
            sources,
            out,
            Encoder(encoder) if encoder else Encoder(),
            lambda report: say(_so_far(report)),
            embed=_on_ray(say, console) if engine == "ray" else None,
            milvus=Server(milvus, load().milvus_secret) if milvus else None,
            formulary=read_formulary(formulary, load_knowledge(load().knowledge_dir)) if formulary else None,
        )
    _show(reports, console)
    if report:
        report.write_text(json.dumps([_reported(each) for each in reports], indent=2, default=str) + "\n", "utf-8")
    typer.echo(f"{out}: {manifest.rows:,} passages, index {manifest.hash[:12]}, encoder {manifest.encoder.name}")
    if fail_on_skip and any(each.skipped for each in reports):
        raise typer.Exit(SKIPPED)


@app.command(epilog="Example: `medrag index info my-index`")
def info(directory: Annotated[Path | None, typer.Argument(help="Directory of the index.")] = None) -> None:
    """Check an index's files and print what it was made from and with, as JSON."""
    from medrag.retrieval.store.index import open_index
    from medrag.settings import load

    settings = load()
    index = open_index(directory or settings.index_dir, milvus_token=settings.milvus_secret)
    typer.echo(json.dumps({"hash": index.hash} | index.manifest.model_dump(), indent=2))


@app.command(
    epilog="Examples: `medrag index tune --source medquad medquad/ --source ngc ngc/ --out tuned` · "
    "`medrag index build --encoder tuned --source jsonl corpus.jsonl --out my-index` · "
    "`medrag search --index my-index --encoder tuned 'gout flare'`"
)
def tune(
    paths: Annotated[
        list[Path], typer.Argument(help="A file or folder for each --source, in the same order.", metavar="PATH")
    ],
    source: Annotated[list[str], typer.Option(help="The kind of the PATH that follows: medquad, ngc or any other.")],
    out: Annotated[Path, typer.Option(help="Directory of the tuned encoder; an unfinished run there is resumed.")],
    encoder: Annotated[str | None, typer.Option(help="The encoder to start from: a directory or a hub id.")] = None,
    pairs: Annotated[int, typer.Option(min=2, help="The most pairs drawn from each source.")] = Tuning.pairs,
    epochs: Annotated[float, typer.Option(min=0.01, help="Passes over the pairs.")] = Tuning.epochs,
    batch_size: Annotated[int, typer.Option(min=2, help="Pairs in a batch: the rest are negatives.")] = 64,
    learning_rate: Annotated[float, typer.Option(help="Peak learning rate.")] = Tuning.learning_rate,
    kept: Annotated[float, typer.Option(min=0, max=1, help="Share of the tuned weights in the average.")] = Tuning.kept,
    seed: Annotated[int, typer.Option(help="Seed of every draw.")] = Tuning.seed,
) -> None:
    """Fine-tune a sentence encoder on questions and passages; documents held out for evaluation are never read.

    MedQuAD gives questions with answers, NGC titles, conditions and objectives with recommendations, any other kind
    titles with passages. Validation scores and the whole configuration are saved beside the weights.
    """
    from index.tune import tune as tuning
    from medrag.retrieval.encoder import Encoder

    base = Encoder(encoder) if encoder else Encoder()
    chosen = Tuning(
        pairs=pairs, epochs=epochs, batch_size=batch_size, learning_rate=learning_rate, kept=kept, seed=seed
    )
    scores = tuning(base.path, _sources(source, paths), out, chosen)
    typer.echo(f"{out}: nDCG@10 on validation pairs " + ", ".join(f"{name} {of:.3f}" for name, of in scores.items()))


def _sources(kinds: Sequence[str], paths: Sequence[Path]) -> list[tuple[str, Path]]:
    """Each kind with its path; a dataset of the hub is named by its kind, and takes a path only where all have one."""
    local = [kind for kind in kinds if not kind.startswith(HUB)]
    if len(paths) == len(kinds):
        return list(zip(kinds, paths, strict=True))
    if len(paths) != len(local):
        raise InputError(
            f"{len(kinds)} kinds and {len(paths)} paths do not pair up: write --source KIND PATH for each source.",
            param="source",
        )
    given = iter(paths)
    return [(kind, Path(kind.removeprefix(HUB)) if kind.startswith(HUB) else next(given)) for kind in kinds]


@contextmanager
def _progress(console: Console) -> Iterator[Callable[[str], None]]:
    """A bar that says what it is told; how long a source is shows only at its end, so that the bar has no end."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(bar_width=20), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("loading the encoder", total=None)
        yield lambda text: bar.update(task, description=text)


def _so_far(report: SourceReport) -> str:
    reused = report.passages - report.encoded
    return (
        f"{report.path.name}: {report.documents:,} documents, {report.passages:,} passages"
        + (f" ({reused:,} encoded before)" if reused else "")
        + (f", {len(report.skipped):,} skipped" if report.skipped else "")
    )


def _on_ray(say: Callable[[str], None], console: Console) -> Embed:
    from index import ray_embedding

    def embed(texts: Iterator[list[str]], reusing: ReusingEncoder) -> None:
        say("reading the sources for Ray")
        ray_embedding.embed(texts, reusing, lambda done: say(f"{done:,} passages encoded on Ray"))
        console.print(f"{reusing.encoded:,} passages encoded on Ray")

    return embed


def _show(reports: Sequence[SourceReport], console: Console) -> None:
    from rich.table import Table

    table = Table("source", "path", "documents", "passages", "encoded here", "skipped")
    for report in reports:
        row = (
            report.kind,
            str(report.path),
            f"{report.documents:,}",
            f"{report.passages:,}",
            f"{report.encoded:,}",
            f"{len(report.skipped):,}",
        )
        table.add_row(*row)
    console.print(table)
    for line in _warnings(reports):
        console.print(line, style="yellow", markup=False, highlight=False, soft_wrap=True)


def _warnings(reports: Sequence[SourceReport]) -> Iterator[str]:
    yield from _skips([each for report in reports for each in report.skipped])
    for report in reports:
        yield from report.overdue
        if report.off_formulary:
            yield f"{report.path.name}: {report.off_formulary:,} sentences recommend drugs off the formulary"


def _reported(report: SourceReport) -> dict[str, object]:
    """A source's report as JSON holds it."""
    counts = {"documents": report.documents, "passages": report.passages, "encoded": report.encoded}
    skipped = [{"where": each.where, "why": each.why, "partly": each.partly} for each in report.skipped]
    return {
        "kind": report.kind,
        "path": str(report.path),
        **counts,
        "skipped": skipped,
        "kept": report.kept,
        "overdue": report.overdue,
        "off_formulary": report.off_formulary,
    }


def _skips(skipped: Sequence[Skipped]) -> Iterator[str]:
    """The first few of each reason by name, and how many more there are of it."""
    by_reason: dict[str, list[Skipped]] = {}
    for each in skipped:
        by_reason.setdefault(each.why, []).append(each)
    for why, those in by_reason.items():
        for each in those[:SHOWN_SKIPS]:
            yield f"skipped {each.where}: {why}"
        if (more := len(those) - SHOWN_SKIPS) > 0:
            yield f"skipped {more:,} more: {why}"
