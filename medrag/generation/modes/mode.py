"""What every mode offers, and the drafts that its reader makes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from medrag.knowledge import Knowledge
from medrag.types import Evidence, Pointer, Statement

Grounding = Literal["quote", "cite"]

ABSTAIN = "none"
"""What a model writes where nothing answers; one token of the tokenizers in use."""


@dataclass(frozen=True)
class Draft:
    """What the model wrote, not yet looked at: text and the (passage, sentence) marks it carries."""

    text: str
    marks: tuple[tuple[int, int | None], ...]


def pointed(choice: Pointer) -> Draft:
    """The draft that a choice alone makes."""
    return Draft("", (choice,))


class Reader(Protocol):
    """Cuts arriving text into drafts, each as soon as complete; after its end it reads a further one."""

    def feed(self, piece: str) -> Iterator[Draft]:
        """The drafts that ``piece`` completed."""
        ...

    def finish(self) -> Iterator[Draft]:
        """What was left at the end of the stream."""
        ...


class Mode(Protocol):
    """One way of answering. ``chooses``: the model only chooses among sentences, so that choices can be constrained."""

    name: Grounding
    system: str
    chooses: bool

    def shown(self, evidence: Sequence[Evidence], knowledge: Knowledge) -> str:
        """The evidence as the prompt shows it, already neutral."""
        ...

    def hint(self, evidence: Sequence[Evidence]) -> str:
        """What follows the question; empty where nothing does."""
        ...

    def marks(self, evidence: Sequence[Evidence]) -> dict[str, Pointer]:
        """What the model may write for each sentence, in the prompt's order; empty for free words."""
        ...

    def constraint(self, marks: Iterable[str], most: int) -> str | None:
        """An EBNF grammar (xgrammar's) that leaves no other output than at most so many ``marks``; None: free words."""
        ...

    def reader(self, evidence: Sequence[Evidence]) -> Reader:
        """A fresh reader for one answer, whose completions it reads one after the other."""
        ...

    def written(self, statements: Sequence[Statement], evidence: Sequence[Evidence]) -> tuple[str, ...]:
        """What the model writes for each statement."""
        ...

    def joined(self, written: Sequence[str]) -> str:
        """The completion made of these; the abstention where there are none."""
        ...

    def completion_tokens(self, statements: int, tokens: int) -> int:
        """The longest completion, for at most ``statements`` statements or ``tokens`` of free words."""
        ...
