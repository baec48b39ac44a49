"""HTML pages: the main part of each by its headings, with the publisher, date and address that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import html as lxml_html  # type: ignore[import-untyped]

from index.document import Document, Skipped
from index.sources import SUFFIXES
from index.sources.files import document_id, documents
from index.sources.markup import sections_of_tree

_MAIN = ("//main", "//*[@role='main']", "//article", "//body")
_ENCODING = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_LATIN_1 = frozenset({"iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii"})
_YEAR = re.compile(r"\b(19|20)\d\d\b")


def read(path: Path) -> Iterator[Document | Skipped]:
    """The documents of a file or of every ``.html`` and ``.htm`` file in a folder."""
    return documents(path, document, *SUFFIXES["html"])


def document(file: Path, root: Path) -> Document | Skipped:
    """The document of one file below ``root``."""
    markup = _decoded(file.read_bytes()).encode()
    tree: Any = (
        lxml_html.document_fromstring(markup, lxml_html.HTMLParser(encoding="utf-8")) if markup.strip() else None
    )
    main = next((found[0] for found in map(tree.xpath, _MAIN) if found), None) if tree is not None else None
    sections = sections_of_tree(main) if main is not None else ()
    if not sections:
        return Skipped(str(file), "it holds no text")
    title = _meta(tree, "citation_title", "dc.title", "og:title") or " ".join((tree.findtext(".//title") or "").split())
    dated = _meta(tree, "citation_publication_date", "dc.date", "article:published_time", "date") or ""
    year = _YEAR.search(dated)
    return Document(
        id=document_id(file, root),
        title=title or file.stem,
        sections=sections,
        organisations=tuple(filter(None, [_meta(tree, "citation_publisher", "dc.publisher", "og:site_name")])),
        year=int(year.group()) if year else None,
        url=next(iter(tree.xpath("//link[@rel='canonical']/@href")), None) or _meta(tree, "og:url"),
    )


def _decoded(raw: bytes) -> str:
    """The page's text: UTF-8 if it can be, for what a page says of its encoding is often wrong, or what it says.

    Without either it is Windows-1252, as browsers take it; so is what calls itself Latin-1. Raises ValueError for what
    is no text.
    """
    said = _ENCODING.search(raw[:2048])
    named = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else said.group(1).decode() if said else "cp1252"
    for encoding in ("utf-8-sig", "cp1252" if named.lower() in _LATIN_1 else named):
        try:
            text = raw.decode(encoding)
            break
        except (LookupError, UnicodeDecodeError):
            continue
    else:
        text = raw.decode("cp1252", errors="replace")
    if "\0" in text:
        raise ValueError("it is no text")
    return text


def _meta(tree: Any, *names: str) -> str | None:
    for name in names:
        for element in tree.iter("meta"):
            if (element.get("name") or element.get("property") or "").lower() == name and element.get("content"):
                return " ".join(element.get("content").split())
    return None
