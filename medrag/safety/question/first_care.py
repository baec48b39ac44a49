"""What an emergency that the question names calls for before all else, put before what search ranks first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from medrag.patient.applicability import Applicant
from medrag.reading import Prescription
from medrag.reading.languages import pattern
from medrag.safety.people.special import Ranked
from medrag.types import Pointer

MOST = 1
"""Sentences put first."""
_BEFORE = 0.01

Read = Callable[[str], Iterable[Prescription]]


def leading(
    best_first: Sequence[Ranked], drugs: frozenset[str], read: Read, applicant: Applicant | None
) -> Mapping[Pointer, float]:
    """How far behind search's best the first sentences count that give any of ``drugs`` to such a patient.

    None where the best one gives them itself, or all that do are for patients of whom nobody knows that this is one.
    """
    if not drugs or not best_first or _given(best_first[0], drugs, read):
        return {}
    giving = [each for each in best_first if _for(each, applicant) and _given(each, drugs, read)]
    first = best_first[0].behind
    return {each.place: first - _BEFORE for each in giving[:MOST]}


def _for(each: Ranked, applicant: Applicant | None) -> bool:
    return not each.sentence.only or (applicant is not None and applicant.meant(each.sentence))


def _given(each: Ranked, drugs: frozenset[str], read: Read) -> bool:
    named = (one.mention for one in read(each.words) if one.recommended)
    starts = [mention.start for mention in named if not drugs.isdisjoint(mention.ingredients)]
    return any(pattern("acts", "to_give").search(each.words, 0, start) for start in starts)
