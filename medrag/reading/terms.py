"""Everything a record names, in one vocabulary: drugs, conditions, allergens, each with the name medrag shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from medrag.knowledge import Knowledge, Name
from medrag.knowledge.names import fold, is_abbreviation
from medrag.knowledge.vocabulary import Condition
from medrag.reading.languages import language
from medrag.reading.matcher import Letters, Matcher

SHORT = 3
"""Abbreviations below this length count in capitals only, longer ones unless they are words."""


class Kind(StrEnum):
    """What a name is of."""

    DRUG = "drug"
    CONDITION = "condition"
    ALLERGEN = "allergen"


@dataclass(frozen=True, slots=True)
class Term:
    """A thing with a name: ``name`` is how medrag shows a condition; an ``event`` is over once it is history.

    ``says`` is a cue that the name itself is ("ex-smoker": over).
    """

    kind: Kind
    name: str = ""
    event: bool = False
    says: str | None = None
    drug: Name | None = None


@lru_cache(maxsize=4)
def terms(knowledge: Knowledge) -> Matcher[Term]:
    """The matcher of the drugs, conditions and allergens of ``knowledge``."""
    return Matcher(_names(knowledge))


@lru_cache(maxsize=4)
def all_terms(knowledge: Knowledge) -> Matcher[Term]:
    """The matcher of everything that ``knowledge`` has a name for, what only notes are read for included."""
    return Matcher([*_names(knowledge), *_findings(knowledge)])


def _names(knowledge: Knowledge) -> list[tuple[str, Letters, Term]]:
    return [*_drugs(knowledge), *_conditions(knowledge), *_allergens(knowledge)]


def _findings(knowledge: Knowledge) -> Iterator[tuple[str, Letters, Term]]:
    for each in knowledge.findings:
        known = Term(Kind.CONDITION, each.name, each.event, each.says)
        for written in (each.name, *each.synonyms):
            yield written, letters(written), known
        for written in each.includes:
            shown = known if each.says else Term(Kind.CONDITION, _spelt(written, each.name), each.event)
            yield written, letters(written), shown


def _drugs(knowledge: Knowledge) -> Iterator[tuple[str, Letters, Term]]:
    for written, name in knowledge.names.items():
        yield written, _drug_letters(written, name), Term(Kind.DRUG, drug=name)


def _drug_letters(written: str, name: Name) -> Letters:
    if written in language().words["capitals_only"]:
        return Letters.CAPITALS
    return Letters.CAPITAL if name.capital else Letters.ANY


def _allergens(knowledge: Knowledge) -> Iterator[tuple[str, Letters, Term]]:
    for written in knowledge.allergen_names:
        yield written, Letters.ANY, Term(Kind.ALLERGEN, written)


def _conditions(knowledge: Knowledge) -> Iterator[tuple[str, Letters, Term]]:
    """A condition's own names first: what counts as another condition too is shown as itself."""
    openers = language().words["openers"]
    full = {written: each.name for each in knowledge.findings for written in each.synonyms if _short(written)}
    full |= {written: each.name for each in knowledge.conditions.values() for written in each.names}
    known = knowledge.conditions.values()
    own = ((written, each) for each in known for written in each.names)
    other = ((written, each) for each in known for written in (*each.includes, *each.maybe))
    done: set[str] = set()
    for written, each in (*own, *other):
        key = fold(written)
        first, _, rest = key.partition(" ")
        if key in done or "%" in written or (first in openers and rest in knowledge.phrases):
            continue
        done.add(key)
        less = written in each.maybe and each.name.endswith(f" {written}")
        name = each.name if less else _shown(written, each, full, knowledge)
        event = each.event and not key.startswith("chronic ")
        yield written, letters(written), Term(Kind.CONDITION, name, event)
        if key.endswith(" cancer"):
            yield f"{written[: -len(' cancer')]} ca", Letters.ANY, Term(Kind.CONDITION, name, each.event)


def letters(written: str) -> Letters:
    """How a condition's name must be written to count."""
    if not is_abbreviation(written):
        return Letters.ANY
    words = language().words["capitals_only"]
    return Letters.CAPITALS if len(written) < SHORT or written.lower() in words else Letters.ANY


def _shown(written: str, condition: Condition, full: Mapping[str, str], knowledge: Knowledge) -> str:
    """The words as written; an abbreviation at their head, or all of them, spelt out where that means no less."""
    if written in condition.names:
        return full[written]
    head, _, rest = written.partition(" ")
    known = [full[written]] if written in full else []
    if head.upper() == head and head in full:
        known.append(f"{full[head]} {rest}".rstrip())
    if written.upper() == written:
        spelt = (*condition.names, *condition.includes)
        known += [each for each in spelt if _initials(each.split()) == written.lower()]
    fitting = (each for each in known if condition.key in _meant(each, knowledge))
    return next(fitting, _spelt(written, condition.name))


def _meant(words: str, knowledge: Knowledge) -> set[str]:
    """The conditions that ``words`` mean, and those that these imply."""
    found: set[str] = set()
    waiting = [each.condition for each in knowledge.phrases.get(fold(words), ())]
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += knowledge.conditions[key].implies
    return found


def _spelt(written: str, name: str) -> str:
    """The words as written, with the condition's name in brackets where they hold an abbreviation ("low BP")."""
    return f"{written} ({name})" if _short(written) and name != written else written


def _short(written: str) -> bool:
    """Whether the words hold an abbreviation."""
    words = re.findall("[A-Za-z]+", written)
    return any((word.isupper() and len(word) > 1) or word.casefold() == "hep" for word in words)


def _initials(words: Iterable[str]) -> str:
    return "".join(word[0] for word in words).lower()
