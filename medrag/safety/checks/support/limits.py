"""The cases that a text limits what it says to: "if", "unless", "in people with"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

from medrag.reading.languages import pattern
from medrag.reading.people.population import GROUPS
from medrag.safety.checks.support.quantities import Quantity
from medrag.safety.checks.support.text import Text, find, group

_said = partial(pattern, "claims")
_ARTICLE = re.compile(r"\b(?:an?|the) ")
_OR = re.compile(r"\bor\b|\band (?=(?:in|during|when|if)\b)")
_OR_BEFORE = re.compile(r"(?<!\bwith )\bor $")
_AND = re.compile(r"\b(?:and|with|without|but)\b")
_ITEM = re.compile(r",|\b(?:or|and)\b")


@dataclass(frozen=True)
class Case:
    """The words, numbers and drugs of a case that a limit names."""

    words: frozenset[str]
    quantities: tuple[Quantity, ...]
    drugs: frozenset[str]
    parts: tuple[frozenset[str], ...] = ()
    """The words of each of what must hold together ("with A and B")."""
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Limit:
    """The ``cases`` of a limit, of which each is enough ("if A or B"), and the words and numbers that it limits."""

    cases: tuple[Case, ...]
    limited: frozenset[str] = frozenset()
    numbers: tuple[Quantity, ...] = ()


def limits(text: Text) -> tuple[Limit, ...]:
    """The case that a sentence begins with, and what "if", "unless" and the like open."""
    lead = _said("lead").match(text.text)
    found = [(0, _limit(text, 0, lead.end() - 1))] if lead else []
    softened = {match.end() for match in find("ideally", text.text)}
    for match in find("limit", text.text):
        if match.start() - 1 in softened:
            continue
        open_ = bool(_said("choice of cases").fullmatch(match[0]))
        stop = _stop_of_limit(text, match.end())
        found.append((match.start(), _limit(text, match.end(), stop, match.start(), open_=open_)))
    for match in find("of whom", text.text):
        stop = text.stop(match.end())
        verb = _said("verb").search(text.text, match.end(), stop)
        verb = verb or (_ARTICLE.search(text.text, match.end() + 3, stop) if match[0].lower() == "with" else None)
        open_ = bool(_said("choice of cases").fullmatch(match[0]))
        found.append((match.start(), _limit(text, match.end(), verb.start() if verb else stop, open_=open_)))
    found += _circumstances(text, lead.end() if lead else 0)
    return tuple(_merged(text, [(place, each) for place, each in found if each.cases]))


def _merged(text: Text, found: Sequence[tuple[int, Limit]]) -> list[Limit]:
    """The limits; one behind an "or" is another case of the one before it ("if A, or with B")."""
    merged, last = list[Limit](), 0
    for place, limit in sorted(found, key=lambda each: each[0]):
        if merged and _OR_BEFORE.search(text.text, last, place):
            merged[-1] = replace(merged[-1], cases=(*merged[-1].cases, *limit.cases))
        else:
            merged.append(limit)
        last = place
    return merged


def _circumstances(text: Text, start: int) -> Iterator[tuple[int, Limit]]:
    """The illnesses and groups of people behind the sentence's lead that something is said of."""
    opened = [each for each in find("circumstance", text.text) if each.start() >= start]
    ends = sorted(each.start() for kind in ("circumstance", "limit", "verb") for each in find(kind, text.text))
    for match in opened:
        stop = min([text.stop(match.end()), *(end for end in ends if end > match.end())])
        limit = _limit(text, match.end(), stop, match.start())
        named = any(match.end() <= first < stop for first, _, _ in text.named)
        named = named or any(group(name).search(text.text, match.end(), stop) for name in GROUPS)
        if named and text.text.count("(", 0, match.start()) == text.text.count(")", 0, match.start()):
            yield match.start(), replace(limit, cases=tuple(replace(each, quantities=()) for each in limit.cases))


def _limit(text: Text, start: int, stop: int, before: int = 0, *, open_: bool = True) -> Limit:
    begin = text.start(before)
    limited = frozenset(text.all_stems(begin, before))
    numbers = tuple(each for place, each in text.placed if begin <= place < before)
    whole = _case(text, start, stop)
    cases = [each for each in _cases(text, start, stop) if each.words or each.quantities] if open_ else []
    return Limit(tuple(cases) or ((whole,) if whole.words or whole.quantities else ()), limited, numbers)


def _cases(text: Text, start: int, stop: int) -> Iterator[Case]:
    """The cases between which an "or" leaves the choice, of which a list may go on behind the comma."""
    further = _said("list goes on").match(text.text, stop)
    bounds = [start, *(each.start() for each in _OR.finditer(text.text, start, stop))]
    for first, last in zip(bounds, [*bounds[1:], stop], strict=True):
        yield _case(text, first, last)
    if further:
        marks = [each.start() for each in _ITEM.finditer(text.text, stop, further.end())]
        for first, last in pairwise([stop, *marks, further.end()]):
            yield _case(text, first, last)


def _case(text: Text, start: int, stop: int) -> Case:
    numbers = tuple(each for place, each in text.placed if start <= place < stop)
    drugs = frozenset(each.mention.label for each in text.drugs if start <= each.mention.start < stop)
    bounds = [start, *(each.start() for each in _AND.finditer(text.text, start, stop)), stop]
    parts = tuple(frozenset(text.stems(first, last)) for first, last in pairwise(bounds))
    return Case(frozenset(text.stems(start, stop)), numbers, drugs, parts, text.groups_in(start, stop))


def _stop_of_limit(text: Text, start: int) -> int:
    """Where a limit ends: at the next stop, or at what it is for ("after 12 weeks to lower the risk")."""
    aim = _said("aim").search(text.text, start, stop := text.stop(start))
    return aim.start() if aim else stop
