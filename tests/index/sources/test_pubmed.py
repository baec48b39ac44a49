from __future__ import annotations

import gzip
from pathlib import Path

from index.document import Block, Document, Section, Skipped
from index.sources.pubmed import read


def article(pmid: int, abstract: str, kind: str = "Journal Article") -> str:
    return (
        f'<PubmedArticle><MedlineCitation><PMID Version="1">{pmid}</PMID><Article><Journal><JournalIssue><PubDate>'
        "<MedlineDate>2019 Jan-Feb</MedlineDate></PubDate></JournalIssue><ISOAbbreviation>Lancet</ISOAbbreviation>"
        f"</Journal><ArticleTitle>A <i>trial</i> of colchicine.</ArticleTitle>{abstract}"
        f"<PublicationTypeList><PublicationType>{kind}</PublicationType></PublicationTypeList>"
        "</Article></MedlineCitation><PubmedData><ReferenceList><Reference><ArticleIdList><ArticleId>1</ArticleId>"
        "</ArticleIdList></Reference></ReferenceList></PubmedData></PubmedArticle>"
    )


LABELLED = (
    '<Abstract><AbstractText Label="METHODS">We gave 0.5&#xa0;mg.</AbstractText>'
    "<AbstractText>It helped.</AbstractText></Abstract>"
)


def test_articles_stream_from_a_gzipped_file(tmp_path: Path) -> None:
    articles = [article(1, LABELLED), article(2, ""), article(3, LABELLED, "Retracted Publication")]
    text = f"<?xml version='1.0'?><PubmedArticleSet>{''.join(articles)}</PubmedArticleSet>"
    (tmp_path / "pubmed.xml.gz").write_bytes(gzip.compress(text.encode()))
    first, second, third = read(tmp_path)
    assert isinstance(first, Document)
    assert (first.id, first.title, first.year, first.organisations) == ("1", "A trial of colchicine", 2019, ("Lancet",))
    assert first.url == "https://pubmed.ncbi.nlm.nih.gov/1/"
    assert first.sections == (
        Section(("Methods",), (Block("We gave 0.5 mg."),)),
        Section((), (Block("It helped."),)),
    )
    assert isinstance(second, Skipped)
    assert second.where.endswith("PMID 2")
    assert isinstance(third, Document)
    assert third.status == "withdrawn"


def test_what_stands_before_the_damage_is_kept(tmp_path: Path) -> None:
    whole = f"<PubmedArticleSet>{article(1, LABELLED)}{article(2, LABELLED)}"
    (tmp_path / "cut.xml").write_text(whole[:-40])
    first, second = read(tmp_path)
    assert isinstance(first, Document)
    assert isinstance(second, Skipped)
    assert "the rest of it" in second.why
