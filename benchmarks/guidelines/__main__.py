"""Reading guidelines that the tools of hospitals made, measured.

python -m benchmarks.guidelines --folder /tmp/made --out docs/results-own-guidelines.md
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.guidelines.makers import MAKERS, Maker
from benchmarks.guidelines.scoring import Score, lines, read, score
from benchmarks.guidelines.text import Text, texts

HEAD = """# Reading guidelines, measured

Made by `python -m benchmarks.guidelines --out docs/results-own-guidelines.md`.

Eight guidelines were written for the purpose (`benchmarks/guidelines/texts`), and each is made into documents by
thirteen makers: tools and styles that hospitals have. What must be read of a document, its sentences, headings and
rows, comes from the text as it was written, before any tool or reader saw it; the page of a sentence is where Poppler
finds it. Six texts were written by the authors of the reader; two (asthma in children, emesis and neutropenia) by
another hand that had not seen the reader, with harder tables: seven columns, names over several of them, footnotes.

A sentence counts where one quotable sentence holds it, stem and all, and little else; a row where it holds its
subject, every cell after its column's name, unit and all, and the footnotes that it bears. "Other quotes" are quotable
and none of these: parts of sentences and rows, captions. "Negations lost" are quotes of what a negation governs
without the negation.
"""

app = typer.Typer(add_completion=False)


@app.command()
def run(
    folder: Annotated[Path | None, typer.Option(help="Where documents are kept; those that are there stay.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the results here.")] = None,
    only: Annotated[str, typer.Option(help="Only makers whose name holds this.")] = "",
    text: Annotated[list[str] | None, typer.Option(help="Only these texts.")] = None,
    misses: Annotated[bool, typer.Option(help="Say every miss.")] = False,
) -> None:
    """Make every text with every tool that is installed, read it, and count."""
    with tempfile.TemporaryDirectory() as temporary:
        root = folder or Path(temporary)
        chosen = [each for each in texts() if not text or each.name in text]
        table = [row for maker in MAKERS if only in maker.name and (row := _measured(maker, chosen, root, misses))]
    report = HEAD + "\n" + "\n".join(_table(table)) + "\n"
    if out:
        out.write_text(report, "utf-8")
    else:
        typer.echo(report)


def _measured(maker: Maker, chosen: Sequence[Text], root: Path, misses: bool) -> tuple[str, Score] | None:
    if not maker.there:
        return None
    total = Score()
    for each in chosen:
        folder = root / maker.name.replace(" ", "-").replace(",", "")
        folder.mkdir(parents=True, exist_ok=True)
        made = next(iter(folder.glob(f"{each.name}.{_SUFFIX.get(maker.kind, '*')}")), None) or maker.make(each, folder)
        pages = next((page for page in (made.with_name(f"{each.name}-pages.pdf"), made) if page.exists()), made)
        found = score(each, read(made, maker.kind), pages if maker.kind == "pdf" else None)
        total += found
        if misses:
            typer.echo("\n".join([f"## {maker.name}: {each.name}", *lines(found)]))
    return maker.name, total


_SUFFIX = defaultdict(lambda: "*", {"pdf": "pdf", "docx": "docx", "html": "html", "markdown": "md*"})


def _table(rows: Sequence[tuple[str, Score]]) -> list[str]:
    said = [
        "| made by | sentences whole | under their heading | rows whole | right page | furniture | other quotes "
        "| negations lost |",
        "|---|---|---|---|---|---|---|---|",
    ]
    total = sum((found for _, found in rows), Score())
    for name, found in [*rows, ("**all**", total)]:
        cells = [
            _of(found.sentences_whole, found.sentences),
            _of(found.headings, found.headed),
            _of(found.rows_whole, found.rows),
            _of(found.pages, found.paged),
            _of(found.furniture, found.quotes),
            _of(found.stray, found.quotes),
            _of(found.negations_lost, found.negations),
        ]
        said.append(f"| {name} | {' | '.join(cells)} |")
    return said


def _of(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / whole:.1f} %)" if whole else "–"


if __name__ == "__main__":
    app()
