"""Reading guidelines that the tools of hospitals made, measured.

python -m benchmarks.guidelines --without scan --out docs/results-own-guidelines.md
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.guidelines.makers import MAKERS, Maker
from benchmarks.guidelines.scoring import Score, lines, read, score
from benchmarks.guidelines.text import Text, texts

HEAD = """# Reading guidelines, measured

Made in one run by `python -m benchmarks.guidelines --without scan --out docs/results-own-guidelines.md`.

Ten guidelines were written for the purpose (`benchmarks/guidelines/texts`), and each is made into documents by
twelve makers: tools and styles that hospitals have. A thirteenth, a scan read by OCR, takes longest and is left out
here (its latest figures, of the six older texts and an older reader: 165 of 172 sentences, 57 of 67 rows, no negation
lost). What must be read of a document, its sentences, headings and rows, comes from the text as it was written,
before any tool or reader saw it; the page of a sentence is where Poppler finds it. Six texts were written by the
authors of the reader; two (asthma in children, emesis and neutropenia) by another hand that had not seen the reader,
with harder tables: seven columns, names over several of them, footnotes. The reader was mended for what these eight
showed: at first sight of the two texts, before anything was mended, 732 of 1070 rows (68.4 %) were whole over ten
makers, 444 of 2249 quotes (19.7 %) were others and 2 of 770 negations were lost. Two more (perioperative
anticoagulants, antimicrobials in dialysis) came from a third hand when all that was done, and nothing was mended for
them: their table is one at first sight. The reader of the day before has on nine makers 71.8 % of their rows whole,
21.3 % other quotes and no negation lost.

A sentence counts where one quotable sentence holds it, stem and all, and little else; a row where it holds its
subject, every cell after its column's name, unit and all, and the footnotes that it bears. "Other quotes" are
quotable and none of these: parts of sentences and rows, captions. "Negations lost" are quotes of what a negation
governs without the negation.

Two columns printed by Chromium hold tables that are broader than a column: the printer cuts words off at its edge and
lays one table over the text beside it. What is cut off counts as missed; what lies over other text is not quotable.
"""
# By other hands than the reader's.
OTHER_HAND = frozenset(["asthma-children", "cancer-emesis-neutropenia"])
THIRD_HAND = frozenset(["perioperative-anticoagulants", "antimicrobials-in-dialysis"])
OTHER_SHAPES = frozenset(["palliative-prescribing", "neonatal-drugs"])

app = typer.Typer(add_completion=False)


@app.command()
def run(  # noqa: PLR0913 (an option each)
    folder: Annotated[Path | None, typer.Option(help="Where documents are kept; those that are there stay.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the results here.")] = None,
    only: Annotated[str, typer.Option(help="Only makers whose name holds this.")] = "",
    without: Annotated[str, typer.Option(help="No maker whose name holds this.")] = "",
    text: Annotated[list[str] | None, typer.Option(help="Only these texts.")] = None,
    misses: Annotated[bool, typer.Option(help="Say every miss.")] = False,
) -> None:
    """Make every text with every tool that is installed, read it, and count."""
    with tempfile.TemporaryDirectory() as temporary:
        root = folder or Path(temporary)
        chosen = [each for each in texts() if not text or each.name in text]
        makers = [each for each in MAKERS if only in each.name and not (without and without in each.name)]
        measured = {maker.name: _measured(maker, chosen, root, misses) for maker in makers if maker.there}
    report = HEAD
    titles = (
        ("All texts", None),
        ("The two by another hand", OTHER_HAND),
        ("The two by a third hand", THIRD_HAND),
        ("The two with tables of other shapes", OTHER_SHAPES),
    )
    for title, names in titles:
        rows = [(maker, _total(scores, names)) for maker, scores in measured.items()]
        report += "\n".join([f"\n## {title}\n", *_table(rows)]) + "\n"
    if out:
        out.write_text(report, "utf-8")
    else:
        typer.echo(report)


def _total(scores: Mapping[str, Score], names: Container[str] | None) -> Score:
    return sum((score for text, score in scores.items() if names is None or text in names), Score())


def _measured(maker: Maker, chosen: Sequence[Text], root: Path, misses: bool) -> dict[str, Score]:
    """The score of each text that a maker made."""
    scores: dict[str, Score] = {}
    for each in chosen:
        folder = root / maker.name.replace(" ", "-").replace(",", "")
        folder.mkdir(parents=True, exist_ok=True)
        made = next(iter(folder.glob(f"{each.name}.{_SUFFIX.get(maker.kind, '*')}")), None) or maker.make(each, folder)
        pages = next((page for page in (made.with_name(f"{each.name}-pages.pdf"), made) if page.exists()), made)
        found = score(each, read(made, maker.kind), pages if maker.kind == "pdf" else None)
        scores[each.name] = found
        if misses:
            typer.echo("\n".join([f"## {maker.name}: {each.name}", *lines(found)]))
    return scores


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
