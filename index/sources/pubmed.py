"""PubMed's XML (``PubmedArticleSet``, also gzipped): titles and abstracts, streamed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from index.document import Block, Document, Section, Skipped
from index.sources import SUFFIXES
from index.sources.files import files
from index.sources.xml import stream, text_of

_YEAR = re.compile(r"\b(19|20)\d\d\b")


def read(path: Path) -> Iterator[Document | Skipped]:
    """The articles of a file or of every ``.xml`` and ``.xml.gz`` file in a folder; PMIDs are the ids."""
    for file in files(path, *SUFFIXES["pubmed"]):
        try:
            for article in stream(file, "PubmedArticle"):
                yield _document(article, file)
        except (OSError, EOFError, etree.XMLSyntaxError) as error:
            yield Skipped(str(file), f"the rest of it cannot be read: {error}")


def _document(article: Any, file: Path) -> Document | Skipped:
    pmid = text_of(article.find("MedlineCitation/PMID"))
    content = article.find("MedlineCitation/Article")
    if not pmid or content is None:
        return Skipped(str(file), "an article without PMID")
    sections = tuple(section for part in content.iterfind("Abstract/AbstractText") if (section := _section(part)))
    if not sections:
        return Skipped(f"{file}: PMID {pmid}", "it has no abstract")
    kinds = {text_of(kind) for kind in content.iterfind("PublicationTypeList/PublicationType")}
    date = content.find("Journal/JournalIssue/PubDate")
    year = _YEAR.search(text_of(date.find("Year")) or text_of(date.find("MedlineDate"))) if date is not None else None
    return Document(
        id=pmid,
        title=text_of(content.find("ArticleTitle")).rstrip(".") or pmid,
        sections=sections,
        organisations=tuple(filter(None, [text_of(content.find("Journal/ISOAbbreviation"))])),
        year=int(year.group()) if year else None,
        status="withdrawn" if "Retracted Publication" in kinds else "current",
        url=f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/",
    )


def _section(part: Any) -> Section | None:
    text = text_of(part)
    label = (part.get("Label") or "").capitalize()
    return Section((label,) if label else (), (Block(text),)) if text else None
