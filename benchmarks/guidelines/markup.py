"""Texts as HTML: a site's page, and pages that browsers and WeasyPrint print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

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

_RIGHT = ' style="text-align:right"'
_MARKS = re.compile(f"[{MARKS}]")
_STYLES = Path(__file__).parent / "styles"
SITE_HEAD = (
    f'<nav class="menu"><a href="/">{RUNNING_HEAD}</a></nav><div class="breadcrumbs">{RUNNING_HEAD} &gt; Wards</div>'
)
SITE_FOOT = f'<aside class="sidebar">{RUNNING_HEAD}: contacts</aside><footer>{RIGHTS} {RUNNING_FOOT}</footer>'


def page(text: Text, style: str, *, numbered: bool = True) -> str:
    """A page to print in one of the styles ``plain``, ``columns`` and ``bookish``."""
    body = "".join(html(block, numbered=numbered) for block in text.blocks)
    css = (_STYLES / f"{style}.css").read_text("utf-8")
    css = css.replace("RUNNING_HEAD", RUNNING_HEAD).replace("RUNNING_FOOT", RUNNING_FOOT)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(text.title)}</title>'
        f"<style>{css}</style></head><body><h1>{escape(text.title)}</h1><main>{body}<p>{RIGHTS}</p></main></body></html>"
    )


def site_page(text: Text) -> str:
    """A page of a site, with its menus and feet."""
    listed = "".join(f'<li><a href="#s{each.number}">{escape(each.text)}</a></li>' for each in text.headings)
    body = "".join(map(html, text.blocks))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(text.title)}</title></head><body>'
        f'{SITE_HEAD}<main><h1>{escape(text.title)}</h1><div class="toc"><h2>On this page</h2><ul>{listed}</ul></div>'
        f"{body}</main>{SITE_FOOT}</body></html>"
    )


def html(block: Block, *, numbered: bool = True) -> str:  # noqa: PLR0911 (one for each kind of block)
    """A block's markup."""
    match block:
        case Heading():
            said = block.numbered if numbered else block.text
            return f'<h{block.level + 1} id="s{block.number}">{escape(said)}</h{block.level + 1}>'
        case Paragraph():
            return f"<p>{escape(' '.join(block.sentences))}</p>"
        case Recommendation():
            return f"<p>{block.number} {escape(block.text)}</p>"
        case Listing():
            return f"<p>{escape(block.stem)}</p>{_bullets(block)}"
        case Steps():
            return f"<ol>{_items(block.items)}</ol>"
        case Table():
            return "".join(_table(block))
        case References():
            return f"<h2>References</h2><ol>{_items(block.items)}</ol>"


def _bullets(listing: Listing) -> str:
    items = (
        f"{escape(each.stem)}{_bullets(each)}" if isinstance(each, Listing) else escape(each) for each in listing.items
    )
    return f"<ul>{''.join(f'<li>{each}</li>' for each in items)}</ul>"


def marked(said: str) -> str:
    """A cell or note with its marks raised and its lines broken."""
    return _MARKS.sub(lambda each: f"<sup>{chr(ord('a') + MARKS.index(each[0]))}</sup>", escape(said)).replace(
        "\n", "<br/>"
    )


def _items(items: tuple[str, ...]) -> str:
    return "".join(f"<li>{escape(each)}</li>" for each in items)


def cell_of(said: str) -> str:
    """A cell's words, its bullets as a list."""
    if not said.startswith("•"):
        return marked(said)
    items = (marked(each.lstrip("• ")) for each in said.split("\n"))
    return f"<ul>{''.join(f'<li>{each}</li>' for each in items)}</ul>"


def _table(table: Table) -> Iterator[str]:
    look = table.look
    kinds = [name for name, on in (("wide", look.landscape), ("turned", look.turned), (look.rules, look.rules)) if on]
    yield (
        f'<table class="{" ".join(kinds)}">'
        + (f"<caption>{escape(table.caption)}</caption>" if table.caption else "")
        + "<thead>"
    )
    for row in table.spans():
        cells = (f'<th colspan="{wide}" rowspan="{tall}">{escape(name)}</th>' for name, wide, tall in row)
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</thead><tbody>"
    for number, cells_of_row in enumerate(table.cells):
        if number in table.groups:
            yield f'<tr><th colspan="{len(cells_of_row)}" scope="rowgroup">{marked(cells_of_row[0])}</th></tr>'
            continue
        written = (
            f'<td rowspan="{table.reach(number, column)}"{_RIGHT * (column in look.right)}>{cell_of(cell)}</td>'
            for column, cell in enumerate(cells_of_row)
            if cell != "^"
        )
        yield f"<tr>{''.join(written)}</tr>"
    yield "</tbody></table>" + "".join(f"<p>{marked(each)}</p>" for each in table.notes)
