"""Which documents may be trained on, and asked about: one rule for encoder, generator and evaluation alike."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal

from medrag.types import Passage

if TYPE_CHECKING:
    from medrag.retrieval.store.index import Index

Split = Literal["held-out", "validation", "train"]
_BY_DIGIT: dict[str, Split] = {"0": "held-out", "1": "held-out", "2": "validation"}


def split_of(name: str) -> Split:
    """By the last hexadecimal digit of sha1(file name, without its folder): 0 or 1 is held out, 2 validates."""
    digest = hashlib.sha1(PurePath(name).name.encode(), usedforsecurity=False).hexdigest()
    return _BY_DIGIT.get(digest[-1], "train")


def held_out(name: str) -> bool:
    """Whether the document in the file ``name`` is for evaluation only; what is not may be trained on."""
    return split_of(name) == "held-out"


def askable(index: Index, suffix: str = "", *, held: bool | None = None) -> Iterator[Passage]:
    """The index's passages that a question can be made for: current, under a heading, in sentences.

    With ``held`` only those of documents that are for evaluation (or, ``False``, that may be trained on); ``suffix``
    turns a document's id into its file's name, by whose hash documents are split.
    """
    for row in range(len(index.passages)):
        passage = index.passages[row]
        usable = passage.section and passage.sentences and passage.status == "current"
        if usable and (held is None or held_out(passage.doc_id + suffix) == held):
            yield passage
