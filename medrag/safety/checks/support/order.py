"""What comes before what, and what is chosen over what, in a statement and in what it cites."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, partial
from itertools import product

from medrag.reading.languages import pattern
from medrag.safety.checks.support.claims import Claims

_said = partial(pattern, "claims")
_RELATIONS = ("earlier", "later", "chosen")
_COMMA = re.compile(r"[,;.](?=\s|$)")
_END = re.compile(r"[;.](?=\s|$)|\bbut\b")
_BREAK = re.compile(rf"{_END.pattern}|,(?=\s)|\b(?:if|when|unless)\b")
_PRONOUN = re.compile(r"\s*(?:that|this|it|these|they|those)\b")
Pair = tuple[bool, str, str]
"""Whether it is a choice; what comes first or is chosen; the other."""


def reordered(claimed: Claims, cited: Sequence[Claims]) -> Iterator[tuple[str, str]]:
    """Where the statement turns round an order, or a choice, of what it cites."""
    there = frozenset[Pair]().union(*(pairs for each in cited for pairs in relations(each)))
    for here in relations(claimed):
        turned = {each for each in here - there if (each[0], each[2], each[1]) in there}
        drugs = {each for each in turned if {each[1], each[2]} <= claimed.drug_stems}
        if drugs or len(turned) > len(here & there):
            yield "support.order", "; ".join(sorted(f"{one}, {other}" for _, one, other in turned)[:3])


def relations(claims: Claims) -> Iterator[frozenset[Pair]]:
    """What comes before or is chosen over what, word by word, for each word that says so."""
    for match in _any().finditer(claims.text):
        kind = next(name for name in _RELATIONS if match[name])
        left, right = _sides(claims, match, kind)
        first, last = (right, left) if kind == "later" else (left, right)
        yield frozenset((kind == "chosen", one, other) for one, other in product(first - last, last - first))


def _sides(claims: Claims, match: re.Match[str], kind: str) -> tuple[frozenset[str], frozenset[str]]:
    """What stands on the left of the word of order and on its right.

    Where a stretch begins with the word, or tells the case, what that leads to is its left; a pronoun on its right is
    what the text said before.
    """
    text, start, marks = claims.text, match.start(), _mark(kind)
    leads, carries = (bool(_said(each).fullmatch(match[0])) for each in ("leads on", "carries on"))
    begin = max((each.end() for each in _END.finditer(text, 0, start)), default=0)
    if carries and (lead := _said("lead").match(text, begin, start)):
        begin = lead.end()
    begin = max(
        (each.end() for each in marks.finditer(text, begin, start) if claims.within(each.end(), start)), default=begin
    )
    comma = max((each.end() for each in _COMMA.finditer(text, begin, start)), default=begin)
    end = min(_next(_BREAK, text, match.end()), _next(marks, text, match.end()))
    left, right = claims.within(begin if carries else comma, start), claims.within(match.end(), end)
    if leads and (not left or _said("lead").match(text, comma)):
        left = claims.within(end, min(_next(_END, text, end), _next(marks, text, end)))
    if not right or _PRONOUN.match(text, match.end()):
        right = claims.within(begin, comma)
    return left, right


def _next(stops: re.Pattern[str], text: str, start: int) -> int:
    stop = stops.search(text, start)
    return stop.start() if stop else len(text)


@cache
def _mark(kind: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_said(kind).pattern})", re.IGNORECASE)


@cache
def _any() -> re.Pattern[str]:
    kinds = "|".join(rf"(?P<{name}>{_said(name).pattern})" for name in _RELATIONS)
    return re.compile(rf"\b(?:{kinds})", re.IGNORECASE)
