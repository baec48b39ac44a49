"""A thing that a note names, where, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from medrag.reading.terms import Term

MOST_AFTER = 160
"""Characters after a substance in which its line may say that it was taken off the record."""
TAKEN = {"taking", "planned", "stopped", "refused"}
"""What cues say of a substance that is taken, or was to be: it is no entry of a list of allergies."""


DECIDING = frozenset({"plan", "assessment", "instructions", "stopped"})
"""Sections that say what happens with a drug from now on."""


@dataclass(frozen=True)
class Note:
    """The text of a note, what it is from and when it was written."""

    text: str
    origin: str
    date: date | datetime | None


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


@dataclass(frozen=True, slots=True)
class Said:
    """A target of a note, what the cues around it say, the category of its section, and where all that stands."""

    target: Target
    cues: frozenset[str]
    section: str | None
    text: str
    origin: str
    date: date | datetime | None

    @property
    def words(self) -> str:
        """The name as the note writes it."""
        return " ".join(self.text[self.target.start : self.target.end].split())

    @property
    def source(self) -> str:
        """Where the name and its directions stand."""
        return f"{self.origin}:{self.target.start}-{max(self.target.end, self.target.stop)}"

    @property
    def shown(self) -> str:
        """The name as written, with the ingredients of a brand or an abbreviation in brackets."""
        drug = self.target.term.drug
        if drug is None or not (drug.ingredients or drug.drug_class):
            return self.words
        if not drug.ingredients:
            named = (drug.drug_class or "").replace("_", " ")
            apart = self.words.isupper() and " " not in self.words and named[:1] == self.words[:1].casefold()
            return f"{self.words} ({named})" if apart and named != self.words.casefold() else self.words
        short = (self.words.isupper() and len(self.words) <= 6) or _is_cut(self.words.casefold(), drug.ingredients)
        if not (drug.brand or short):
            return self.words
        return f"{self.words} ({' + '.join(drug.ingredients)})"


def _is_cut(word: str, ingredients: Sequence[str]) -> bool:
    """Whether a name is the beginning of the ingredient's ("pred")."""
    return any(each.startswith(word) and each != word for each in ingredients)
