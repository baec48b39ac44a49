from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import sentences, word_count


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "whole",
    [
        "Give 0.5 mg of adrenaline (e.g. into the thigh).",
        "Treat as in Smith et al. 2010 unless contraindicated.",
        "See Fig. 2 for doses.",
        "Target is HbA1c <7.0% vs. <8.0% in frail patients.",
        "no final stop",
    ],
)
def test_one_sentence_stays_one(whole: str) -> None:
    assert split(whole) == [whole]


def test_sentences_end_where_a_reader_ends_them() -> None:
    text = "Start metformin. Is eGFR below 30? Stop it!  Refer to J. Doe (grade B). Vitamin B. Next."
    assert split(text) == [
        "Start metformin.",
        "Is eGFR below 30?",
        "Stop it!",
        "Refer to J. Doe (grade B).",
        "Vitamin B.",
        "Next.",
    ]


def test_brackets_after_a_sentence_belong_to_it() -> None:
    text = "Give it. (Grade 1B) Stop it. [Smith 2010] (Level C) Options: watch. (1) Treat. Refer. (Strong.)"
    assert split(text) == [
        "Give it. (Grade 1B)",
        "Stop it. [Smith 2010] (Level C)",
        "Options: watch.",
        "(1) Treat.",
        "Refer. (Strong.)",
    ]


@given(st.text(alphabet="aB .?!\n\"')e.g", max_size=80))
def test_spans_are_ordered_trimmed_and_lose_only_space(text: str) -> None:
    spans = list(sentences(text))
    ends = [0, *(end for _, end in spans)]
    gaps = [text[end:start] for end, (start, _) in zip(ends, spans, strict=False)]
    assert all(not gap.strip() for gap in [*gaps, text[ends[-1] :]])
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)


def test_a_unit_of_one_letter_ends_a_sentence_and_an_initial_does_not() -> None:
    text = "Sodium is below 125 mmol/L. Give 2 L. It helps (C. Lin et al., 2018). J. Brown agrees."
    assert [text[start:end] for start, end in sentences(text)] == [
        "Sodium is below 125 mmol/L.",
        "Give 2 L.",
        "It helps (C. Lin et al., 2018).",
        "J. Brown agrees.",
    ]


def test_chinese_sentences_end_at_their_own_stops() -> None:
    text = "首选胰岛素。空腹血糖≥5.1 mmol/L；餐后“偏高”？监测！"
    assert [text[start:end] for start, end in sentences(text)] == [
        "首选胰岛素。",
        "空腹血糖≥5.1 mmol/L；",
        "餐后“偏高”？",
        "监测！",
    ]


def test_two_chinese_characters_count_as_a_word() -> None:
    assert word_count("首选 insulin") == 3
