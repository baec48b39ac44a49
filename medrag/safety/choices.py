"""Which sentences of the evidence may be quoted to a patient, and why the others are left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from medrag.knowledge import Knowledge
from medrag.patient.applicability import Applicant, Ruling
from medrag.reading import Prescription
from medrag.reading.languages.gloss import in_english
from medrag.safety.checks.population import Mismatch, for_others, left_out, noted_of, special_of, warned_of
from medrag.safety.people.having import Having
from medrag.safety.people.special import ranked, standing_back, standing_in
from medrag.safety.people.warned import advised_against
from medrag.types import Evidence, Finding, Pointer, Sentence


@dataclass(frozen=True, slots=True)
class Choices:
    """The sentences that may be quoted to this patient, and findings on those left out, which are for others.

    ``instead``: how far behind search's best those count that take the place of one left out.
    """

    pointers: tuple[Pointer, ...] = ()
    left_out: tuple[Finding, ...] = ()
    instead: Mapping[Pointer, float] = field(default_factory=dict)


class Placed(NamedTuple):
    """A sentence of the evidence: its place, its words, the heading it stands under and whom its guideline is for."""

    place: Pointer
    sentence: Sentence
    quote: str
    heading: str
    population: str


def quotable(evidence: Iterable[Evidence]) -> Iterator[Placed]:
    """Each sentence of the evidence, in its own words."""
    for item in evidence:
        heading = item.passage.section[-1] if item.passage.section else ""
        people = item.passage.population or ""
        for position, sentence in enumerate(item.passage.sentences, start=1):
            yield Placed((item.number, position), sentence, item.passage.quote(sentence), heading, people)


def placed(evidence: Iterable[Evidence], knowledge: Knowledge) -> Iterator[Placed]:
    """Each sentence, its words, heading and guideline's people as the readers read them."""
    for each in quotable(evidence):
        read = (in_english(text, knowledge) for text in (each.quote, each.heading, each.population))
        yield Placed(each.place, each.sentence, *read)


def choose(
    places: Sequence[Placed],
    evidence: Sequence[Evidence],
    applicant: Applicant | None,
    read: Callable[[str], Sequence[Prescription]],
) -> Choices:
    """The sentences of ``places`` that are for the patient; all of them where nothing is known of one."""
    if applicant is None:
        return Choices(tuple(each.place for each in places))
    found = {
        each.place: for_others(each.sentence, each.quote, each.heading, applicant, each.population) for each in places
    }
    others = [other for other in found.values() if isinstance(other, Mismatch)]
    noted = [other for other in found.values() if isinstance(other, Ruling)]
    own = [(each.place, each.quote, each.heading) for each in places if not found[each.place]]
    titles = {each.number: each.passage.title for each in evidence}
    warned = advised_against(own, titles, read, Having(applicant.view, applicant.question))
    kept = tuple(place for place, _, _ in own if place not in warned)
    back = standing_back(ranked(evidence, kept), applicant)
    kept = tuple(each for each in kept if each not in back)
    instead = standing_in(ranked(evidence, found), kept, applicant)
    why = (*noted_of(noted), *left_out(others), *warned_of(warned.values()), *special_of(back.values()))
    return Choices(kept, why, instead)
