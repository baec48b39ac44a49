"""What several mentions of one condition in a note say together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from medrag.patient.formats.note.named import Said
from medrag.reading.languages import pattern
from medrag.types import Allergy, Condition, Fact, FactStatus, Medication

Judged = tuple[Said | None, Fact]
_said = partial(pattern, "conditions")
INSTEAD_WITHIN = 120
"""Characters after an allergen in which something else is said to be given in its place."""
BEFORE = 40
NEXT = 40
"""Characters within which what is denied next is the same."""


def agreed(judged: Sequence[Judged]) -> Iterator[Judged]:
    """The facts of a note; an illness that a later mention calls over is over, and so is one told only as a reason.

    A mention that gives a reason is left out where another of the same name is not current. A drug that something else
    was given in the place of, for an allergy told after it, is over too.
    """
    replaced = _replaced(judged)
    ended = {fact.display: place for place, (said, fact) in enumerate(judged) if said and _says_over(said, fact)}
    past = {fact.display for _, fact in judged if isinstance(fact, Condition) and not fact.current}
    given_up = {
        _ingredients(said) for said, fact in judged if said and isinstance(fact, Medication) and _is_off(said, fact)
    }
    for place, (said, fact) in enumerate(judged):
        if said and not said.cues and _is_denied_next(said, fact, judged[place + 1 : place + 2]):
            continue
        current = said is not None and isinstance(fact, Condition) and fact.status is FactStatus.ACTIVE
        if current and said is not None and fact.display in past and _explains(said):
            continue
        if said and isinstance(fact, Medication) and _ingredients(said) in given_up and _blamed(said, fact):
            continue
        exchanged = isinstance(fact, Medication) and fact.current and place < replaced.get(_ingredients(said), -1)
        if exchanged or (current and place < ended.get(fact.display, -1)):
            yield said, fact.model_copy(update={"status": FactStatus.RESOLVED})
        else:
            yield said, fact


def _is_denied_next(said: Said, fact: Fact, following: Sequence[Judged]) -> bool:
    """Whether the next that is named in the line is the same illness, denied ("ADHD assessed, not ADHD")."""
    for again, other in following:
        if again is None or not isinstance(fact, Condition) or other.status is not FactStatus.NEGATED:
            return False
        between = said.text[said.target.end : again.target.start]
        return other.display == fact.display and len(between) < NEXT and "\n" not in between
    return False


def _says_over(said: Said, fact: Fact) -> bool:
    return isinstance(fact, Condition) and fact.status is FactStatus.RESOLVED and "over" in said.cues


def _is_off(said: Said, fact: Fact) -> bool:
    return fact.status is FactStatus.RESOLVED and said.target.term.drug is not None


def _blamed(said: Said, fact: Fact) -> bool:
    """Whether the drug is named only as the cause of something ("neuropathy from docetaxel")."""
    before = said.text[max(0, said.target.start - BEFORE) : said.target.start]
    told = fact.status in {FactStatus.ACTIVE, FactStatus.UNCERTAIN} and said.target.directions is None
    return told and _said("blames").search(before) is not None


def _explains(said: Said) -> bool:
    return _said("explains").search(said.text[max(0, said.target.start - BEFORE) : said.target.start]) is not None


def _replaced(judged: Sequence[Judged]) -> dict[tuple[str, ...], int]:
    """The drugs that an allergy is told of with another given instead, and where it is told."""
    found = {}
    for place, (said, fact) in enumerate(judged):
        if said is None or not isinstance(fact, Allergy) or fact.status is not FactStatus.ACTIVE:
            continue
        drug, end = _ingredients(said), said.target.end
        if drug and _said("given instead").search(said.text[end : end + INSTEAD_WITHIN]):
            found[drug] = place
    return found


def _ingredients(said: Said | None) -> tuple[str, ...]:
    drug = said.target.term.drug if said else None
    return tuple(drug.ingredients) if drug else ()
