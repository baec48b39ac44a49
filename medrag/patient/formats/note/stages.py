"""How far a condition has gone, in the words around its name: its stage or grade, and how severe a sign is."""

from __future__ import annotations

import re

_STAGE = re.compile(
    r"(?:,?\s?\(?(?=stage|grade|class|NYHA)|\s{1,3})(?P<stage>(?:stage|grade|class|NYHA(?: class)?|type)\s{0,2}"
    r"(?:G?[1-5][ab]?|I{1,3}V?|IV|V))\b",
    re.I,
)


def stage_after(text: str, end: int) -> str | None:
    """The stage, grade or class that follows a condition's name at ``end``."""
    match = _STAGE.match(text, end)
    return re.sub(r"\s+", " ", match["stage"]) if match else None


_SEVERE = r"mild|slight|minimal|small|trace|moderate|severe|large|massive|tense|gross|refractory|controlled"
_GRADE = r"(?:west haven )?(?:grade|stage)\s?(?:[0-4](?:\s?[-–]\s?[1-4])?|I{1,3}V?|IV)"
_BEFORE = re.compile(
    rf"\b(?P<said>{_SEVERE}|{_GRADE})(?:[\s-]{{1,2}}(?:to|amount|volume|of|degree|hepatic)\b){{0,3}}[\s-]{{1,2}}$", re.I
)
_AFTER = re.compile(rf"\s?[,(:]?\s?(?:is|was|that is|which is|well)?\s?(?P<said>{_SEVERE}|{_GRADE})\b", re.I)


def severity_around(text: str, start: int, end: int) -> str | None:
    """How severe a sign at ``start`` to ``end`` is said to be: "mild", "grade 2", "controlled"."""
    match = _BEFORE.search(text[max(0, start - 40) : start]) or _AFTER.match(text, end)
    return re.sub(r"\s+", " ", match["said"]).casefold() if match else None
