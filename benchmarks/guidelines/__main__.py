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

Twelve guidelines were written for the purpose (`benchmarks/guidelines/texts`), and each is made into documents by
twelve makers: tools and styles that hospitals have. A thirteenth, a scan read by OCR, takes longest and is left out
here (its latest figures, of asthma in children and antimicrobials in dialysis by Tesseract 5.3: 115 of 125 sentences,
77 of 111 rows, 30 of 211 other quotes, no negation of 68 lost, all 143 pages right; at first sight of the two scans 112
sentences, 67 rows and 68 of 236 other quotes, among them "15 pg/kg" and "250 lg" for µg, "lg" for 1 g and "15 mg/kg?"
for a footnote's mark. Of those left over, most lack a footnote whose raised mark was not read, or join small words,
"achest X-ray"). Chromium's two columns depend on the fonts that are installed: where words end is where its tables are
cut.
What must be read of a document, its sentences, headings and rows, comes from the text as it was written, before any
tool or reader saw it; the page of a sentence is where Poppler finds it.

Six texts were written by the authors of the reader; two (asthma in children, emesis and neutropenia) by another hand,
two (perioperative anticoagulants, antimicrobials in dialysis) by a third, and two (prescribing in the last weeks of
life, drugs for newborns) by the reader's own hand before it was mended for them, with tables of other shapes: groups of
rows, heads turned, tables on their side, cells with bullets, doses set to the right, rules of books. **The reader was
mended for what each of them showed: no table below is one at first sight.** At first sight were:

| texts | rows whole | other quotes | negations lost |
|---|---|---|---|
| two by another hand, ten makers | 732 of 1070 (68.4 %) | 444 of 2249 (19.7 %) | 2 of 770 |
| two by a third hand, nine makers | 861 of 1233 (69.8 %) | 189 of 2094 (9.0 %) | 2 of 594 |
| two with tables of other shapes, nine makers | 418 of 666 (62.8 %) | 64 of 844 (7.6 %) | 0 of 162 |

A sentence counts where one quotable sentence holds it, stem and all, and little else, or the whole of its numbered
recommendation; a row where it holds its subject, every cell after its column's name, unit and all, the name of the
group it stands under, and the footnotes that it bears. (But for the last line, the figures at first sight are of an
older count, in which a recommendation quoted as a whole did not count for its sentences, and a name over columns that
are empty in a row was asked for.) "Other quotes" are quotable and none of these: parts of sentences and rows, captions.
"Negations lost" are quotes of what a negation governs without the negation.

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
