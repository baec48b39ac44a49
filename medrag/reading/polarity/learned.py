"""Where the words around a name contradict its cues: warnings and approvals in wordings that no list of cues holds.

A logistic regression over the words on either side of the name, the stances they take (``languages/en/stances.yaml``)
and what the cues made of them. ``medrag sft polarity`` fits it; what it learnt is in ``languages/en/polarity.json``.
It overrules no cue: a mention that it doubts is checked as if given, and what then speaks against it is *not assessed*.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from medrag.reading.languages import Regression, learned_polarity, stances
from medrag.reading.polarity.cues import Polarity

Words = list[str]
NAME = "\0"
"""Stands for the name of another drug."""
_WORD = re.compile(r"\0|\d[\d.,]*|[A-Za-z][\w'-]*|[^\w\s]")
AROUND = 16
"""Words on either side that are looked at."""
LOOK = 240
"""Characters on either side that they are looked for in."""
NEAR, FAR = 3, 7
BESIDE = 6
"""Words on either side whose stances are paired across the name."""
APART = 3
"""How many words apart two stances of one side may stand to count as a pair."""


def doubted(text: str, start: int, end: int, spans: Sequence[tuple[int, int]], polarity: Polarity) -> bool:
    """Whether the drug named at ``text[start:end]``, given or not by its cues, is likely the other."""
    model = learned_polarity()
    score = log_odds(features(text, start, end, spans, polarity), model.giving)
    return score < model.given if polarity is Polarity.RECOMMENDED else score > model.not_given


def may_stop(text: str, start: int, end: int, spans: Sequence[tuple[int, int]], polarity: Polarity) -> bool:
    """Whether the words are like those that end or hold back a drug that is taken, whatever its cues say."""
    model = learned_polarity()
    return log_odds(features(text, start, end, spans, polarity), model.stopping) > model.stopped


def log_odds(found: frozenset[str], learnt: Regression) -> float:
    """The logarithm of the odds that a drug with these features is given, or stopped."""
    known = [learnt.weights[each] for each in found if each in learnt.weights]
    return learnt.bias + sum(known) / math.sqrt(len(known) or 1)


def features(text: str, start: int, end: int, spans: Sequence[tuple[int, int]], polarity: Polarity) -> frozenset[str]:
    """What the regression sees of the name at ``text[start:end]`` among the drugs named at ``spans``."""
    before = _words(_without_names(text, max(0, start - LOOK), start, spans))[::-1][:AROUND]
    after = _words(_without_names(text, end, min(len(text), end + LOOK), spans))[:AROUND]
    dosed = after[:1] == ["#"]
    neighbours = f"{before[0] if before else '^'}|{after[0] if after else '$'}"
    found = {f"cue {polarity}", f"cue {polarity} {dosed}", neighbours}
    found.update(_of_a_side("<", before), _of_a_side(">", after))
    found.update(f"<>{one}{other}" for one in _stances(before) for other in _stances(after))
    return frozenset(found)


def _without_names(text: str, start: int, end: int, spans: Sequence[tuple[int, int]]) -> str:
    kept, place = [], start
    for first, last in spans[bisect_left(spans, (start, 0)) : bisect_left(spans, (end, 0))]:
        kept += [text[place:first], NAME]
        place = last
    return "".join([*kept, text[place:end]])


def _words(text: str) -> Words:
    found = _WORD.findall(text.replace("’", "'").lower())
    return ["#" if word[0].isdigit() else word for word in found]


def _of_a_side(side: str, words: Words) -> Iterator[str]:
    """Words by nearness, two and three in a row, stances by nearness, and pairs of stances; nearest words first."""
    for place, word in enumerate(words):
        yield from (side + word, "*" + word)
        if place < NEAR + 1:
            yield f"{side}{'n' if place < NEAR - 1 else 'm'} {word}"
    yield from (f"{side}{one}_{two}" for one, two in pairwise(words))
    yield from (f"{side}{one}_{two}_{three}" for one, two, three in zip(words, words[1:], words[2:], strict=False))
    taken = [(place, stance) for place, word in enumerate(words) for stance in stances_of(word)]
    for place, stance in taken:
        distance = "n" if place < NEAR else "m" if place < FAR else "f"
        yield from (side + stance, side + stance + distance, "*" + stance)
        yield from (side + stance + other for further, other in taken if place < further <= place + APART)


def _stances(words: Words) -> list[str]:
    return sorted({stance for word in words[:BESIDE] for stance in stances_of(word)}) or ["@"]


def stances_of(word: str) -> tuple[str, ...]:
    """The stances that a word in lower case takes."""
    whole, begun = _listed()
    openings = (begun.get(word[:length], ()) for length in range(2, len(word) + 1))
    found = {*whole.get(word, ()), *(stance for each in openings for stance in each)}
    return tuple(sorted(f"@{stance}" for stance in found))


@lru_cache(maxsize=1)
def _listed() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Whole words, and beginnings of words, with their stances."""
    whole: dict[str, list[str]] = {}
    begun: dict[str, list[str]] = {}
    for stance, words in stances().items():
        for word in words:
            (begun if word.endswith("*") else whole).setdefault(word.removesuffix("*"), []).append(stance)
    return whole, begun
