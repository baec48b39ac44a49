from __future__ import annotations

import pytest

from index.grading import grading


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Give aspirin (strong recommendation, very low-quality evidence).", ("strong", "very low")),
        ("Give aspirin. (Class IIa; Level of Evidence: B-R)", ("IIa", "B-R")),
        ("Give aspirin [1B].", (None, "1B")),
        ("Give aspirin (Grade A).", (None, "A")),
        ("Weak recommendation based on moderate-quality evidence, 2B.", ("Weak", "moderate")),
        ("Level 1 evidence supports it.", (None, "1")),
        ("Upgrade a level of care; grade the tumour; class of drugs.", (None, None)),
        ("Give vitamin A 10 mg daily at 6 p.m.", (None, None)),
    ],
)
def test_gradings_in_common_words(text: str, expected: tuple[str | None, str | None]) -> None:
    assert grading(text) == expected
