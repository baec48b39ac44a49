"""Which language a caller reads."""

from __future__ import annotations

import pytest

from medrag.messages import Language
from medrag.reading.languages.gloss import language_of
from medrag.server.languages import preferred


@pytest.mark.parametrize(
    ("accepted", "default", "language"),
    [
        ("", "en", "en"),
        ("", "zh", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "en", "zh"),
        ("EN-us", "zh", "en"),
        ("fr, en;q=0.3, zh;q=0.2", "zh", "en"),
        ("de", "zh", "zh"),
        ("zh;q=0, de", "en", "en"),
        ("zh;q=much, ;;,", "en", "en"),
    ],
)
def test_the_best_of_those_there_are(accepted: str, default: Language, language: Language) -> None:
    assert preferred(accepted, default) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("这位患者首选什么降压药？", "zh"),
        ("妊娠期OGTT 75 g如何判断", "zh"),
        ("這位病人可以用apixaban嗎？", "zh"),
        ("Is 阿司匹林 suitable for this patient with asthma?", "en"),
        ("この患者に適した降圧薬は何ですか", "en"),
        ("Which drug first?", "en"),
        ("", "en"),
    ],
)
def test_what_a_text_is_written_in(text: str, language: Language) -> None:
    assert language_of(text) == language
