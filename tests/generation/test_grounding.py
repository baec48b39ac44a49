from __future__ import annotations

import pytest

from medrag.generation import grounding
from medrag.generation.modes import Draft, pointed
from tests.evidence import GOUT, HYPERTENSION, evidence

EVIDENCE = evidence(HYPERTENSION, GOUT)


def test_a_pointer_becomes_the_sentence_itself_with_its_span() -> None:
    statement = grounding.ground(pointed((1, 2)), EVIDENCE)
    (citation,) = statement.citations
    assert statement.text == citation.quote == HYPERTENSION.text[citation.start : citation.end]
    assert statement.text == "Avoid lisinopril in adults with a history of angioedema."
    assert not statement.withheld


def test_a_citation_credits_its_corpus() -> None:
    licensed = GOUT.model_copy(update={"licence": "CC-BY-4.0", "attribution": "WHO"})
    for passage, credit in ((licensed, "WHO; CC-BY-4.0"), (GOUT, None)):
        (citation,) = grounding.ground(pointed((1, 1)), evidence(passage)).citations
        assert citation.credit == credit


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
