"""By which way a drug is given, as the words beside its name say."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from medrag.reading.languages import pattern

_SENTENCE = re.compile(r"(?<!\b[a-zA-Z])\.\s|;\s")
_CLAUSE = re.compile(r"(?<!\b[a-zA-Z])\.\s|[;,]\s")
_OWN_WORDS = re.compile(r"\b(?:and|or|plus|then|with)\b", re.IGNORECASE)
"""What parts the words of the name before ("ketoprofen gel and ...") from those of this one."""


def route(text: str, start: int, end: int, spans: Sequence[tuple[int, int]]) -> str | None:
    """The route named between the mention before and the one after, in its sentence; else what the form implies."""
    place = bisect_left(spans, (start, end))
    before = spans[place - 1][1] if place else 0
    after = spans[place + 1][0] if place + 1 < len(spans) else len(text)
    left = _CLAUSE.split(text[max(before, start - 40) : start])[-1]
    if place:
        left = _OWN_WORDS.split(left)[-1]
    right = _SENTENCE.split(text[end : min(after, end + 90)])[0]
    if after < min(len(text), end + 90):
        right = _OWN_WORDS.split(right)[0]
    for match in (pattern("drugs", kind).search(side) for kind in ("route", "form") for side in (left, right)):
        if match:
            return match.lastgroup
    return None


_SHARED = frozenset({"intrathecal"})
"""Ways by which a wrong drug kills, so that a list in front of one is read with it."""
_DOSED_ITEM = re.compile(
    r"\s*(?:\d[\d.,]*\s*(?:mg|mcg|micrograms?|g|units?|mL)(?:/m2|/m²)?\s*)?(?:,|,?\s*(?P<joined>and|with|plus|\+))\s*",
    re.IGNORECASE,
)


def shared(text: str, spans: Sequence[tuple[int, int]], routes: Sequence[str | None]) -> list[str | None]:
    """The routes, that at the end of a list given to its other drugs too ("A 1 mg and B 2 mg intrathecally")."""
    found = list(routes)
    for last in range(len(found) - 1, 0, -1):
        if found[last] in _SHARED and routes[last] and not _before(text, spans, last):
            _give_back(text, spans, found, last)
    return found


def _give_back(text: str, spans: Sequence[tuple[int, int]], found: list[str | None], last: int) -> None:
    first, joined = last, False
    while first and found[first - 1] is None:
        between = _DOSED_ITEM.fullmatch(text, spans[first - 1][1], spans[first][0])
        if not between:
            break
        joined, first = joined or between["joined"] is not None, first - 1
    if joined:
        found[first:last] = [found[last]] * (last - first)


def _before(text: str, spans: Sequence[tuple[int, int]], place: int) -> bool:
    """Whether a route stands between the name at ``place`` and the one before it."""
    return pattern("drugs", "route").search(text, spans[place - 1][1], spans[place][0]) is not None
