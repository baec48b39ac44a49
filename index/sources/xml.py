"""XML read safely: no entities from outside, no network."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree  # type: ignore[import-untyped]


def parse(file: Path) -> Any:
    """The root element. Raises lxml.etree.XMLSyntaxError or OSError."""
    return etree.parse(str(file), etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)).getroot()


def stream(file: Path, tag: str) -> Iterator[Any]:
    """Each element named ``tag`` of a file that may be gzipped, forgetting the ones before it."""
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as source:
        for _, element in etree.iterparse(source, tag=tag, resolve_entities=False, no_network=True, huge_tree=True):
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def text_of(element: Any) -> str:
    """All text below ``element`` on one line; empty for None."""
    return " ".join("".join(element.itertext()).split()) if element is not None else ""
