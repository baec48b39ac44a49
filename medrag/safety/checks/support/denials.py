"""What a text turns round, or speaks against."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

from medrag.reading.languages import pattern
from medrag.safety.checks.support.text import Text, find, whole, within_any

_said = partial(pattern, "claims")
_SENTENCE = re.compile(r"[.;](?=\s)")


@dataclass(frozen=True)
class Denial:
    """What a word of denial is ``about``: the first words after it that claim something, or its clause's where it
    speaks ``against`` that, as "avoid" does; ``near`` are the two words after it too, ``reach`` all that it denies,
    ``clause`` all of its clause, and ``excepted`` what it makes an exception from.
    """

    about: frozenset[str]
    near: frozenset[str]
    reach: frozenset[str]
    clause: frozenset[str]
    against: bool
    excepted: frozenset[str]

    def same(self, other: Denial) -> bool:
        """Whether the two may deny the same."""
        if self.against or other.against:
            return not self.clause.isdisjoint(other.clause)
        return not (self.near.isdisjoint(other.reach) and other.near.isdisjoint(self.reach))


def denials(text: Text) -> tuple[Denial, ...]:
    """What is turned round or spoken against; what is "not to be withheld" is neither."""
    named = [*((each.mention.start, each.mention.end) for each in text.drugs), *(each[:2] for each in text.named)]
    kinds = ("denial", "lack", "exception", "against")
    found = {how: [each for each in find(how, text.text) if not within_any(each, named)] for how in kinds}
    twice = [(no, bad) for no in found["denial"] for bad in found["against"] if _before(no, bad)]
    undone = {id(each) for pair in twice for each in pair}
    return tuple(_denial(text, each, how) for how, all_ in found.items() for each in all_ if id(each) not in undone)


def speaks_against(text: Text, place: int) -> bool:
    """Whether the clause of that place denies, forbids or ends something."""
    kinds = ("denial", "lack", "against", "ends")
    if any(whole(how).search(text.text, place, text.stop(place)) for how in kinds):
        return True
    begin = max((each.end() for each in _SENTENCE.finditer(text.text, 0, place)), default=0)
    words = [each.end() for how in kinds for each in whole(how).finditer(text.text, begin, place)]
    if not words:
        return False
    act = _said("denied act").match(text.text, max(words), place)
    return not whole("giving").search(text.text, act.end() if act else max(words), place)


def _denial(text: Text, match: re.Match[str], how: str) -> Denial:
    start, stop = text.start(match.start()), text.stop(match.end())
    verb = _said("verb").search(text.text, match.end(), stop) if how == "lack" else None
    end = verb.start() if verb else stop
    opened = [each.end() for each in find("limit", text.text) if start <= each.end() <= match.start()]
    before = list(text.stems(max(opened, default=start), match.start()))
    passive = how == "denial" and _said("passive").match(text.text, match.end())
    after = [*(before if passive else ()), *list(text.stems(match.end(), end))[:3]] or before
    further = _said("list goes on").match(text.text, end)
    following = list(text.all_stems(match.end(), further.end() if further else end))
    near = frozenset((*after, *following[:2]))
    listed = _said("listed").match(text.text, stop)
    return Denial(
        about=frozenset(text.stems(start, stop) if how == "against" else after),
        near=near,
        reach=near.union(following) if how in ("lack", "exception") or further else near,
        clause=frozenset(text.all_stems(start, listed.end() if listed else stop)),
        against=how == "against",
        excepted=frozenset(text.all_stems(start, match.start())) if how == "exception" else frozenset(),
    )


def _before(one: re.Match[str], other: re.Match[str]) -> bool:
    return 0 <= other.start() - one.end() <= len(" only be ")
