"""What a clause does to a treatment or a value besides giving a drug: leaves it undone, lets it go on, dismisses it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from medrag.reading.languages import pattern

_said = partial(pattern, "acts")
BEFORE = 40
"""Characters before an act in which words turn it round."""
UNDONE = frozenset({"ended", "delayed", "unneeded"})
KINDS = (*sorted(UNDONE), "goes_on", "dismissed", "raised")


@dataclass(frozen=True, slots=True)
class Clause:
    """``words``, which stand at ``start`` to ``end``, with the kinds of their acts.

    ``insists``: it forbids to end or to delay ("do not wait").
    """

    words: str
    start: int
    end: int
    kinds: frozenset[str]
    insists: bool

    @property
    def leaves_undone(self) -> bool:
        """Whether it ends, omits, puts off or calls needless what it speaks of."""
        return not self.insists and not self.kinds.isdisjoint(UNDONE)


def clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of ``text``, in order."""
    return tuple(_clauses(text))


def none_of(text: str, place: int) -> bool:
    """Whether the words before ``place`` say that there is to be none of what stands there."""
    return _said("none_of").search(text, max(0, place - BEFORE), place) is not None


def is_done(text: str, place: int) -> bool:
    """Whether the words before ``place`` say that what stands there is looked at ("repeat the level")."""
    return _said("does").search(text, max(0, place - BEFORE), place) is not None


def _clauses(text: str) -> Iterator[Clause]:
    start = 0
    for stop in (*_said("clause_end").finditer(text), None):
        end = stop.start() if stop else len(text)
        if words := text[start:end].strip():
            yield _clause(words, text.index(words, start), end)
        start = stop.start() + 1 if stop else end


def _clause(words: str, start: int, end: int) -> Clause:
    found = {kind: [_turned(words, act.start()) for act in _said(f"act_{kind}").finditer(words)] for kind in KINDS}
    kinds = frozenset(kind for kind, turned in found.items() if (kind == "unneeded" and turned) or not all(turned))
    insists = any(found["ended"]) or any(found["delayed"]) or _said("insist").search(words) is not None
    return Clause(words, start, end, kinds, insists)


def _turned(words: str, place: int) -> bool:
    return _said("not").search(words, max(0, place - BEFORE), place) is not None
