from __future__ import annotations

import pytest

from medrag.retrieval.scales import grade_of, gradings, only_asked, strength_of
from medrag.types import Filters, Passage, Sentence


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ("Strong", "strong"),
        ("strong recommendation", "strong"),
        ("offer", "strong"),
        ("Class I", "strong"),
        ("1", "strong"),
        ("III", "strong"),
        ("recommendation", "moderate"),
        ("IIa", "moderate"),
        ("conditional", "weak"),
        ("consider", "weak"),
        ("2b", "weak"),
        ("2", "weak"),
        ("D", None),
        ("good practice point", None),
        (None, None),
    ],
)
def test_strengths_on_one_scale(words: str | None, level: str | None) -> None:
    assert strength_of(words) == level


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ("High", "high"),
        ("1++", "high"),
        ("Level A", "high"),
        ("B-NR", "moderate"),
        ("medium", "moderate"),
        ("C-LD", "low"),
        ("very-low", "very low"),
        ("C-EO", "very low"),
        ("type 4", "very low"),
        ("unclear", None),
        (None, None),
    ],
)
def test_grades_on_one_scale(words: str | None, level: str | None) -> None:
    assert grade_of(words) == level


MIXED = Passage(
    id="p",
    doc_id="d",
    title="t",
    text="Do. Consider. Know.",
    sentences=(
        Sentence(start=0, end=3, strength="1", grade="B"),
        Sentence(start=4, end=13, strength="2", grade="A"),
        Sentence(start=14, end=19),
    ),
)


def test_a_passage_has_the_gradings_of_its_sentences() -> None:
    assert set(gradings(MIXED)) == {("strong", "moderate"), ("weak", "high")}


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        ({}, ["Do.", "Consider.", "Know."]),
        ({"strengths": ("strong",)}, ["Do."]),
        ({"grades": ("high", "moderate")}, ["Do.", "Consider."]),
        ({"strengths": ("strong",), "grades": ("high",)}, []),
    ],
)
def test_one_sentence_must_have_all_that_is_asked_for(filters: dict[str, tuple[str, ...]], kept: list[str]) -> None:
    asked = only_asked(MIXED, Filters.model_validate(filters))
    assert [asked.quote(each) for each in asked.sentences] == kept
    assert asked.text == MIXED.text
