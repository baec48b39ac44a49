"""What illnesses a question names and passages do not: they are then of another subject."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from medrag.knowledge import Knowledge
from medrag.reading.languages.gloss import in_english
from medrag.reading.matcher import tokens
from medrag.reading.terms import Kind, terms
from medrag.types import Evidence, Passage


class Subjects:
    """Reads illnesses by the vocabulary. Keeps what it read of passages, nothing of a question."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._matcher = terms(knowledge)
        self._of = lru_cache(maxsize=10_000)(self._read)

    def unnamed(self, question: str, found: Iterable[Evidence]) -> frozenset[str]:
        """The illnesses that ``question``, as sentences are ranked for it, names, where no passage names any."""
        asked = self._read(question.partition("\n")[0])
        return frozenset() if any(asked & self._of(_whole(each.passage)) for each in found) else asked

    def of_title(self, ranked: Sequence[Evidence]) -> frozenset[str]:
        """The illnesses in the title of the best passage."""
        return self._of(ranked[0].passage.title) if ranked else frozenset()

    def _read(self, text: str) -> frozenset[str]:
        english = in_english(text, self._knowledge)
        found = self._matcher.find(english, tokens(english))
        return frozenset(value.name for match in found for value in match.values if value.kind is Kind.CONDITION)


def _whole(passage: Passage) -> str:
    return "\n".join((passage.title, *passage.section, passage.text))
