from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrag.generation import grounding
from medrag.generation.grounding import Draft
from tests.evidence import GOUT, HYPERTENSION, evidence

EVIDENCE = evidence(HYPERTENSION, GOUT)


def read(mode: str, text: str, size: int) -> list[Draft]:
    reader = grounding.reader(mode)  # type: ignore[arg-type]
    drafts = [draft for start in range(0, len(text), size) for draft in reader.feed(text[start : start + size])]
    return [*drafts, *reader.finish()]


@given(st.integers(min_value=1, max_value=40))
def test_however_the_stream_is_cut_the_same_pointers_are_read(size: int) -> None:
    drafts = read("quote", "[1.2] [2.1] [1.2]", size)
    assert [draft.marks for draft in drafts] == [((1, 2),), ((2, 1),)]


@given(st.integers(min_value=1, max_value=60))
def test_however_the_stream_is_cut_the_same_lines_are_read(size: int) -> None:
    drafts = read("cite", "1. Start amlodipine 5 mg [1].\n\n- Treat with colchicine [2][1]", size)
    assert [(draft.text, draft.marks) for draft in drafts] == [
        ("Start amlodipine 5 mg.", ((1, None),)),
        ("Treat with colchicine", ((2, None), (1, None))),
    ]


@pytest.mark.parametrize("mode", ["quote", "cite"])
def test_an_abstention_is_no_statement(mode: str) -> None:
    assert read(mode, "NONE", 2) == []


def test_a_pointer_becomes_the_sentence_itself_with_its_span() -> None:
    statement = grounding.ground(Draft("[1.2]", ((1, 2),)), EVIDENCE)
    (citation,) = statement.citations
    assert statement.text == citation.quote == HYPERTENSION.text[citation.start : citation.end]
    assert statement.text == "Avoid lisinopril in adults with a history of angioedema."
    assert not statement.withheld


@pytest.mark.parametrize("marks", [((1, 9),), ((7, 1),), ((7, None),), ()])
def test_a_mark_that_resolves_to_nothing_is_withheld(marks: tuple[tuple[int, int | None], ...]) -> None:
    statement = grounding.ground(Draft("Give digoxin 10 mg", marks), EVIDENCE)
    assert statement.withheld
    assert [finding.check for finding in statement.findings] == ["grounding"]


def test_free_text_is_cited_to_the_sentence_that_supports_it() -> None:
    text = "Amlodipine 5 mg once daily should be started by mouth in adults with hypertension."
    (citation,) = grounding.ground(Draft(text, ((1, None),)), EVIDENCE).citations
    assert citation.quote.startswith("Start amlodipine")


def test_free_text_that_its_passage_does_not_support_is_withheld() -> None:
    assert grounding.ground(Draft("Radiotherapy cures everything quickly", ((2, None),)), EVIDENCE).withheld
