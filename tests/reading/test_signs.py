"""Signs are tried only where they may match, and find what their expressions find."""

from __future__ import annotations

import re

import pytest

from medrag.reading.context.signs import Sign, folded


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"(?i:\b(?:stop|cease) (?:it|this)\b)", "Please CEASE this today"),
        (r"\s?[-–]\s(?i:no|nil)(?=\s*(?:[,;]|$))", "DVT - nil"),
        (r"(?i:(?=\bto be (?:held|paused) \d))", "warfarin to be paused 5 days"),
        (r"[Cc]linic|[✓✔]", "epilepsy ✓"),
        (r"(?i:kept)", "KEPT, \u212aept and mi\u017fsed"),
        (r"(?i:missed in)", "mi\u017fSED \u0130N 2019"),
        (r"(?:\+|yes){1,2}(?<!no )x?", "++yes"),
        (r"(?i:(ab)c|(?>de)f|gh+?i*)", "ABC def GHI"),
    ],
)
@pytest.mark.parametrize("flags", [0, re.IGNORECASE])
def test_a_sign_finds_what_its_expression_finds(pattern: str, text: str, flags: int) -> None:
    for start in range(len(text)):
        found = Sign(pattern, flags).find(text, start, len(text), folded(text[start:]))
        assert [each.span() for each in found] == [
            each.span() for each in re.compile(pattern, flags).finditer(text, start)
        ]


def test_what_cannot_match_is_not_tried() -> None:
    assert list(Sign(r"(?i:\w+ stopped)").find("A stopped", 0, 9, "nothing of it")) == []
