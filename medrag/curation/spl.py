"""Drug labels as DailyMed gives them: HL7 Structured Product Labeling, XML, one label a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from medrag.errors import InputError

_V3 = {"v3": "urn:hl7-org:v3"}
SECTIONS = {
    "34066-1": "1",
    "34068-7": "2",
    "34070-3": "4",
    "43685-7": "5",
    "34071-1": "5",
    "42232-9": "5",
    "34073-7": "7",
    "43684-0": "8",
    "42228-7": "8",
    "34080-2": "8",
    "34081-0": "8",
    "34082-8": "8",
}
"""LOINC code of a section -> its number, as ``label-4`` has it; the boxed warning's is 1."""


@dataclass(frozen=True)
class Block:
    """A paragraph, list ``item`` or table row."""

    text: str
    item: bool = False


@dataclass(frozen=True)
class Section:
    """Text under its headings, outermost first; ``number`` is empty for sections outside SECTIONS."""

    path: tuple[str, ...]
    blocks: tuple[Block, ...]
    number: str = ""


@dataclass(frozen=True)
class Label:
    """One label. ``version`` and ``effective`` (YYYYMMDD) as the file has them; ``generic`` may be empty."""

    set_id: str
    version: str
    effective: str
    title: str
    generic: str
    makers: tuple[str, ...]
    sections: tuple[Section, ...]

    def text(self, number: str) -> str:
        """All text of the sections with that number."""
        return " ".join(block.text for each in self.sections if each.number == number for block in each.blocks)


def read_label(file: Path) -> Label:
    """The label in ``file``.

    Raises:
        InputError: it cannot be read, is no label, or holds no text.
    """
    root = _root(file)
    set_id = _first(root, "v3:setId/@root")
    if not set_id:
        raise InputError(f"{file} is no structured product label: it has no set id")
    body = root.xpath("v3:component/v3:structuredBody/v3:component/v3:section", namespaces=_V3)
    sections = tuple(found for section in body for found in _sections(section, (), ""))
    if not sections:
        raise InputError(f"{file} holds no text")
    makers = root.xpath("v3:author//v3:representedOrganization/v3:name", namespaces=_V3)
    return Label(
        set_id=set_id,
        version=_first(root, "v3:versionNumber/@value"),
        effective=_first(root, "v3:effectiveTime/@value")[:8],
        title=text_of(root.find("v3:title", _V3)) or file.stem,
        generic=text_of(root.find(".//v3:asEntityWithGeneric/v3:genericMedicine/v3:name", _V3)),
        makers=tuple(dict.fromkeys(text_of(maker) for maker in makers)),
        sections=sections,
    )


def _root(file: Path) -> Any:
    """The XML read safely: no entities from outside, no network."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        return etree.parse(str(file), parser).getroot()
    except (OSError, etree.XMLSyntaxError) as error:
        raise InputError(f"{file} cannot be read as a label: {error}") from error


def text_of(element: Any) -> str:
    """All text below ``element`` on one line; empty for None."""
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def _first(root: Any, path: str) -> str:
    return str(next(iter(root.xpath(path, namespaces=_V3)), ""))


def _sections(section: Any, above: tuple[str, ...], number: str) -> Iterator[Section]:
    """A section and those nested in it; one without a title or a code of its own has those above it."""
    title = text_of(section.find("v3:title", _V3))
    path = (*above, title) if title else above
    number = SECTIONS.get(_first(section, "v3:code/@code"), number)
    body = section.find("v3:text", _V3)
    if body is not None and (blocks := tuple(_blocks(body)) or _whole(body)):
        yield Section(path, blocks, number)
    for inner in section.iterfind("v3:component/v3:section", _V3):
        yield from _sections(inner, path, number)


def _whole(body: Any) -> tuple[Block, ...]:
    text = text_of(body)
    return (Block(text),) if text else ()


def _blocks(element: Any) -> Iterator[Block]:
    """Paragraphs, list items and table rows, at whatever depth they stand."""
    for child in element:
        tag = etree.QName(child).localname if isinstance(child.tag, str) else ""
        if tag == "tr":
            row = "; ".join(cell for cell in map(text_of, child) if cell)
            yield from [Block(row, item=True)] if row else []
        elif tag in ("paragraph", "item", "caption"):
            text = text_of(child)
            yield from [Block(text, item=tag == "item")] if text else []
        else:
            yield from _blocks(child)
