"""Texts as the Markdown of MkDocs and of Docusaurus."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.guidelines.text import (
    RIGHTS,
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


def mkdocs(text: Text) -> str:
    """A page of MkDocs with Material's marks."""
    front = "---\ntags: [wards]\nhide: [navigation]\nsearch:\n  boost: 2\n---\n"
    said = "\n\n".join("\n".join(_lines(block, star="*")) for block in text.blocks)
    return f"{front}# {text.title}\n\n[TOC]\n\n<!-- lint off -->\n\n{said}\n\n{RIGHTS}\n"


def docusaurus(text: Text) -> str:
    """A page of Docusaurus: each of its parts is a box or stands under a heading with an anchor."""
    front = f'---\nsidebar_position: 3\ntitle: "{text.title}"\nslug: /{text.name}\n---\n'
    front += 'import Tabs from "@theme/Tabs";\n\n'
    said = "\n\n".join("\n".join(_boxed(block)) for block in text.blocks)
    return f"{front}{said}\n\n{RIGHTS}\n"


def _boxed(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        anchor = f" {{#s{block.number.replace('.', '-')}}}" if block.number else ""
        yield f"{'#' * (block.level + 1)} {block.text}{anchor}"
    elif isinstance(block, Listing):
        yield from (":::warning", "", *_lines(block, star="-"), "", ":::")
    else:
        yield from _lines(block, star="-")


def _lines(block: Block, star: str) -> Iterator[str]:
    match block:
        case Heading():
            yield f"{'#' * (block.level + 1)} {block.text}"
        case Paragraph():
            yield "\n".join(block.sentences)
        case Recommendation():
            yield f"**{block.number}** {block.text}"
        case Listing():
            yield from (block.stem, "", *_bullets(block, star))
        case Steps():
            yield from (f"{number}. {each}" for number, each in enumerate(block.items, start=1))
        case Table():
            yield from _table(block)
        case References():
            yield from ("## References", "", *(f"{number}. {each}" for number, each in enumerate(block.items, start=1)))


def _bullets(listing: Listing, star: str, indent: str = "") -> Iterator[str]:
    for each in listing.items:
        if isinstance(each, Listing):
            yield from (f"{indent}{star} {each.stem}", *_bullets(each, star, f"{indent}    "))
        else:
            yield f"{indent}{star} {each}"


def _table(table: Table) -> Iterator[str]:
    """Pipe tables have one row of names and no merged cells."""
    names = [", ".join(dict.fromkeys(column)) for column in zip(*table.heads, strict=True)]
    if table.caption:
        yield f"**{table.caption}**\n"
    lines = ["---:" if place in table.look.right else "---" for place in range(len(names))]
    for row in (names, lines, *table.rows):
        yield f"| {' | '.join(row)} |".replace("\n", "<br>")
    for each in table.notes:
        yield f"\n{each}"
