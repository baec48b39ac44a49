"""What illnesses a question names, and whether a text is on one of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from medrag.knowledge import Knowledge
from medrag.reading.languages.gloss import in_english
from medrag.reading.matcher import tokens
from medrag.reading.terms import Kind, terms
from medrag.types import Evidence

NEAREST = 3
"""Passages whose titles tell what a question is about."""


class Subjects:
    """Reads illnesses by the vocabulary. Keeps what it read of passages, nothing of a question."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._matcher = terms(knowledge)
        self._of = lru_cache(maxsize=10_000)(self._read)

    def asked(self, question: str) -> frozenset[str]:
        """The illnesses that ``question``, as sentences are ranked for it, names."""
        return self._read(question.partition("\n")[0])

    def on(self, ranked: Sequence[Evidence], asked: frozenset[str]) -> bool:
        """Whether the title of one of the best passages names one of the illnesses ``asked``, or a broader one."""
        titles = {one for each in ranked[:NEAREST] for one in self._of(each.passage.title)}
        return any(each in one or one in each for each in asked for one in titles)

    def _read(self, text: str) -> frozenset[str]:
        english = in_english(text, self._knowledge)
        found = self._matcher.find(english, tokens(english))
        return frozenset(value.name for match in found for value in match.values if value.kind is Kind.CONDITION)
