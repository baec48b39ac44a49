"""A thing that a note names, and where."""

from __future__ import annotations

from dataclasses import dataclass

from medrag.reading.terms import Term


@dataclass(frozen=True, slots=True)
class Target:
    """``text[start:end]`` names ``term``; ``directions`` follow a drug's name up to ``stop``.

    What is not ``known`` is named in the note's own words.
    """

    start: int
    end: int
    term: Term
    directions: str | None = None
    stop: int = 0
    known: bool = True
