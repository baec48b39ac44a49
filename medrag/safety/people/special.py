"""Sentences for special patients: behind the general ones where nothing says that this is one, else in their place."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from medrag.patient.applicability import Applicant, counterpart, exception
from medrag.reading.languages import pattern
from medrag.types import NEAR_THE_BEST, Evidence, Pointer, Sentence

TIE = 0.3
"""Log odds by which search may put a sentence for special patients before the general one: docs/results-model.md."""
APART = 1.0
"""Log odds by which search puts a sentence for special patients so clearly first that the general one stands back."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A sentence that may be chosen: its place, its document and how far search puts it behind its best."""

    place: Pointer
    document: str
    sentence: Sentence
    words: str
    behind: float


def ranked(evidence: Iterable[Evidence], places: Iterable[Pointer]) -> list[Ranked]:
    """The sentences at these places, best first; none of what search did not rank."""
    kept = set(places)
    found = [(rank, each) for item in evidence for rank, each in _of(item) if each.place in kept]
    return [each for _, each in sorted(found, key=lambda one: one[0])]


def _of(item: Evidence) -> Iterator[tuple[int, Ranked]]:
    """The item's sentences by rank; all as good as the best where search tells no scores."""
    passage = item.passage
    behind = item.behind or (0.0,) * len(item.ranks)
    for position, (rank, far) in enumerate(zip(item.ranks, behind, strict=True), start=1):
        sentence = passage.sentences[position - 1]
        yield rank, Ranked((item.number, position), passage.doc_id, sentence, passage.quote(sentence), far)


def standing_in(
    best_first: Sequence[Ranked], kept: Collection[Pointer], applicant: Applicant
) -> Mapping[Pointer, float]:
    """How far behind the best those of the ``kept`` count that take the place of a better ranked one ruled out.

    For each ruled out within NEAR_THE_BEST of the best kept one: its best ranked counterpart in the document, once,
    of which all requirements are known to hold.
    """
    places: dict[Pointer, float] = {}
    first = next((each.behind for each in best_first if each.place in kept), 0.0)
    for gone in best_first:
        if gone.place in kept or gone.behind > first + NEAR_THE_BEST or not applicant.ruled_out(gone.sentence):
            continue
        for each in best_first:
            free = each.place in kept and each.place not in places and each.document == gone.document
            if free and applicant.meant(each.sentence) and counterpart(each.sentence, gone.sentence, applicant):
                places[each.place] = min(each.behind, gone.behind)
                break
    return places


def standing_back(best_first: Sequence[Ranked], applicant: Applicant) -> Mapping[Pointer, str]:
    """The sentences that give way to a better ranked one of the document, each with the note that tells them apart.

    What is only for whom the other is not for, of which nothing may be known: search may rank the general sentence TIE
    behind. And the general sentence, where search puts the special one APART or more before it: the question then
    speaks of it in words that are not read. Emergencies stay.
    """
    gone: dict[Pointer, str] = {}
    for each in best_first:
        if pattern("states", "urgent").search(each.words):
            continue
        others = (one for one in best_first if one.document == each.document and one is not each)
        notes = (_gives_way(each, other, applicant) for other in others if other.place not in gone)
        if note := next(filter(None, notes), None):
            gone[each.place] = note
    return gone


def _gives_way(each: Ranked, other: Ranked, applicant: Applicant) -> str | None:
    """The note by which ``each`` gives way to ``other``; None where it does not."""
    term = exception(each.sentence, other.sentence, applicant) if other.behind <= each.behind + TIE else None
    if term:
        return f"only: {term}"
    term = exception(other.sentence, each.sentence, applicant) if other.behind + APART <= each.behind else None
    return f"unless: {term}" if term else None
