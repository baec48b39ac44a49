"""Texts for LaTeX and typst."""

from __future__ import annotations

from collections.abc import Iterator

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
    {"%": r"\%", "&": r"\&", "²": r"\textsuperscript{2}", "°": r"\textdegree{}", "_": r"\_", "^": r"\^{}",
     ">": r"\textgreater{}", "©": r"\textcopyright{}"}
)  # fmt: skip
_TYPST = str.maketrans({each: f"\\{each}" for each in "#$*_@<>`~"})


def latex(text: Text, *, columns: bool = False, ruled: bool = True) -> str:
    """An article; in two columns without contents, and with tables over the whole breadth."""
    options = "10pt,twocolumn" if columns else "11pt"
    contents = "" if columns else r"\tableofcontents"
    head = rf"""\documentclass[{options},a4paper]{{article}}
\usepackage[T1]{{fontenc}}\usepackage[utf8]{{inputenc}}\usepackage{{textcomp,array,longtable,lmodern}}\pagestyle{{myheadings}}
\markright{{{RUNNING_HEAD}}}\title{{{_tex(text.title)}}}\author{{}}\date{{{RUNNING_FOOT}}}
\begin{{document}}\maketitle{contents}
"""
    said = "\n\n".join(_latex(block, columns, ruled) for block in text.blocks)
    return f"{head}{said}\n\n{_tex(RIGHTS)}\n\\end{{document}}\n"


def _latex(block: Block, columns: bool, ruled: bool) -> str:  # noqa: PLR0911 (a kind each)
    match block:
        case Heading():
            return rf"\{'sub' * (block.level - 1)}section{{{_tex(block.text)}}}"
        case Paragraph():
            return _tex("\n".join(block.sentences))
        case Recommendation():
            return rf"\noindent {block.number} {_tex(block.text)}"
        case Listing():
            return f"{_tex(block.stem)}\n" + _latex_list("itemize", block.items)
        case Steps():
            return _latex_list("enumerate", block.items)
        case Table():
            return "\n".join(_latex_table(block, columns, ruled))
        case References():
            cited = "\n".join(rf"\bibitem{{r{number}}} {_tex(each)}" for number, each in enumerate(block.items))
            return rf"\begin{{thebibliography}}{{9}}{cited}\end{{thebibliography}}"


def _latex_list(kind: str, items: tuple[str, ...]) -> str:
    listed = "\n".join(rf"\item {_tex(each)}" for each in items)
    return rf"\begin{{{kind}}}{listed}\end{{{kind}}}"


def _latex_table(table: Table, columns: bool, ruled: bool) -> Iterator[str]:
    width = len(table.heads[0])
    share = (0.9 if columns else 0.86) / width
    shape = rf">{{\raggedright\arraybackslash}}p{{{share:.2f}\textwidth}}" * width
    rule = r"\hline" if ruled else ""
    star = "*" if columns else ""
    caption = f"\\caption{{{_tex(table.caption)}}}" if table.caption else ""
    ends = "\\\\" if caption else ""
    if columns:
        yield rf"\begin{{table{star}}}[t]\centering{caption}\begin{{tabular}}{{{shape}}}{rule}"
    else:
        yield rf"\begin{{longtable}}{{{shape}}}{caption}{ends}{rule}"
    for row in table.spans():
        cells = [rf"\multicolumn{{{wide}}}{{l}}{{{_tex(name)}}}" if wide > 1 else _tex(name) for name, wide, _ in row]
        if sum(wide for _, wide, _ in row) < width:
            cells.insert(0, "")
        yield f"{' & '.join(cells)}\\\\"
    yield rule
    for row_of_cells in table.cells:
        yield " & ".join("" if cell == "^" else _tex(cell) for cell in row_of_cells) + r"\\"
    yield rule + (rf"\end{{tabular}}\end{{table{star}}}" if columns else r"\end{longtable}")


def _tex(said: str) -> str:
    return said.translate(_TEX)


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
            return f"{_safe(block.stem)}\n" + "\n".join(f"- {_safe(each)}" for each in block.items)
        case Steps():
            return "\n".join(f"+ {_safe(each)}" for each in block.items)
        case Table():
            return "\n".join(_typst_table(block))
        case References():
            return "= References\n" + "\n".join(f"+ {_safe(each)}" for each in block.items)


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
    yield ")"


def _safe(said: str) -> str:
    return said.translate(_TYPST)
