"""HTML pages: the main part of each by its headings, with the publisher, date and address that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree  # type: ignore[import-untyped]
from lxml import html as lxml_html

from index.document import Document, Skipped
from index.sources.files import document_id, files
from index.sources.markup import sections_of_tree

_MAIN = ("//main", "//*[@role='main']", "//article", "//body")
_YEAR = re.compile(r"\b(19|20)\d\d\b")


def read(path: Path) -> Iterator[Document | Skipped]:
    """The documents of a file or of every ``.html`` and ``.htm`` file in a folder."""
    for file in files(path, ".html", ".htm", ".xhtml"):
        try:
            tree = lxml_html.parse(str(file)).getroot()
        except (OSError, etree.LxmlError) as error:
            yield Skipped(str(file), str(error))
            continue
        yield _document(tree, file, path)


def _document(tree: Any, file: Path, root: Path) -> Document | Skipped:
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


def _meta(tree: Any, *names: str) -> str | None:
    for name in names:
        for element in tree.iter("meta"):
            if (element.get("name") or element.get("property") or "").lower() == name and element.get("content"):
                return " ".join(element.get("content").split())
    return None
