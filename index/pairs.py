"""Questions with the passages that answer them, read off documents, for tuning and judging an encoder."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index import chunk
from index.document import Document, Section, Skipped
from index.sources import SUFFIXES, reader
from index.sources.files import files
from medrag.datasets.splits import Split, split_of
from medrag.knowledge import load
from medrag.retrieval.store.passages import searched_text

RECOMMENDATIONS, CONDITIONS, OBJECTIVES = "Major Recommendations", "Disease/Condition(s)", "Guideline Objective(s)"
# Longer anchors are no longer questions.
MAX_ANCHOR_WORDS = 60
PER_DOCUMENT = 3


@dataclass(frozen=True)
class Pair:
    """A question and a passage that answers it, as the searches see the passage; ``document`` is where both stand."""

    question: str
    passage: str
    document: str


def read_pairs(kind: str, path: Path, split: Split, *, seed: int = 0) -> list[list[Pair]]:
    """The pairs of each file of ``split`` under ``path``, a list a document, at most PER_DOCUMENT in each.

    Raises InputError for an unknown kind, or where there is no such file.
    """
    draw = random.Random(seed)  # noqa: S311 - a draw, not a secret
    of = _PAIRS.get(kind, _from_title)
    found: list[list[Pair]] = []
    for file in files(path, *SUFFIXES.get(kind, ())):
        if split_of(file.name) != split:
            continue
        for item in reader(kind)(file):
            pairs = [] if isinstance(item, Skipped) else list(of(item, draw))
            if pairs:
                found.append(draw.sample(pairs, min(PER_DOCUMENT, len(pairs))))
    return found


def _from_questions(document: Document, draw: random.Random) -> Iterator[Pair]:
    """MedQuAD: a section's heading is a question, its text the answer; the passage does not repeat the question."""
    for section in document.sections:
        passages = _passages(document, [replace(section, heading=())])
        if section.heading and passages:
            # An answer begins with what was asked; what follows answers it too, less surely.
            yield Pair(section.heading[-1], passages[0] if draw.random() < 0.7 else draw.choice(passages), document.id)


def _from_guideline(document: Document, draw: random.Random) -> Iterator[Pair]:
    """NGC: the title to a recommendation under no title; the conditions and the objective to one under its title."""
    by_part = {name: [each for each in document.sections if each.heading[:1] == (name,)] for name in _PARTS}
    advised = by_part[RECOMMENDATIONS]
    titled = _passages(document, advised)
    if not titled:
        return
    untitled = _passages(replace(document, title=""), [replace(each, heading=each.heading[1:]) for each in advised])
    yield Pair(document.title, draw.choice(untitled).lstrip("> "), document.id)
    for name in (CONDITIONS, OBJECTIVES):
        words = " ".join(block.text for section in by_part[name] for block in section.blocks).split()
        if words:
            yield Pair(" ".join(words[:MAX_ANCHOR_WORDS]), draw.choice(titled), document.id)


def _from_title(document: Document, draw: random.Random) -> Iterator[Pair]:
    """Any other document: its title with a heading, to what stands under them."""
    for section in document.sections:
        passages = _passages(replace(document, title=""), [replace(section, heading=())])
        if passages:
            yield Pair(": ".join((document.title, *section.heading[-1:])), draw.choice(passages), document.id)


def _passages(document: Document, sections: Sequence[Section]) -> list[str]:
    cut = chunk.passages(replace(document, sections=tuple(sections)))
    return [searched_text(passage, load()).strip() for passage in cut]


_PARTS = (RECOMMENDATIONS, CONDITIONS, OBJECTIVES)
_PAIRS: dict[str, Callable[[Document, random.Random], Iterator[Pair]]] = {
    "medquad": _from_questions,
    "ngc": _from_guideline,
}
