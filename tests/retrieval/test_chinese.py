"""Chinese passages and questions: which language is searched, and what is found in it."""

from __future__ import annotations

import pytest

from medrag.knowledge import load
from medrag.retrieval.question.query import condensed, query_for
from medrag.retrieval.retriever import Retriever
from medrag.retrieval.store.lexical import Tokeniser
from medrag.types import Case, Filters

KNOWN = load()


def documents(retriever: Retriever, question: str, filters: Filters = Filters()) -> list[str]:  # noqa: B008
    found = retriever.nearest(query_for(Case(question=question), KNOWN), k=3, filters=filters)
    return [each.passage.doc_id for each in found]


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("妊娠期糖尿病OGTT的诊断标准是多少？", "zh/gestational-diabetes"),
        ("高血壓首選什麼降壓藥？", "zh/hypertension"),
        ("痛风急性发作怎么用秋水仙碱", "zh/gout"),
    ],
)
def test_a_chinese_question_is_answered_in_chinese(question: str, document: str, retriever: Retriever) -> None:
    assert documents(retriever, question)[0] == document


def test_where_no_chinese_passage_is_near_a_chinese_question_finds_english_ones(retriever: Retriever) -> None:
    assert documents(retriever, "哮喘急性发作用什么药")[0] == "asthma"


def test_an_english_question_sees_english_passages_alone(retriever: Retriever) -> None:
    found = documents(retriever, "diagnostic thresholds of gestational diabetes")
    assert not [each for each in found if each.startswith("zh/")]


@pytest.mark.parametrize(("language", "chinese"), [("zh", True), ("en", False)])
def test_a_filter_asks_for_a_language(language: str, chinese: bool, retriever: Retriever) -> None:
    for question in ("gout flare", "痛风急性发作"):
        found = documents(retriever, question, Filters(languages=(language,)))
        assert {each.startswith("zh/") for each in found} == {chinese}


def test_the_sentence_that_answers_is_quoted_as_it_is_written(retriever: Retriever) -> None:
    case = Case(question="妊娠期糖尿病OGTT的诊断标准是多少？")
    found = retriever.sentences(query_for(case, KNOWN))
    quoted = [each.passage.quote(sentence) for each in found for sentence in each.passage.sentences]
    assert any("10.0 mmol/L" in each and "8.5 mmol/L" in each for each in quoted)


def test_chinese_is_cut_into_pairs_of_characters() -> None:
    assert Tokeniser()("口服华法林 5 mg，禁") == ["口服", "服华", "华法", "法林", "5", "mg", "禁"]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("2型糖尿病首选药物是什么？", "zh/type-2-diabetes"),
        ("妊娠糖尿病饮食控制无效首选什么药", "zh/gestational-diabetes"),
        ("2型糖尿病，目前司美格鲁肽+恩格列净，准备怀孕，降糖药怎么换？", "type-2-diabetes"),
        ("二甲双胍在肾功能差到什么程度时要停？", "zh/type-2-diabetes"),
        ("78岁感染性休克，补液后MAP 50，首选什么升压药？", "sepsis"),
        ("What is the first drug for type 2 diabetes?", "type-2-diabetes"),
    ],
)
def test_the_question_s_language_first_where_both_answer(retriever: Retriever, question: str, first: str) -> None:
    found = retriever.sentences(condensed(question, load()), k=6)
    assert found[0].passage.doc_id == first
