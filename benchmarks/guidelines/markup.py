"""Texts as HTML: a site's page, and pages that browsers and WeasyPrint print."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

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

PLAIN = """
@page{size:A4;margin:22mm} body{font:11pt/1.4 serif} h1{font-size:20pt} h2{font-size:15pt} h3{font-size:12.5pt}
table{border-collapse:collapse;width:100%} td,th{border:1px solid #555;padding:3pt 5pt;text-align:left;vertical-align:top}
"""
COLUMNS = """
@page{size:A4;margin:16mm} body{font:9.5pt/1.35 sans-serif} h1{font-size:18pt} main{columns:2;column-gap:9mm;text-align:justify;hyphens:auto}
h2{font-size:11pt;color:#036;text-transform:uppercase} h3{font-size:9.5pt;font-style:italic} table{width:100%;font-size:6.5pt;border-spacing:0}
td,th{padding:2pt 4pt;text-align:left;vertical-align:top} tr:nth-child(even){background:#eef2f6} caption{font-weight:bold;text-align:left}
"""
BOOKISH = f"""
@page{{size:A4;margin:28mm 22mm;@top-left{{content:"{RUNNING_HEAD}";font-size:8pt}}@top-right{{content:string(part);font-size:8pt}}
@bottom-left{{content:"{RUNNING_FOOT}";font-size:8pt}}@bottom-right{{content:"Page " counter(page) " of " counter(pages);font-size:8pt}}}}
@counter-style bare{{system:numeric;symbols:"0" "1" "2" "3" "4" "5" "6" "7" "8" "9";suffix:"  "}} ol{{list-style:bare}}
body{{font:10.5pt/1.45 "DejaVu Sans",sans-serif}} h2{{string-set:part content();font-size:15pt;color:#274}} h3{{font-size:11.5pt;color:#274}}
table{{border-collapse:collapse;width:100%}} td,th{{border-bottom:0.6pt solid #888;padding:3pt;text-align:left;vertical-align:top;font-weight:normal}}
thead th{{border-top:1pt solid #000;font-weight:bold}} caption{{text-align:left}}
"""
SITE_HEAD = f"""<nav class="menu"><a href="/">{RUNNING_HEAD}</a></nav><div class="breadcrumbs">{RUNNING_HEAD} &gt; Wards</div>"""
SITE_FOOT = f"""<aside class="sidebar">{RUNNING_HEAD}: contacts</aside><footer>{RIGHTS} {RUNNING_FOOT}</footer>"""


def page(text: Text, style: str, *, numbered: bool = True) -> str:
    """A page to print."""
    body = "".join(map(lambda block: html(block, numbered=numbered), text.blocks))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(text.title)}</title>'
        f"<style>{style}</style></head><body><h1>{escape(text.title)}</h1><main>{body}<p>{RIGHTS}</p></main></body></html>"
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


def html(block: Block, *, numbered: bool = True) -> str:
    """A block's markup."""
    match block:
        case Heading():
            number = f"{block.number} " if numbered else ""
            return f'<h{block.level + 1} id="s{block.number}">{number}{escape(block.text)}</h{block.level + 1}>'
        case Paragraph():
            return f"<p>{escape(' '.join(block.sentences))}</p>"
        case Recommendation():
            return f"<p>{block.number} {escape(block.text)}</p>"
        case Listing():
            return f"<p>{escape(block.stem)}</p><ul>{_items(block.items)}</ul>"
        case Steps():
            return f"<ol>{_items(block.items)}</ol>"
        case Table():
            return "".join(_table(block))
        case References():
            return f"<h2>References</h2><ol>{_items(block.items)}</ol>"


def _items(items: tuple[str, ...]) -> str:
    return "".join(f"<li>{escape(each)}</li>" for each in items)


def _table(table: Table) -> Iterator[str]:
    yield "<table>" + (f"<caption>{escape(table.caption)}</caption>" if table.caption else "") + "<thead>"
    for row in table.spans():
        cells = (f'<th colspan="{wide}" rowspan="{tall}">{escape(name)}</th>' for name, wide, tall in row)
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</thead><tbody>"
    for number, cells_of_row in enumerate(table.cells):
        written = (
            f'<td rowspan="{table.reach(number, column)}">{escape(cell)}</td>'
            for column, cell in enumerate(cells_of_row)
            if cell != "^"
        )
        yield f"<tr>{''.join(written)}</tr>"
    yield "</tbody></table>"
