"""Which language a caller reads."""

from __future__ import annotations

import pytest

from medrag.messages import Language
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
