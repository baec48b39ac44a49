from __future__ import annotations

import json
from pathlib import Path

import pytest

from medrag.errors import InputError
from medrag.knowledge import load as load_knowledge
from medrag.retrieval.batch import _passage, read_filters, read_queries, search_line
from medrag.retrieval.retriever import Retriever
from medrag.types import Filters
from tests.evidence import GOUT, evidence

KNOWN = load_knowledge()


def test_a_line_a_query(retriever: Retriever, tmp_path: Path) -> None:
    path = tmp_path / "queries.jsonl"
    path.write_text('{"id": "q1", "query": "gout flare treatment", "more": 1}\n\n{"id": 2, "query": "pizza"}\n')
    lines = [json.loads(search_line(retriever, query, KNOWN, k=10)) for query in read_queries(path)]
    assert [line["id"] for line in lines] == ["q1", 2]
    assert all(len(line["passages"]) == 10 for line in lines)
    best = lines[0]["passages"][0]
    assert set(best) == {"id", "doc_id", "score", "title", "section", "text", "sentences", "link"}
    assert best["doc_id"] == "gout"
    assert best["id"].startswith("gout#")


def test_a_passage_says_its_licence_where_it_has_one() -> None:
    licensed = GOUT.model_copy(update={"licence": "CC-BY-4.0", "attribution": "WHO"})
    first, second = (_passage(each) for each in evidence(licensed, GOUT))
    assert (first["licence"], first["attribution"]) == ("CC-BY-4.0", "WHO")
    assert not {"licence", "attribution"} & set(second)


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        '{"id": "a"}',
        '{"query": "a"}',
        '{"id": "a", "query": ""}',
        "[]",
        '{"id": 1, "query": "a", "filters": {"colour": "blue"}}',
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "queries.jsonl"
    path.write_text('{"id": "q1", "query": "gout"}\n' + line + "\n")
    with pytest.raises(InputError, match="line 2"):
        list(read_queries(path))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file"):
        list(read_queries(tmp_path / "none.jsonl"))


def test_a_line_may_filter(retriever: Retriever, tmp_path: Path) -> None:
    path = tmp_path / "queries.jsonl"
    path.write_text('{"id": 1, "query": "gout", "filters": {"year_from": 2999}}\n{"id": 2, "query": "gout"}\n')
    lines = [json.loads(search_line(retriever, query, KNOWN, k=3)) for query in read_queries(path)]
    assert [len(line["passages"]) for line in lines] == [0, 3]


def test_filters_are_read_from_words() -> None:
    words = ["statuses=current", "statuses=superseded", "year_from=2015", "organisations=NICE"]
    assert read_filters(words) == Filters(statuses=("current", "superseded"), year_from=2015, organisations=("NICE",))
    assert read_filters([]) == Filters()


def test_one_word_names_one_value() -> None:
    words = ["status=superseded", "strength=strong", "strength=moderate", "grade=very low"]
    assert read_filters(words) == Filters(
        statuses=("superseded",), strengths=("strong", "moderate"), grades=("very low",)
    )


@pytest.mark.parametrize(
    "word", ["colour=blue", "year_from=soon", "statuses=old", "colour", "strength=firm", "grade=A"]
)
def test_a_wrong_filter_names_the_fields(word: str) -> None:
    with pytest.raises(InputError, match=r"(colour|year_from|statuses|strengths|grades).*jurisdictions"):
        read_filters([word])
