"""Everything a record names, in one vocabulary: drugs, conditions, allergens, each with the name medrag shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from medrag.knowledge import Knowledge, Name, lexicon
from medrag.knowledge.schema import Concept
from medrag.reading.languages import language
from medrag.reading.matcher import Letters, Matcher, fold

ABBREVIATION = 6
"""A name of so many letters at most that is all capitals is an abbreviation."""
SHORT = 3
"""Abbreviations below this length count in capitals only, longer ones unless they are words."""


class Kind(StrEnum):
    """What a name is of."""

    DRUG = "drug"
    CONDITION = "condition"
    ALLERGEN = "allergen"


@dataclass(frozen=True, slots=True)
class Term:
    """A thing with a name: ``name`` is how medrag shows a condition; an ``event`` is over once it is history."""

    kind: Kind
    name: str = ""
    event: bool = False
    drug: Name | None = None


@lru_cache(maxsize=4)
def terms(knowledge: Knowledge) -> Matcher[Term]:
    """The matcher of everything that ``knowledge`` has a name for."""
    return Matcher([*_drugs(knowledge), *_conditions(knowledge), *_allergens(knowledge)])


def _drugs(knowledge: Knowledge) -> Iterator[tuple[str, Letters, Term]]:
    for written, name in knowledge.names.items():
        yield written, _drug_letters(written, name), Term(Kind.DRUG, drug=name)
    for written in lexicon.drugs():
        if written not in knowledge.names:
            yield written, Letters.ANY, Term(Kind.DRUG, written)


def _drug_letters(written: str, name: Name) -> Letters:
    if written in language().words["capitals_only"]:
        return Letters.CAPITALS
    return Letters.CAPITAL if name.capital else Letters.ANY


def _allergens(knowledge: Knowledge) -> Iterator[tuple[str, Letters, Term]]:
    for written in sorted((lexicon.allergens() | knowledge.words["allergens"]) - {"allergy", "allergies"}):
        yield written, Letters.ANY, Term(Kind.ALLERGEN, written)


def _conditions(knowledge: Knowledge) -> Iterator[tuple[str, Letters, Term]]:
    known: set[str] = set()
    openers = language().words["openers"]
    names = {written: each.name for each in lexicon.conditions() for written in each.spellings}
    for each in lexicon.conditions():
        for written in each.spellings:
            known.add(_key(written))
            yield written, letters(written), Term(Kind.CONDITION, each.name, each.event)
    for concept in knowledge.concepts.values():
        for written in (*concept.terms, *concept.maybe):
            if _key(written) not in known and "%" not in written and written.split()[0].lower() not in openers:
                known.add(_key(written))
                yield (
                    written,
                    letters(written),
                    Term(Kind.CONDITION, _shown(written, concept, names), concept.lasting == "lowered"),
                )


def _key(written: str) -> str:
    return " ".join(map(fold, written.split()))


def letters(written: str) -> Letters:
    """How a condition's name must be written to count."""
    if len(written) > ABBREVIATION or written.upper() != written:
        return Letters.ANY
    words = language().words["capitals_only"]
    return Letters.CAPITALS if len(written) < SHORT or written.lower() in words else Letters.ANY


def _shown(written: str, concept: Concept, names: Mapping[str, str]) -> str:
    """The name in full: an abbreviation at its head, or all of it, spelt out where that is known."""
    head, _, rest = written.partition(" ")
    if head.upper() != head:
        return written
    if head in names:
        return f"{names[head]} {rest}".rstrip()
    spelt = (term for term in concept.terms if _initials(term.split()) == written.lower())
    return next(spelt, written)


def _initials(words: Iterable[str]) -> str:
    return "".join(word[0] for word in words).lower()
