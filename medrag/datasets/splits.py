"""Which documents may be trained on: one rule for encoder, generator and evaluation alike."""

from __future__ import annotations

import hashlib
from pathlib import PurePath
from typing import Literal

Split = Literal["held-out", "validation", "train"]
_BY_DIGIT: dict[str, Split] = {"0": "held-out", "1": "held-out", "2": "validation"}


def split_of(name: str) -> Split:
    """By the last hexadecimal digit of sha1(file name, without its folder): 0 or 1 is held out, 2 validates."""
    digest = hashlib.sha1(PurePath(name).name.encode(), usedforsecurity=False).hexdigest()
    return _BY_DIGIT.get(digest[-1], "train")


def held_out(name: str) -> bool:
    """Whether the document in the file ``name`` is for evaluation only; what is not may be trained on."""
    return split_of(name) == "held-out"
