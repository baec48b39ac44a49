"""What questions describe without naming it."""

from __future__ import annotations

import pytest

from medrag.knowledge import load
from medrag.retrieval.question.presentations import described_conditions
from medrag.retrieval.question.query import query_for
from medrag.types import Case

KNOWN = load()


@pytest.mark.parametrize(
    ("question", "condition"),
    [
        ("Red hot shin, no fever, obs normal. Oral abx?", "cellulitis"),
        ("hot, very red left calf since Tuesday", "cellulitis"),
        ("not ready to set a quit date yet", "smoking cessation"),
        ("skin dusky, crepitus to the groin, pain out of proportion", "necrotising fasciitis"),
        ("barky cough and stridor in a toddler", "croup"),
        ("arms and legs shaking for six mins now, eyes rolled back", "status epilepticus"),
    ],
)  # fmt: skip
def test_a_description_tells_the_condition(question: str, condition: str) -> None:
    assert condition in described_conditions(question, KNOWN)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "what dose?",
        "Red eye. The patient, who lives alone with two cats, went home by bus, and the water was hot at his shin",
        "the smoker's, the baker's and the athlete's",
    ],
)  # fmt: skip
def test_words_far_apart_or_of_no_weight_tell_nothing(question: str) -> None:
    assert "cellulitis" not in described_conditions(question, KNOWN)


def test_an_emergency_told_of_is_described_where_its_name_is_one_of_the_conditions() -> None:
    assert "anaphylaxis" in described_conditions("hornet sting, lips huge, cannot swallow, BP 70/40", KNOWN)
    assert "bleeding" not in described_conditions("black tarry stool since Friday", KNOWN)


def test_short_abbreviations_count_in_capitals_alone() -> None:
    assert "pulmonary embolism" in described_conditions("PE on CTPA, which DOAC?", KNOWN)
    assert "pulmonary embolism" not in described_conditions("misses pe at school, which inhaler?", KNOWN)


def test_all_that_is_written_of_a_condition_tells_it() -> None:
    unread = [
        each.condition
        for each in KNOWN.presentations
        if each.condition not in described_conditions(" | ".join(map(_first, each.presentations)), KNOWN)
    ]
    assert len(KNOWN.presentations) > 800
    assert not unread


def _first(presentation: str) -> str:
    """One way of saying it, apart from what comes next."""
    return " ".join(each.split("/")[0] for each in presentation.split()) + " qqq" * 15


def test_search_is_for_what_is_described_too() -> None:
    query = query_for(Case(question="Red hot shin, no fever. Oral abx?"), KNOWN)
    assert "(cellulitis" in query.text
    assert "(cellulitis" in query.described


def test_what_is_named_is_not_added() -> None:
    assert query_for(Case(question="cellulitis: red hot shin"), KNOWN).described == "cellulitis: red hot shin"
