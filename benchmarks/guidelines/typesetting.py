"""Texts for LaTeX and typst."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile

from benchmarks.guidelines.labels import MARKS
from benchmarks.guidelines.text import (
    RIGHTS,
    RUNNING_FOOT,
    RUNNING_HEAD,
    Block,
    Heading,
    Listing,
    Paragraph,
    Recommendation,
    References,
    Steps,
    Table,
    Text,
)

_TEX = str.maketrans(
    {"%": r"\%", "&": r"\&", "°": r"\textdegree{}", "_": r"\_", "^": r"\^{}",
     **{mark: rf"\textsuperscript{{{letter}}}" for mark, letter in zip(MARKS, "abcdefg", strict=True)},
     **{mark: rf"\textsuperscript{{{digit}}}" for digit, mark in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
     "µ": r"\textmu{}", "≤": r"$\leq$", "•": r"\textbullet{}", ">": r"\textgreater{}", "©": r"\textcopyright{}"}
)  # fmt: skip
_MARKS = re.compile(f"[{MARKS}]")
# Tables of more columns stand in small letters.
_WIDE = 5
_TYPST = str.maketrans({each: f"\\{each}" for each in "#$*_@<>`~"})


def latex(text: Text, *, columns: bool = False, ruled: bool = True) -> str:
    """An article; in two columns without contents, and with tables over the whole breadth."""
    options = "10pt,twocolumn" if columns else "11pt"
    contents = "" if columns else r"\tableofcontents"
    head = rf"""\documentclass[{options},a4paper]{{article}}
\usepackage[T1]{{fontenc}}\usepackage[utf8]{{inputenc}}\usepackage{{textcomp,array,longtable,lmodern,booktabs,pdflscape,graphicx}}\pagestyle{{myheadings}}
\markright{{{RUNNING_HEAD}}}\title{{{_tex(text.title)}}}\author{{}}\date{{{RUNNING_FOOT}}}
\begin{{document}}\maketitle{contents}
"""
    said = "\n\n".join(_latex(block, columns, ruled) for block in text.blocks)
    return f"{head}{said}\n\n{_tex(RIGHTS)}\n\\end{{document}}\n"


def _latex(block: Block, columns: bool, ruled: bool) -> str:  # noqa: PLR0911 (a kind each)
    match block:
        case Heading():
            star = "" if block.number else "*"
            return rf"\{'sub' * min(block.level - 1, 2)}section{star}{{{_tex(block.text)}}}"
        case Paragraph():
            return _tex("\n".join(block.sentences))
        case Recommendation():
            return rf"\noindent {block.number} {_tex(block.text)}"
        case Listing():
            return _latex_bullets(block)
        case Steps():
            return _latex_list("enumerate", block.items)
        case Table():
            return "\n".join(_latex_table(block, columns, ruled))
        case References():
            cited = "\n".join(rf"\bibitem{{r{number}}} {_tex(each)}" for number, each in enumerate(block.items))
            return rf"\begin{{thebibliography}}{{9}}{cited}\end{{thebibliography}}"


def _latex_bullets(listing: Listing) -> str:
    items = (_latex_bullets(each) if isinstance(each, Listing) else _tex(each) for each in listing.items)
    listed = "\n".join(rf"\item {each}" for each in items)
    return rf"{_tex(listing.stem)}\begin{{itemize}}{listed}\end{{itemize}}"


def _latex_list(kind: str, items: tuple[str, ...]) -> str:
    listed = "\n".join(rf"\item {_tex(each)}" for each in items)
    return rf"\begin{{{kind}}}{listed}\end{{{kind}}}"


def _latex_table(table: Table, columns: bool, ruled: bool) -> Iterator[str]:
    width = len(table.heads[0])
    share = (0.9 if columns else 0.86) / width
    small = r"\footnotesize\setlength{\tabcolsep}{2pt}" if width > _WIDE else ""
    aligned = (r"\raggedleft" if place in table.look.right else r"\raggedright" for place in range(width))
    breadth = r"\linewidth" if table.look.landscape else r"\textwidth"
    shape = "".join(rf">{{{each}\arraybackslash}}p{{{share:.2f}{breadth}}}" for each in aligned)
    book = table.look.rules == "book"
    rule = "" if table.look.rules == "none" else r"\midrule" if book else r"\hline" if ruled else ""
    first, last = (r"\toprule", r"\bottomrule") if book else (rule, rule)
    sideways = table.look.landscape and not columns
    star = "*" if columns else ""
    caption = f"\\caption{{{_tex(table.caption)}}}" if table.caption else ""
    ends = "\\\\" if caption else ""
    yield (r"\begin{landscape}" if sideways else "") + f"{{{small}"
    if columns:
        yield rf"\begin{{table{star}}}[t]\centering{small}{caption}\begin{{tabular}}{{{shape}}}{first}"
    else:
        yield rf"\begin{{longtable}}{{{shape}}}{caption}{ends}{first}"
    for number, row in enumerate(table.spans()):
        names = [_latex_name(table, name, wide) for name, wide, _ in row]
        deep = [number > 0 and table.heads[number - 1][place] == table.heads[number][place] for place in range(width)]
        cells = ["" for each in takewhile(bool, deep)] + names + ["" for each in takewhile(bool, reversed(deep))]
        yield f"{' & '.join(cells)}\\\\"
        if book and number + 1 < len(table.heads):
            yield "".join(_latex_under(row))
    yield rule
    for number, row_of_cells in enumerate(table.cells):
        if number in table.groups:
            yield rf"\multicolumn{{{width}}}{{l}}{{\textit{{{_tex(row_of_cells[0])}}}}}\\"
        else:
            yield " & ".join("" if cell == "^" else _tex(cell) for cell in row_of_cells) + r"\\"
    noted = "".join(rf"\par\noindent {_tex(each)}" for each in table.notes)
    turned_back = r"\end{landscape}" if sideways else ""
    yield last + (
        rf"\end{{tabular}}{noted}\end{{table{star}}}}}" if columns else rf"\end{{longtable}}}}{noted}{turned_back}"
    )


def _latex_name(table: Table, name: str, wide: int) -> str:
    if wide > 1:
        return rf"\multicolumn{{{wide}}}{{{'c' if table.look.rules == 'book' else 'l'}}}{{{_tex(name)}}}"
    turned = table.look.turned and name != table.heads[0][0]
    return rf"\rotatebox{{90}}{{{_tex(name)}}}" if turned else _tex(name)


def _latex_under(row: list[tuple[str, int, int]]) -> Iterator[str]:
    place = 1
    for _, wide, _ in row:
        if wide > 1:
            yield rf"\cmidrule(lr){{{place}-{place + wide - 1}}}"
        place += wide


def _tex(said: str) -> str:
    return said.translate(_TEX).replace("\n", r"\newline{}")


def typst(text: Text, *, numbered: bool) -> str:
    """A report with a repeated head, its tables without any rules."""
    numbering = '#set heading(numbering: "1.1")' if numbered else ""
    head = f"""#set page(paper: "a4", margin: 2.3cm, header: [{RUNNING_HEAD} #h(1fr) {RUNNING_FOOT}], numbering: "1")
#set text(size: 10.5pt)
#set document(title: "{text.title}")
{numbering}
#align(center, text(size: 19pt, weight: "bold")[{text.title}])
"""
    return head + "\n\n".join(map(_typst, text.blocks)) + f"\n\n{RIGHTS}\n"


def _typst(block: Block) -> str:  # noqa: PLR0911 (a kind each)
    match block:
        case Heading():
            return f"{'=' * block.level} {block.text}"
        case Paragraph():
            return "\n".join(map(_safe, block.sentences))
        case Recommendation():
            return f"#[{block.number}] {_safe(block.text)}"
        case Listing():
            return f"{_safe(block.stem)}\n" + "\n".join(_typst_bullets(block))
        case Steps():
            return "\n".join(f"+ {_safe(each)}" for each in block.items)
        case Table():
            return "\n".join(_typst_table(block))
        case References():
            return "= References\n" + "\n".join(f"+ {_safe(each)}" for each in block.items)


def _typst_bullets(listing: Listing, indent: str = "") -> Iterator[str]:
    for each in listing.items:
        yield f"{indent}- {_safe(each.stem if isinstance(each, Listing) else each)}"
        if isinstance(each, Listing):
            yield from _typst_bullets(each, f"{indent}  ")


def _typst_table(table: Table) -> Iterator[str]:
    if table.caption:
        yield f'#text(style: "italic")[{_safe(table.caption)}]\n'
    shape = f"({', '.join(['1fr'] * len(table.heads[0]))})"
    yield f"#table(columns: {shape}, stroke: none, column-gutter: 6pt, table.header("
    for row in table.spans():
        for name, wide, tall in row:
            yield f"table.cell(colspan: {wide}, rowspan: {tall})[*{_safe(name)}*],"
    yield "),"
    for number, row_of_cells in enumerate(table.cells):
        for column, cell in enumerate(row_of_cells):
            if cell != "^":
                yield f"table.cell(rowspan: {table.reach(number, column)})[{_safe(cell)}],"
    yield ")\n"
    yield from (f"{_safe(each)}\n" for each in table.notes)


def _safe(said: str) -> str:
    return _MARKS.sub(lambda each: f"#super[{_letter(each[0])}]", said.translate(_TYPST)).replace("\n", " \\ ")


def _letter(mark: str) -> str:
    return chr(ord("a") + MARKS.index(mark))
