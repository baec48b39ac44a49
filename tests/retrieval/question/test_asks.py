from __future__ import annotations

import pytest

from medrag.retrieval.question.asks import KINDS, asked_for, told_of


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("UTI in pregnancy, which abx?", "first line"),
        ("colchicine how much", "dose"),
        ("How long do I treat for?", "duration"),
        ("Does she need nephrology, refer?", "referral"),
        ("ok to give ibuprofen?", "avoiding"),
        ("BP goal in CKD", "target"),
        ("what bloods on lithium", "monitoring"),
        ("allergic to penicillin, what else", "alternative"),
    ],
)
def test_what_a_question_asks_for(question: str, kind: str) -> None:
    assert kind in asked_for(question)


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Give prednisolone 30 mg once daily for 5 days.", "dose"),
        ("Give prednisolone 30 mg once daily for 5 days.", "duration"),
        ("Refer to a nephrologist when eGFR falls below 30.", "referral"),
        ("Do not give trimethoprim in the first trimester.", "avoiding"),
        ("Check potassium after 1 week.", "monitoring"),
    ],
)
def test_what_a_sentence_tells_of(sentence: str, kind: str) -> None:
    assert kind in told_of(sentence)


def test_plain_words_ask_and_tell_of_nothing() -> None:
    assert asked_for("gout") == told_of("Gout is common.") == frozenset()
    assert len(set(KINDS)) == len(KINDS) > 5
