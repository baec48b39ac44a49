"""The grading that stands in a recommendation's own words: "(strong recommendation, low-quality evidence)"."""

from __future__ import annotations

import re

_STRENGTH = re.compile(
    r"\b(strong|weak|conditional|discretionary)\s+recommendation\b"
    r"|\bclass(?:\s+of\s+recommendation)?[:\s]+(III|II[ab]?|I)\b"
    r"|\bstrength(?:\s+of\s+recommendation)?\s*[:=]\s*([A-D]|strong|weak|conditional)\b",
    re.IGNORECASE,
)
_GRADE = re.compile(
    r"\b(very[ -]low|low|moderate|high)[ -]quality\s+(?:of\s+)?evidence\b"
    r"|\b(?:level|quality)(?:\s+of\s+evidence)?\s*[:=]?\s+([A-D](?:-[A-Z]{1,3})?|[1-5][abc]?[+-]{0,2}|I{1,3}|IV|V)\b"
    r"|\bgrade(?:\s+of\s+(?:recommendation|evidence))?\s*[:=]?\s+([12]?[A-D][+-]?|[1-4][+-]{0,2})(?![\w-])"
    r"|[(\[]([12][A-D])[)\]]",
    re.IGNORECASE,
)


def grading(text: str) -> tuple[str | None, str | None]:
    """Strength of the recommendation and grade of its evidence, in the text's own words; None where it gives none."""
    return _first(_STRENGTH, text), _first(_GRADE, text)


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    match = pattern.search(text)
    return next((group for group in match.groups() if group), None) if match else None
