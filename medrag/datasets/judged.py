"""Cases whose right answer over given passages is known: what training and evaluation exchange, as JSON lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import model_validator

from medrag.files import read_lines
from medrag.generation.modes.quote import MAX_STATEMENTS
from medrag.types import Case, Evidence, Passage, Pointer, Record


class JudgedCase(Record):
    """A case, the passages shown with it, and the (passage, sentence) numbers from 1 that answer it; none: abstain.

    ``source`` names where the passages are from. ``pair`` joins two cases over the same passages and question whose
    patients differ in one fact, named in ``swapped``.
    """

    case: Case
    passages: tuple[Passage, ...]
    gold: tuple[Pointer, ...]
    source: str = "own"
    pair: str = ""
    swapped: str = ""

    @model_validator(mode="after")
    def _points_at_sentences(self) -> JudgedCase:
        for number, position in self.gold:
            if not (1 <= number <= len(self.passages) and 1 <= position <= len(self.passages[number - 1].sentences)):
                raise ValueError(f"gold [{number}.{position}] is no sentence of these passages")
        if len(self.gold) > MAX_STATEMENTS:
            raise ValueError(f"gold has more than {MAX_STATEMENTS} sentences")
        return self

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The passages as a prompt shows them, numbered from 1."""
        return numbered(self.passages)


def read_judged(path: Path) -> Iterator[JudgedCase]:
    """The cases of a file, a JSON line each. Raises InputError, naming file and line."""
    return read_lines(path, JudgedCase, hint='lines are {"case": ..., "passages": [...], "gold": [[1, 2], ...]}')


def numbered(passages: tuple[Passage, ...] | list[Passage]) -> tuple[Evidence, ...]:
    """The passages as evidence, numbered from 1 in their order."""
    return tuple(Evidence(number=n, passage=each, score=1.0) for n, each in enumerate(passages, start=1))
