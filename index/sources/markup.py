"""HTML to sections: headings make the path, a list item or a table row is one statement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import html  # type: ignore[import-untyped]

from index.chunk import MAX_WORDS
from index.document import Block, Section

_SKIPPED = frozenset(
    {"script", "style", "nav", "aside", "footer", "form", "button", "noscript", "template", "svg", "head"}
)
_STRUCTURE = {"html", "body", "main", "article", "section", "div", "header", "blockquote", "figure", "details"}
_CONTAINERS = frozenset(_STRUCTURE | {"center", "dl", "td", "th", "tbody", "thead", "tfoot", "span", "font"})
_EMPHASIS = frozenset({"b", "strong", "u", "em", "i"})
_MAX_HEADING_WORDS = 15
_MAX_SPAN = 1000


@dataclass
class _Sections:
    """Collects blocks under the heading path seen last."""

    base: tuple[str, ...]
    done: list[Section] = field(default_factory=list)
    path: list[tuple[int, str]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    def head(self, level: int, text: str) -> None:
        self.close()
        self.path = [each for each in self.path if each[0] < level] + [(level, text)]

    def close(self) -> None:
        if self.blocks:
            heading = (*self.base, *(text for _, text in self.path))
            self.done.append(Section(heading, tuple(self.blocks)))
            self.blocks = []


def sections_of(markup: str, base: tuple[str, ...] = ()) -> tuple[Section, ...]:
    """The sections of a piece of HTML, their paths below ``base``; none for blank markup."""
    if not markup.strip():
        return ()
    return sections_of_tree(html.fragment_fromstring(markup, create_parent="div"), base)


def sections_of_tree(root: Any, base: tuple[str, ...] = ()) -> tuple[Section, ...]:
    """The sections under an lxml element."""
    sections = _Sections(base)
    _walk(root, sections)
    sections.close()
    return tuple(sections.done)


def plain(markup: str) -> str:
    """The text of a piece of HTML on one line."""
    return _text(html.fragment_fromstring(markup, create_parent="div")) if markup.strip() else ""


def _walk(element: Any, sections: _Sections) -> None:
    loose: list[str] = [element.text or ""]
    for child in element:
        if not isinstance(child.tag, str) or child.tag in _SKIPPED:
            loose.append(child.tail or "")
        elif _is_inline(child):
            loose += [_text(child, trimmed=False), child.tail or ""]
        else:
            _paragraph(" ".join(loose), sections)
            _block(child, sections)
            loose = [child.tail or ""]
    _paragraph(" ".join(loose), sections)


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
        for item in element.iterchildren("li"):
            _item(item, sections)
    elif tag == "table":
        _table(element, sections)
    elif tag in _CONTAINERS:
        _walk(element, sections)
    elif _is_emphasised(element):
        sections.head(7, _text(element).rstrip(":"))
    elif any(True for _ in element.iter("ul", "ol", "table")):
        _walk(element, sections)
    else:
        _paragraph(_text(element), sections)


def _is_emphasised(element: Any) -> bool:
    """A short paragraph all in bold or underlined is a heading in all but name."""
    text = _text(element)
    inner = [child for child in element if isinstance(child.tag, str)]
    whole = len(inner) == 1 and inner[0].tag in _EMPHASIS and _text(inner[0]) == text
    return whole and 0 < len(text.split()) <= _MAX_HEADING_WORDS and not text.endswith((".", ";"))


def _item(item: Any, sections: _Sections) -> None:
    """One statement with what is nested in it, or, where that is too long, its lead and each nested item apart."""
    text = _text(item)
    nested = [child for child in item if child.tag in ("ul", "ol")]
    if not nested or len(text.split()) <= MAX_WORDS:
        _statement(text, sections)
        return
    for child in nested:
        item.remove(child)
    _statement(_text(item), sections)
    for child in nested:
        _block(child, sections)


def _table(table: Any, sections: _Sections) -> None:
    header: list[str] = []
    above: dict[int, tuple[str, int]] = {}
    for row in table.iter("tr"):
        cells = _cells(row, above)
        if not any(cells):
            continue
        if not header and all(cell.tag == "th" for cell in row.iterchildren("td", "th")) and len(cells) > 1:
            header = cells
        elif len(row) == 1 and sum(map(bool, cells)) == 1:
            _block_of_cell(row, sections)
        else:
            _statement(_row(header, cells), sections)


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
            still[len(cells)] = _text(cell), rows - 1
        cells += [_text(cell), *[""] * (_span(cell, "colspan") - 1)]
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


def _row(header: list[str], cells: list[str]) -> str:
    if len(header) == len(cells):
        return "; ".join(f"{name}: {cell}" if name else cell for name, cell in zip(header, cells, strict=True) if cell)
    return "; ".join(cell for cell in cells if cell)


def _statement(text: str, sections: _Sections) -> None:
    if text:
        sections.blocks.append(Block(text, statement=True))


def _paragraph(text: str, sections: _Sections) -> None:
    if squeezed := " ".join(text.split()):
        sections.blocks.append(Block(squeezed))


def _text(element: Any, *, trimmed: bool = True) -> str:
    text = "".join(_pieces(element))
    return " ".join(text.split()) if trimmed else text


def _pieces(element: Any) -> Iterator[str]:
    """The text below ``element``, with space where a block or a line ends."""
    if not isinstance(element.tag, str) or element.tag in _SKIPPED:
        return
    spaced = element.tag in {"p", "li", "br", "td", "th", "tr", "div", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"}
    yield " " if spaced else ""
    yield element.text or ""
    for child in element:
        yield from _pieces(child)
        yield child.tail or ""
    yield " " if spaced else ""
