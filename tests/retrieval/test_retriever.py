from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from index.build import build
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.retriever import Retriever
from medrag.retrieval.store.index import Index
from medrag.types import Filters

QUESTIONS = [json.loads(line) for line in (Path(__file__).parent / "questions.jsonl").read_text("utf-8").splitlines()]
GENERIC = [
    "What should I start for her?",
    "Which drug is best for this patient?",
    "What is the best next step?",
    "How should I treat him?",
]


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [each for each in QUESTIONS if each["kind"] == kind]


@pytest.fixture
def editions(corpus: Path, tmp_path: Path, encoder: Encoder) -> Retriever:
    build([("markdown", corpus)], tmp_path / "editions", encoder)
    return Retriever(Index.open(tmp_path / "editions", encoder), encoder)


def test_the_right_guideline_is_near_the_top(retriever: Retriever) -> None:
    """The committed sanity evaluation: 56 questions, the real encoder, the starter corpus."""
    covered = of_kind("covered")
    found = [[each.passage.doc_id for each in retriever.search(case["question"], k=3)] for case in covered]
    missed = [
        case["question"] for case, ids in zip(covered, found, strict=True) if not set(ids) & set(case["documents"])
    ]
    first = sum(ids[0] in case["documents"] for case, ids in zip(covered, found, strict=True) if ids)
    assert not missed
    assert first >= 0.9 * len(covered)


@pytest.mark.parametrize("question", [case["question"] for case in of_kind("off_topic")])
def test_off_topic_questions_find_nothing(retriever: Retriever, question: str) -> None:
    assert retriever.search(question) == []
    assert retriever.search(f"{question}\nPatient with hypertension, type 2 diabetes, gout") == []


def test_conditions_the_corpus_lacks_mostly_find_nothing(retriever: Retriever) -> None:
    silent = [case["question"] for case in of_kind("not_covered") if not retriever.search(case["question"])]
    assert len(silent) >= len(of_kind("not_covered")) / 2


@pytest.mark.parametrize("question", GENERIC)
@pytest.mark.parametrize(("condition", "document"), [("gout", "gout"), ("hypertension", "hypertension")])
def test_a_question_about_this_patient_is_searched_by_the_patients_condition(
    retriever: Retriever, question: str, condition: str, document: str
) -> None:
    assert retriever.search(question) == []
    found = retriever.search(f"{question}\nPatient with {condition}")
    assert document in {each.passage.doc_id for each in found[:3]}


def test_evidence_is_numbered_from_one_and_ordered(retriever: Retriever) -> None:
    found = retriever.search("first-line drugs for hypertension", k=7)
    assert [each.number for each in found] == list(range(1, 8))
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert len({each.passage.id for each in found}) == 7


def test_more_than_there_is_gives_what_there_is(editions: Retriever) -> None:
    assert len(editions.search("allopurinol dose in gout", k=50)) == 1
    assert len(editions.nearest("unrelated words", k=50)) <= 1


def test_superseded_guidelines_are_found_only_when_asked_for(editions: Retriever) -> None:
    question = "starting dose of allopurinol in gout"
    assert [each.passage.doc_id for each in editions.search(question)] == ["gout-2020"]
    both = editions.search(question, filters=Filters(statuses=("current", "superseded")))
    assert {(each.passage.doc_id, each.passage.status) for each in both} == {
        ("gout-2012", "superseded"),
        ("gout-2020", "current"),
    }


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"jurisdictions": ("us",)}, {"gout-2012"}),
        ({"organisations": ("acr",)}, {"gout-2012", "gout-2020"}),
        ({"organisations": ("NICE",)}, set()),
        ({"year_from": 2015}, {"gout-2020"}),
        ({"year_to": 2012}, {"gout-2012"}),
        ({"populations": ("children",)}, set()),
        ({"populations": ("Men", "children")}, {"gout-2012"}),
        ({"populations": ("adult", "women")}, {"gout-2012", "gout-2020"}),
        ({"strengths": ("strong",)}, {"gout-2012", "gout-2020"}),
        ({"strengths": ("weak", "moderate")}, set()),
        ({"strengths": ("strong",), "grades": ("moderate",), "year_from": 2015}, {"gout-2020"}),
        ({"strengths": ("strong",), "grades": ("high",)}, set()),
    ],
)
def test_filters(editions: Retriever, filters: dict[str, Any], expected: set[str]) -> None:
    asked = Filters(statuses=("current", "superseded"), **filters)
    found = editions.search("starting dose of allopurinol in gout", filters=asked)
    assert {each.passage.doc_id for each in found} == expected


def test_an_unknown_filter_is_an_error() -> None:
    with pytest.raises(ValidationError, match="colour"):
        Filters.model_validate({"colour": "blue"})


def test_many_threads_get_the_same_answers(retriever: Retriever) -> None:
    questions = [case["question"] for case in of_kind("covered")[:12]]
    alone = [retriever.search(question) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(retriever.search, questions * 3))
    assert together == alone * 3


def test_stop_words_alone_find_nothing(retriever: Retriever) -> None:
    assert retriever.search("the of and") == []
