"""Whether what search finds names the illness that a question is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from medrag.knowledge import Knowledge
from medrag.patient.conditions import implied, phrases_in
from medrag.retrieval.question.query import Query, searchable
from medrag.types import NEAR_THE_BEST, Evidence


def named(query: Query, found: Sequence[Evidence], knowledge: Knowledge) -> bool | None:
    """Whether the evidence near the best is about an illness of question or patient, by its titles.

    False where the question names illnesses, and no title, heading or sentence near the best any of them; None where
    neither is so. A broader or a narrower illness counts as the same.
    """
    asked = frozenset(phrases_in(searchable(query.asked, knowledge), knowledge))
    patient = query.applicant.view.concepts.keys() if query.applicant else frozenset[str]()
    if _related(asked | patient, _in(map(_title, filter(_near, found)), knowledge), knowledge):
        return True
    said = (text for item in found for text in (_title(item), *item.passage.section[-1:], *_sentences(item)))
    return False if asked and not _related(asked, _in(said, knowledge), knowledge) else None


def _title(item: Evidence) -> str:
    return item.passage.title


def _near(item: Evidence) -> bool:
    return min(item.behind, default=0.0) <= NEAR_THE_BEST


def _sentences(item: Evidence) -> Iterator[str]:
    """The sentences near the best."""
    behind = item.behind or (0.0,) * len(item.passage.sentences)
    for sentence, far in zip(item.passage.sentences, behind, strict=True):
        if far <= NEAR_THE_BEST:
            yield item.passage.quote(sentence)


def _in(texts: Iterable[str], knowledge: Knowledge) -> frozenset[str]:
    return frozenset(name for text in dict.fromkeys(texts) for name in phrases_in(text, knowledge))


def _related(mine: Iterable[str], its: frozenset[str], knowledge: Knowledge) -> bool:
    """Whether one of mine is one of its, implies one or is implied by one."""
    broader = {each for name in its for each in implied(name, knowledge)}
    return any(name in broader or not its.isdisjoint(implied(name, knowledge)) for name in mine)
