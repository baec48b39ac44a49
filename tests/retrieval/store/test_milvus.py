"""The same searches over a real Milvus (milvus-lite) as over an index on disk."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from index.build import GUIDELINES, build
from medrag.errors import ConfigurationError, IndexCorrupt, IndexMismatch, StoreError
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.retriever import Retriever
from medrag.retrieval.store import collection
from medrag.retrieval.store.collection import Server, connect
from medrag.retrieval.store.index import Index, open_index
from medrag.retrieval.store.milvus import MilvusIndex
from medrag.types import Filters

pytest.importorskip("pymilvus")

LITE = Server("milvus.db")
QUERIES = (
    "Which urate-lowering drug first in gout?",
    "beta-blocker after myocardial infarction\nheart failure; asthma",
    "duration of antibiotics in community-acquired pneumonia",
)


@pytest.fixture(scope="module")
def in_milvus(starter_index: Path, tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Retriever:
    out = tmp_path_factory.mktemp("milvus") / "out"
    shutil.copytree(starter_index, out)  # its vectors are used again
    build([("markdown", GUIDELINES)], out, encoder, milvus=LITE)
    return Retriever(open_index(out, encoder), encoder)


def collections(directory: Path) -> list[str]:
    return connect(directory, LITE).list_collections()


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(year_from=2022, organisations=("ATS",)),
        Filters(statuses=("withdrawn",)),
        Filters(strengths=("weak",), grades=("low",)),
    ],
)
def test_both_indexes_rank_alike(in_milvus: Retriever, retriever: Retriever, query: str, filters: Filters) -> None:
    here, there = (each.nearest(query, k=10, filters=filters) for each in (in_milvus, retriever))
    assert [each.passage for each in here] == [each.passage for each in there]
    assert [each.score for each in here] == pytest.approx([each.score for each in there], abs=1e-4)
    answers = [each.search(query, k=3, filters=filters) for each in (in_milvus, retriever)]
    assert [len(each) for each in answers] == [len(answers[1])] * 2


def test_what_the_corpus_lacks_is_not_answered(in_milvus: Retriever) -> None:
    assert in_milvus.search("Who won the football world cup?") == []
    assert in_milvus.nearest("the of", k=3)


def test_a_rebuild_encodes_only_what_is_new_and_keeps_one_collection_back(
    corpus: Path, tmp_path: Path, encoder: Encoder
) -> None:
    out = tmp_path / "out"
    first, _ = build([("markdown", corpus)], out, encoder, milvus=LITE)
    opened = Retriever(open_index(out, encoder), encoder)
    assert {path.name.partition("-")[0] for path in out.iterdir()} == {"manifest.json", "facets", "keys", LITE.uri}

    (corpus / "gout-2012.md").unlink()
    (corpus / "asthma.md").write_text("## Relief\n- Inhale salbutamol.")
    second, (report,) = build([("markdown", corpus)], out, encoder, milvus=LITE)
    assert (second.rows, report.encoded) == (2, 1)
    assert first.milvus and second.milvus and first.hash != second.hash
    assert opened.nearest("allopurinol", k=1)[0].passage.doc_id.startswith("gout")
    assert Retriever(open_index(out, encoder), encoder).nearest("salbutamol", k=1)[0].passage.doc_id == "asthma"

    third, _ = build([("markdown", corpus)], out, encoder, milvus=LITE)
    assert third == second
    (corpus / "asthma.md").unlink()
    fourth, _ = build([("markdown", corpus)], out, encoder, milvus=LITE)
    assert fourth.milvus
    assert sorted(collections(out)) == sorted([second.milvus.collection, fourth.milvus.collection])


def test_the_way_back_to_disk_encodes_nothing(corpus: Path, tmp_path: Path, encoder: Encoder) -> None:
    out = tmp_path / "out"
    build([("markdown", corpus)], out, encoder, milvus=LITE)
    with pytest.raises(IndexMismatch, match="are in Milvus"):
        Index.open(out, encoder)
    _, (report,) = build([("markdown", corpus)], out, encoder)
    assert (report.passages, report.encoded) == (2, 0)
    assert Index.open(out, encoder).manifest.rows == 2


def test_a_collection_that_lost_passages_is_not_searched(corpus: Path, tmp_path: Path, encoder: Encoder) -> None:
    manifest, _ = build([("markdown", corpus)], tmp_path / "out", encoder, milvus=LITE)
    assert manifest.milvus
    connect(tmp_path / "out", LITE).delete(manifest.milvus.collection, ids=[0])
    with pytest.raises(IndexCorrupt, match="does not hold 2 passages"):
        open_index(tmp_path / "out", encoder)


def test_a_milvus_that_does_not_answer_is_a_store_error(
    corpus: Path, tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collection, "CONNECT_S", 1.0)
    with pytest.raises(StoreError, match=r"Milvus at http://127\.0\.0\.1:9 .*Is it running"):
        build([("markdown", corpus)], tmp_path / "out", encoder, milvus=Server("http://127.0.0.1:9"))
    with pytest.raises(ConfigurationError, match=r"ending in \.db: not localhost:19530"):
        build([("markdown", corpus)], tmp_path / "out", encoder, milvus=Server("localhost:19530"))


def test_an_index_in_milvus_is_searchable_as_an_engine_needs(in_milvus: Retriever) -> None:
    assert isinstance(in_milvus.index, MilvusIndex)
    assert in_milvus.index.hash == in_milvus.index.manifest.hash
