"""HTML to sections: headings make the path, a list item or a table row is one statement.

Raised and lowered digits stay (m², CO₂); what only leads through a site is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import html  # type: ignore[import-untyped]

from index.document import Block, Section
from index.stems import stemmed
from index.tables import Grid, footnotes, guessed_heads, is_group, notes, statements

_SKIPPED = frozenset(
    {"script", "style", "nav", "aside", "footer", "form", "button", "noscript", "template", "svg", "head"}
)
_STRUCTURE = {"html", "body", "main", "article", "section", "div", "header", "blockquote", "figure", "details"}
_CONTAINERS = frozenset(_STRUCTURE | {"center", "dl", "td", "th", "tbody", "thead", "tfoot", "span", "font"})
_EMPHASIS = frozenset({"b", "strong", "u", "em", "i"})
_MAX_HEADING_WORDS = 15
_MAX_SPAN = 1000
_GUIDING = re.compile(
    r"(?:^|[\s_-])(?:toc|table-of-contents|breadcrumbs?|cookies?(?:-\w+)?|sidebar|menu|navbar|navigation|pagination|"
    r"headerlink|hash-link|skip-link|share|visually-hidden|sr-only)(?:$|[\s_-])",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"(?:^|[\s_-])(?:admonition|alert|callout|tabbed-block|panel|notice)(?:$|[\s_-])", re.IGNORECASE)
_ASIDE_TITLE = re.compile(r"admonition-title|alert-title|callout-title|panel-heading|tab-title", re.IGNORECASE)
# Under every heading of a document; a heading in all but name, and a table's caption, stand deeper still.
_EMPHASISED, _CAPTION = 7, 8
_RAISED = str.maketrans("0123456789+-−abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")
_LOWERED = str.maketrans("0123456789+-−", "₀₁₂₃₄₅₆₇₈₉₊₋₋")


@dataclass
class _Sections:
    """Collects blocks under the heading path seen last.

    ``notes`` are elements below tables that are their footnotes, ``captions`` are headings that only name a table.
    """

    base: tuple[str, ...]
    done: list[Section] = field(default_factory=list)
    path: list[tuple[int, str]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    listed: str = ""
    notes: set[Any] = field(default_factory=set)
    captions: frozenset[Any] = frozenset()

    def begin_list(self, kind: str) -> None:
        """A list right after one of another kind is not governed by the words before that one."""
        if kind != self.listed and self.blocks and self.blocks[-1].level and not self.blocks[-1].text.endswith(":"):
            self.close()
        self.listed = kind

    def head(self, level: int, text: str) -> None:
        self.close()
        self.path = [each for each in self.path if each[0] < level] + [(level, text)]

    def leave(self, level: int) -> None:
        """What follows does not stand under the headings of ``level`` and deeper."""
        if not any(each[0] >= level for each in self.path):
            return
        self.close()
        self.path = [each for each in self.path if each[0] < level]

    def close(self) -> None:
        if self.blocks:
            heading = (*self.base, *(text for _, text in self.path))
            self.done.append(stemmed(Section(heading, tuple(self.blocks))))
            self.blocks = []


def sections_of(markup: str, base: tuple[str, ...] = ()) -> tuple[Section, ...]:
    """The sections of a piece of HTML, their paths below ``base``; none for blank markup."""
    if not markup.strip():
        return ()
    return sections_of_tree(html.fragment_fromstring(markup, create_parent="div"), base)


def sections_of_tree(root: Any, base: tuple[str, ...] = ()) -> tuple[Section, ...]:
    """The sections under an lxml element."""
    sections = _Sections(base, captions=_captions(root))
    _walk(root, sections)
    sections.close()
    return tuple(sections.done)


def plain(markup: str) -> str:
    """The text of a piece of HTML on one line."""
    return _text(html.fragment_fromstring(markup, create_parent="div")) if markup.strip() else ""


def _walk(element: Any, sections: _Sections) -> None:
    loose: list[str] = [element.text or ""]
    for child in element:
        if not isinstance(child.tag, str) or _is_guiding(child):
            loose.append(child.tail or "")
        elif _is_inline(child):
            loose += [_text(child, trimmed=False), child.tail or ""]
        else:
            _paragraph(" ".join(loose), sections)
            _block(child, sections)
            loose = [child.tail or ""]
    _paragraph(" ".join(loose), sections)


def _is_guiding(element: Any) -> bool:
    """Whether an element leads through a site or is no text."""
    if element.tag in _SKIPPED or element.get("role") == "navigation" or element.get("hidden") is not None:
        return True
    return element.tag not in ("body", "main", "article") and _GUIDING.search(_named(element)) is not None


def _named(element: Any) -> str:
    return f"{element.get('class', '')} {element.get('id', '')}"


def _is_inline(element: Any) -> bool:
    blocks = {"p", "ul", "ol", "table", "div", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "br", "dl"}
    return element.tag not in blocks | _CONTAINERS | {"li", "tr", "dt", "dd", "pre"} or (
        element.tag in {"span", "font"} and not any(child.tag in blocks for child in element.iter())
    )


def _block(element: Any, sections: _Sections) -> None:
    tag = element.tag
    if re.fullmatch(r"h[1-6]", tag):
        if text := _text(element).rstrip("¶# "):  # the marks of links to the heading itself
            sections.head(int(tag[1]), text)
    elif tag in ("ul", "ol"):
        sections.begin_list(tag)
        for item in element.iterchildren("li"):
            _item(item, sections, 1)
    elif tag == "table":
        _table(element, sections)
    elif _ASIDE.search(element.get("class", "")) and not _ASIDE_TITLE.search(element.get("class", "")):
        _aside(element, sections)
    elif tag in _CONTAINERS:
        _walk(element, sections)
    elif _is_emphasised(element) or _ASIDE_TITLE.search(element.get("class", "")):
        sections.head(_CAPTION if element in sections.captions else _EMPHASISED, _text(element).rstrip(":"))
    elif any(True for _ in element.iter("ul", "ol", "table")):
        _walk(element, sections)
    else:
        _paragraph(_text(element), sections, quotable=element not in sections.notes)


def _aside(element: Any, sections: _Sections) -> None:
    """A box with a title of its own; what follows the box stands under the heading before it."""
    sections.close()
    before = list(sections.path)
    _walk(element, sections)
    sections.close()
    sections.path = before


def _is_emphasised(element: Any) -> bool:
    """A short paragraph all in bold or underlined is a heading in all but name."""
    text = _text(element)
    inner = [child for child in element if isinstance(child.tag, str)]
    whole = len(inner) == 1 and inner[0].tag in _EMPHASIS and _text(inner[0]) == text
    return whole and 0 < len(text.split()) <= _MAX_HEADING_WORDS and not text.endswith((".", ";"))


def _captions(root: Any) -> frozenset[Any]:
    """The paragraphs in bold, where each of them stands over a table: else they head what follows."""
    bold = [each for each in root.iter("p") if _is_emphasised(each)]
    over = all((below := each.getnext()) is not None and below.tag == "table" for each in bold)
    return frozenset(bold if over else ())


def _item(item: Any, sections: _Sections, level: int) -> None:
    """A list item with those nested in it, which :func:`index.stems.stemmed` puts under its words."""
    nested = [child for child in item if child.tag in ("ul", "ol")]
    tables = list(item.iter("table"))
    for child in (*nested, *tables):
        _remove(child)
    _statement(_text(item), sections, level)
    for child in nested:
        for inner in child.iterchildren("li"):
            _item(inner, sections, level + 1)
    for table in tables:
        _table(table, sections)


def _remove(element: Any) -> None:
    """Take ``element`` out, and leave the text that follows it."""
    parent = element.getparent()
    if parent is not None:
        previous = element.getprevious()
        tail = f" {element.tail or ''}"
        if previous is not None:
            previous.tail = (previous.tail or "") + tail
        else:
            parent.text = (parent.text or "") + tail
        parent.remove(element)


def _table(table: Any, sections: _Sections) -> None:
    """Its caption as a heading, and a sentence a row."""
    caption = next(iter(table.iterchildren("caption")), None)
    if caption is not None and _text(caption):
        sections.head(_CAPTION, _text(caption))
    rows, heads, single, feet = _grid(table)
    below = list(table.itersiblings())
    said = footnotes(rows, map(_text, below))
    sections.notes |= set(below[: len(said)])
    boxed = map(_text, table.xpath("following-sibling::*[1][contains(@class, 'footnote') or self::tfoot]"))
    noted = notes([*feet, *boxed, *said])
    for row in single:
        _block_of_cell(row, sections)
    grid = Grid(tuple(rows), heads, noted)
    sections.blocks += [Block(text, statement=True, quotable=sure) for text, sure in statements(grid)]
    for text in feet:
        sections.blocks.append(Block(text, quotable=not notes([text])))
    sections.leave(_CAPTION)


def _grid(table: Any) -> tuple[list[tuple[str, ...]], int, list[Any], list[str]]:
    """The rows, how many name the columns, rows that are only there for their looks, and what stands at its foot."""
    rows: list[tuple[str, ...]] = []
    single: list[Any] = []
    feet: list[str] = []
    above: dict[int, tuple[str, int]] = {}
    heads = 0
    for row in table.iter("tr"):
        cells = tuple(_cells(row, above))
        if not any(cells):
            continue
        if row.getparent().tag == "tfoot" and len(set(cells)) == 1:
            feet.append(cells[0])
            continue
        named = all(cell.tag == "th" for cell in row.iterchildren("td", "th")) or row.getparent().tag == "thead"
        if named and heads == len(rows) and len(cells) > 1 and not (heads and is_group(cells)):
            heads += 1
        if len(cells) == 1:
            single.append(row)
        else:
            rows.append(cells)
    return rows, heads or guessed_heads(rows), single, feet


def _cells(row: Any, above: dict[int, tuple[str, int]]) -> list[str]:
    """The texts of a row, with those of cells that reach down into it.

    ``above`` holds such cells by their column, with the rows that they still reach into, and is brought up to date.
    """
    cells: list[str] = []

    def reach_down() -> None:
        while len(cells) in above:
            text, rows = above.pop(len(cells))
            if rows > 1:
                still[len(cells)] = text, rows - 1
            cells.append(text)

    still: dict[int, tuple[str, int]] = {}
    for cell in row.iterchildren("td", "th"):
        reach_down()
        if (rows := _span(cell, "rowspan")) > 1:
            for column in range(_span(cell, "colspan")):
                still[len(cells) + column] = _text(cell), rows - 1
        cells += [_text(cell)] * _span(cell, "colspan")
    reach_down()
    above.clear()
    above.update(still)
    return cells


def _span(cell: Any, name: str) -> int:
    value = cell.get(name, "1").strip()
    return min(max(int(value), 1), _MAX_SPAN) if value.isdecimal() else 1


def _block_of_cell(row: Any, sections: _Sections) -> None:
    """A table of one column is only there for its looks."""
    for cell in row.iterchildren("td", "th"):
        _walk(cell, sections)


def _statement(text: str, sections: _Sections, level: int = 0) -> None:
    if text:
        sections.blocks.append(Block(text, statement=True, level=level))


def _paragraph(text: str, sections: _Sections, *, quotable: bool = True) -> None:
    if squeezed := " ".join(text.split()):
        sections.blocks.append(Block(squeezed, quotable=quotable))


def _text(element: Any, *, trimmed: bool = True) -> str:
    text = "".join(_pieces(element))
    return " ".join(text.split()) if trimmed else text


def _pieces(element: Any) -> Iterator[str]:
    """The text below ``element``, with space where a block or a line ends."""
    if not isinstance(element.tag, str) or _is_guiding(element):
        return
    if element.tag in ("sup", "sub"):
        yield _shifted("".join(element.itertext()), raised=element.tag == "sup")
        return
    spaced = element.tag in {"p", "li", "br", "td", "th", "tr", "div", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"}
    yield " " if spaced else ""
    yield element.text or ""
    for child in element:
        yield from _pieces(child)
        yield child.tail or ""
    yield " " if spaced else ""


def _shifted(text: str, *, raised: bool) -> str:
    """Digits and signs, and a single letter that marks a footnote, as what they are; other words as they stand."""
    short = text.strip()
    if len(short) == 1 or short.strip("+-−").isdecimal():
        return short.translate(_RAISED if raised else _LOWERED)
    return text
