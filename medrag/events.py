"""What a stream of advice consists of: one Noticed, at most one Searched, each Released, one Finished, in this order.

The engine yields these and the client gives them back on the other side of the wire.
"""

from __future__ import annotations

from dataclasses import dataclass

from medrag.types import Advice, Finding, Statement


@dataclass(frozen=True)
class Usage:
    """Tokens that a model read and decoded, as its own server counted them."""

    prompt: int = 0
    completion: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.prompt + other.prompt, self.completion + other.completion)


@dataclass(frozen=True)
class Noticed:
    """Red flags found before the model was asked anything; may be empty."""

    notices: tuple[Finding, ...]


@dataclass(frozen=True)
class Searched:
    """The guidelines were searched and the model is asked next; it sees this many ``passages``."""

    passages: int


@dataclass(frozen=True)
class Released:
    """The ``number``-th statement (from 1) passed grounding and safety."""

    number: int
    statement: Statement


@dataclass(frozen=True)
class Finished:
    """The whole advice, last; ``usage`` where the model counted its tokens."""

    advice: Advice
    usage: Usage | None = None


Event = Noticed | Searched | Released | Finished
