"""Text as data: nothing in it can instruct the model, close a tag of the prompt or pass for a citation mark."""

from __future__ import annotations

import re
from functools import lru_cache

from medrag.knowledge import Knowledge
from medrag.safety.question.injection import neutralise

_TAG = re.compile(r"<(?=\s*/?\s*[A-Za-z])")
_MARK = re.compile(r"\[(\d+)\]")


def neutral(text: str, knowledge: Knowledge) -> str:
    """``text`` without tags, marks, or what ``knowledge`` takes for an instruction hidden in data."""
    return _MARK.sub(r"(\1)", _TAG.sub("(", neutralise(text, knowledge)))


@lru_cache(maxsize=20_000)
def neutral_once(text: str, knowledge: Knowledge) -> str:
    """:func:`neutral` for the index's own words, which come again and again; a patient's are never kept."""
    return neutral(text, knowledge)
