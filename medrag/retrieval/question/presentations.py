"""What a question describes without naming it: "red hot shin" (cellulitis), "not ready to set a quit date"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from medrag.knowledge import Knowledge
from medrag.reading.people.emergencies import raised
from medrag.reading.stems import stemmed
from medrag.retrieval.store.lexical import STOP_WORDS

_AT_MOST = 2
"""Conditions that one question is taken to describe."""
_ONE_WORD = 0.5
"""What a presentation of one word tells, beside 1 of several words."""
_APART = 3
"""Words that may stand among those of a presentation, for each of its words."""
_SHORT = 3
"""An abbreviation of up to so many letters counts in capitals only: "PE", "air"."""
_WORD = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(r"['’]s\b")

Place = frozenset[tuple[str, ...]]
"""What may stand in one place of a presentation: stems, each alternative one or (of a word with a hyphen) several."""


@dataclass(frozen=True)
class _Presentation:
    """Words that point to a condition, near one another."""

    places: tuple[Place, ...]
    condition: str

    @property
    def weight(self) -> float:
        return 1.0 if len(self.places) > 1 else _ONE_WORD

    def stands_at(self, start: int, stems: Sequence[str]) -> bool:
        """Whether all places are filled by what stands near ``start``."""
        reach = _APART * max(len(self.places) - 1, 1)
        around = set(stems[max(0, start - reach) : start + reach + 1])
        return all(any(around.issuperset(each) for each in place) for place in self.places)


def described_conditions(question: str, knowledge: Knowledge, *, least: float = _ONE_WORD) -> tuple[str, ...]:
    """The conditions that the words of an English question point to most, the strongest first.

    An emergency that it tells of is one of them. ``least``: what each is told by, 1 for several words.
    """
    words = _words(question)
    stems = list(map(_stems(words).__getitem__, words))
    known = _presentations(knowledge)
    found = {each for start, stem in enumerate(stems) for each in known.get(stem, ()) if each.stands_at(start, stems)}
    told: dict[str, float] = defaultdict(float)
    for each in found:
        told[each.condition] += each.weight
    written = {each.condition for each in knowledge.presentations}
    for emergency in written.intersection(each.emergency or each.name for each in raised(question, knowledge)):
        told[emergency] += 1.0
    strongest = sorted(told, key=lambda condition: (-told[condition], condition))[:_AT_MOST]
    return tuple(each for each in strongest if told[each] >= least)


def _words(text: str) -> list[str]:
    """Words in order, in lower case but for short ones that are written in capitals; no function words."""
    found = _WORD.findall(_POSSESSIVE.sub("", text))
    kept = (word for word in found if word.lower() not in STOP_WORDS)
    return [word if word.isupper() and len(word) <= _SHORT else word.lower() for word in kept]


def _stems(words: Iterable[str]) -> dict[str, str]:
    """The stem of each word; of one in capitals the word."""
    each = [*dict.fromkeys(words)]
    return {word: word if word.isupper() else stem for word, stem in zip(each, stemmed(each), strict=True)}


@lru_cache(maxsize=4)
def _presentations(knowledge: Knowledge) -> Mapping[str, Sequence[_Presentation]]:
    """Every presentation, by the stems that its first place may begin with."""
    written = [(each.condition, words.split()) for each in knowledge.presentations for words in each.presentations]
    stems = _stems(word for _, places in written for place in places for word in _words(place))
    found: dict[str, list[_Presentation]] = defaultdict(list)
    for condition, places in written:
        filled = tuple(filter(None, (_place(place, stems) for place in places)))
        # What function words leave of several is one that tells little ("having fits").
        if len(filled) > 1 or len(places) == 1 == len(filled):
            each = _Presentation(filled, condition)
            for first in {alternative[0] for alternative in filled[0]}:
                found[first].append(each)
    return found


def _place(written: str, stems: Mapping[str, str]) -> Place:
    read = (tuple(stems[word] for word in _words(one)) for one in written.split("/"))
    return frozenset(filter(None, read))
