"""Full text of articles in JATS, as PubMed Central and publishers give it: XML, one article a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from index.document import Document, Skipped
from index.sources import SUFFIXES
from index.sources.files import document_id, documents
from index.sources.markup import sections_of_tree
from index.sources.xml import parse, text_of

_NAMES = {
    "sec": "section",
    "list-item": "li",
    "bold": "strong",
    "italic": "em",
    "table-wrap": "div",
    "table-wrap-foot": "div",
    "boxed-text": "div",
    "disp-quote": "blockquote",
    "fn-group": "div",
    "fn": "div",
    "abstract": "section",
    "break": "br",
}
_UNREAD = (
    "ref-list",
    "xref[@ref-type='bibr']",
    "fig",
    "ack",
    "app-group",
    "supplementary-material",
    "disp-formula/label",
)


def read(path: Path) -> Iterator[Document | Skipped]:
    """The article of a file or of every ``.xml`` and ``.nxml`` file in a folder."""
    return documents(path, document, *SUFFIXES["jats"])


def document(file: Path, root: Path) -> Document | Skipped:
    """The document of one file below ``root``."""
    tree = parse(file)
    _without_namespaces(tree)
    article = tree if tree.tag == "article" else tree.find(".//article")
    if article is None:
        return Skipped(str(file), "it is no JATS article")
    facts = article.find("front/article-meta")
    doi = article.findtext("front/article-meta/article-id[@pub-id-type='doi']")
    years = sorted(each.text or "" for each in article.iterfind("front/article-meta/pub-date/year"))
    title = text_of(article.find("front/article-meta/title-group/article-title"))
    sections = tuple(found for part in _parts(article, facts) for found in sections_of_tree(_as_html(part)))
    if not sections:
        return Skipped(str(file), "it holds no text")
    return Document(
        id=doi or document_id(file, root),
        title=title or file.stem,
        sections=sections,
        organisations=tuple(filter(None, [text_of(article.find("front/journal-meta//journal-title"))])),
        year=int(years[0]) if years and years[0].isdecimal() else None,
        language=article.get("lang"),
        url=f"https://doi.org/{doi}" if doi else None,
    )


def _parts(article: Any, facts: Any) -> Iterator[Any]:
    """The body, or where there is none the abstract."""
    body = article.find("body")
    found = [body] if body is not None else (facts.findall("abstract") if facts is not None else [])
    yield from found


def _without_namespaces(tree: Any) -> None:
    for element in tree.iter(etree.Element):
        element.tag = etree.QName(element).localname
        for name in list(element.attrib):
            element.attrib[etree.QName(name).localname] = element.attrib.pop(name)


def _as_html(part: Any) -> Any:
    """The part with HTML's names for what JATS calls otherwise, without references and figures."""
    for path in _UNREAD:
        for element in part.xpath(f".//{path}"):
            _cut(element)
    for element in list(part.iter(etree.Element)):
        _rename(element)
    part.tag = "div"
    return part


def _rename(element: Any) -> None:
    tag = element.tag
    if tag == "title":
        depth = sum(above.tag in ("sec", "section") for above in element.iterancestors())
        element.tag = f"h{min(max(depth, 1), 6)}"
    elif tag == "list":
        element.tag = "ol" if element.get("list-type") in ("order", "ordered") else "ul"
    elif tag == "caption" and (table := element.getparent().find(".//table")) is not None:
        table.insert(0, element)
    elif tag == "label" and element.getparent().tag in ("div", "table-wrap", "sec", "section", "list-item", "li"):
        _cut(element)
    else:
        element.tag = _NAMES.get(tag, tag)


def _cut(element: Any) -> None:
    """Take ``element`` out and leave what follows it."""
    parent, previous = element.getparent(), element.getprevious()
    if parent is None:
        return
    if previous is not None:
        previous.tail = (previous.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")
    parent.remove(element)
