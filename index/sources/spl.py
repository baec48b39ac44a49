"""Drug labels as DailyMed gives them: HL7 Structured Product Labeling, XML, one label a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from index.document import Block, Document, Section, Skipped
from index.sources import SUFFIXES
from index.sources.files import documents
from index.sources.xml import parse, text_of

_V3 = {"v3": "urn:hl7-org:v3"}
_YEAR = re.compile(r"(19|20)\d\d")


def read(path: Path) -> Iterator[Document | Skipped]:
    """The label of a file or of every ``.xml`` file in a folder; its set id is the document's id."""
    return documents(path, lambda file, _: _document(file), *SUFFIXES["spl"])


def _document(file: Path) -> Document | Skipped:
    root = parse(file)
    set_id = next(iter(root.xpath("v3:setId/@root", namespaces=_V3)), None)
    if set_id is None:
        return Skipped(str(file), "it is no structured product label: it has no set id")
    body = root.xpath("v3:component/v3:structuredBody/v3:component/v3:section", namespaces=_V3)
    sections = tuple(found for section in body for found in _sections(section, ()))
    if not sections:
        return Skipped(str(file), "it holds no text")
    dated = _YEAR.match(next(iter(root.xpath("v3:effectiveTime/@value", namespaces=_V3)), ""))
    makers = root.xpath("v3:author//v3:representedOrganization/v3:name", namespaces=_V3)
    return Document(
        id=set_id,
        title=text_of(root.find("v3:title", _V3)) or file.stem,
        sections=sections,
        organisations=tuple(dict.fromkeys(text_of(maker) for maker in makers)),
        year=int(dated.group()) if dated else None,
        jurisdiction="US",
        url=f"https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?setid={set_id}",
    )


def _sections(section: Any, above: tuple[str, ...]) -> Iterator[Section]:
    """A section and those nested in it; one without a title stands under the heading above it."""
    title = text_of(section.find("v3:title", _V3))
    path = (*above, title) if title else above
    body = section.find("v3:text", _V3)
    if body is not None and (blocks := tuple(_blocks(body))):
        yield Section(path, blocks)
    for inner in section.iterfind("v3:component/v3:section", _V3):
        yield from _sections(inner, path)


def _blocks(element: Any) -> Iterator[Block]:
    """Paragraphs, list items and table rows, at whatever depth they stand."""
    for child in element:
        tag = etree.QName(child).localname if isinstance(child.tag, str) else ""
        if tag == "tr":
            row = "; ".join(cell for cell in map(text_of, child) if cell)
            yield from [Block(row, statement=True)] if row else []
        elif tag in ("paragraph", "item", "caption"):
            text = text_of(child)
            yield from [Block(text, statement=tag == "item")] if text else []
        else:
            yield from _blocks(child)
