"""The entries of a note's lists, and causes of allergies, that name nothing known: each in its own words."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import partial

from medrag.knowledge import Knowledge
from medrag.patient.formats.note.named import Target
from medrag.patient.measures import analytes
from medrag.reading.charts import is_header
from medrag.reading.dosing.directions import amount_given, directions_at
from medrag.reading.languages import language, ordinary, pattern
from medrag.reading.matcher import tokens
from medrag.reading.sections import Section
from medrag.reading.terms import Kind, Term

_said = partial(pattern, "entries")

_ITEM = re.compile(r"(?:[^\n;,.]|\.(?!\s))+")
_JOINED_ITEM = re.compile(r"(?:(?!\band\b|[&+] )[^\n;,.]|\.(?!\s))+")
"""An item between commas or "and"."""
_LINE_ITEM = re.compile(r"[^\n;]+")
_BULLET = re.compile(r"\s{0,8}(?:[-*•‣▪→>o✓✔]\s{1,3}|\[[ xX]?\]\s?|\d{1,2}[.)]\s{0,3}|#\s?\d{0,2}\s?)?[\"'“?]{0,3}\s?")
_OWN_WORDS = re.compile(r"[A-Za-z][^\d(:,.=\[\]/–—]{1,60}")
_CUT = re.compile(
    r"\s(?:-|–|—|->|=>|causes?|caused|causing|gives|gave|leads to|reaction|with|\+)\s.*|\s?->.*", re.IGNORECASE
)
_SHORT_PRODUCT = re.compile(r"[A-Z][A-Za-z]?(?:\d{1,3}\b|(?= \d))(?!/)(?: [A-Za-z]{3,})?")
"""A product that is named by a letter and a number ("E45 cream"), or by two letters before its dose."""
SHORTEST_NAME = 3
_PRODUCT = re.compile(r"[A-Za-z][\w'’+-]*(?: (?!(?:and|with|for|or)\b)[A-Za-z][\w'’+-]*){0,2}")
_LISTED = {
    "history": Kind.CONDITION,
    "past": Kind.CONDITION,
    "problems": Kind.CONDITION,
    "medications": Kind.DRUG,
    "stopped": Kind.DRUG,
    "allergies": Kind.ALLERGEN,
}
FEWEST_ITEMS, MOST_WORDS_OF_ITEM = 3, 6
_MOST_WORDS = {Kind.CONDITION: 8, Kind.DRUG: 4, Kind.ALLERGEN: 4}


def entries(text: str, section: Section, starts: Sequence[int], knowledge: Knowledge) -> Iterator[Target]:
    """The entries of a list that name nothing known: each is one in its own words. What is known is at ``starts``."""
    kind = _LISTED.get(section.category or "")
    if kind is None:
        return
    pattern = _ITEM if kind is Kind.ALLERGEN else _LINE_ITEM
    for line in pattern.finditer(text, section.start, section.end):
        if is_header(line[0]):
            continue
        if not _any_in(starts, line.start(), line.end()):
            yield from _entry(text, line.start(), line.end(), kind, knowledge)
        elif kind is Kind.CONDITION:
            yield from _beside(text, line.start(), line.end(), starts, knowledge)
        elif kind is Kind.DRUG:
            yield from _drugs_beside(text, line.start(), line.end(), starts, knowledge)


def causes(text: str, starts: Sequence[int]) -> Iterator[Target]:
    """What someone is said to be allergic to, where it names nothing known ("allergic to Zyxtan")."""
    for match in _said("cause").finditer(text):
        start, end = match.span("what")
        if not _any_in(starts, start, end):
            yield Target(start, end, Term(Kind.ALLERGEN, match["what"]), None, end, known=False)


def _any_in(starts: Sequence[int], start: int, end: int) -> bool:
    return bisect_left(starts, start) < bisect_left(starts, end)


def _beside(text: str, start: int, end: int, known: Sequence[int], knowledge: Knowledge) -> Iterator[Target]:
    """The items of a list between commas that stand beside some that name what is known."""
    items = [match.span() for match in _ITEM.finditer(text, start, end)]
    if len(items) < FEWEST_ITEMS or any(len(text[a:b].split()) > MOST_WORDS_OF_ITEM for a, b in items):
        return
    for begin, stop in items:
        if (
            _said("said_of").search(text, begin, stop)
            or "(" in text[begin:stop]
            or ")" in text[begin:stop]
            or _any_in(known, begin, stop)
        ):
            continue
        yield from _entry(text, begin, stop, Kind.CONDITION, knowledge)


def _drugs_beside(text: str, start: int, end: int, known: Sequence[int], knowledge: Knowledge) -> Iterator[Target]:
    """The items of a list of drugs that name none that is known: each that a name begins, or that has a dose."""
    for item in _JOINED_ITEM.finditer(text, start, end):
        bullet = _BULLET.match(text, item.start(), item.end())
        begin = bullet.end() if bullet else item.start()
        named = _PRODUCT.match(text, begin, item.end())
        aside = text.count("(", start, begin) > text.count(")", start, begin)
        if named is None or aside or _any_in(known, *item.span()):
            continue
        directions, stop = directions_at(text, named.end(), item.end())
        dosed = amount_given(directions)
        words = [word for word in named[0].casefold().split() if word.isalpha()]
        plain = any(map(ordinary, words)) or _said("nothing").match(named[0]) is not None
        measured = not dosed and analytes.identify(named[0], knowledge) is not None
        if (plain and not dosed) or measured or _said("said of drugs").search(item[0]):
            continue
        yield Target(
            begin, named.end(), Term(Kind.DRUG, named[0]), directions, stop if directions else named.end(), known=False
        )


def _entry(text: str, start: int, end: int, kind: Kind, knowledge: Knowledge) -> Iterator[Target]:
    whole = text[start:end]
    bullet = _BULLET.match(whole)
    begin = start + (bullet.end() if bullet else 0)
    named = _SHORT_PRODUCT.match(text, begin, end) if kind is Kind.DRUG else None
    named = named or _OWN_WORDS.match(text, begin, end)
    if not named or _says_nothing(text[begin:end]) or (kind is Kind.CONDITION and _said("result").search(whole)):
        return
    said = _CUT.sub("", re.split(r"[.(]", named[0])[0]).rstrip(" -–—:*")
    size = len(said.split())
    most = _MOST_WORDS[kind]
    short = len(said) < SHORTEST_NAME and kind is not Kind.DRUG
    if (kind is Kind.CONDITION and len(whole.split()) > most) or not 1 <= size <= most or short:
        return
    lowered = said.casefold()
    given = kind is Kind.DRUG and amount_given(directions_at(text, begin + len(said), end)[0])
    measured = analytes.identify(said, knowledge) is not None and not given
    if _is_value(text[begin + len(said) : end], kind) or measured:
        return
    labels = text[begin + len(said) : end].lstrip().startswith(":")
    if (kind is Kind.ALLERGEN and lowered in language().words["sorts"]) or (labels and kind is not Kind.ALLERGEN):
        return
    if kind is not Kind.ALLERGEN and _MEASURED.search(whole):
        return
    if kind is Kind.ALLERGEN and (
        lowered in language().words["reactions"] or lowered.split()[0] in language().words["reactions"]
    ):
        return
    term = Term(Kind.DRUG, said) if kind is Kind.DRUG else Term(kind, said)
    directions, stop = directions_at(text, begin + len(said), end) if kind is Kind.DRUG else (None, begin + len(said))
    yield Target(begin, begin + len(said), term, directions, stop if directions else begin + len(said), known=False)


_MEASURED = re.compile(
    r"(?<![A-Za-z])(?:[mµunp]?(?:g|mol|eq)|m?i?u|10\^?\d+|x10\S*)/(?:d?L|mL|mmol|mol)\b|\d\s?[-–]\s?\d+\s+\d"
    r"|\s{2}\d{1,2}/\d{1,2}/\d{2,4}\s{2}",
    re.IGNORECASE,
)
"""A row of results, which names no condition and no drug."""
_A_NUMBER = re.compile(r"\s?[:=]?\s?\d")
_CONCENTRATION = re.compile(r"\s?[:=]?\s?\d[\d.,]*\s?(?:[\w^µ]+/(?:[dmuµ]?L|mol|min|hr?)\b|%|mm\s?Hg)", re.IGNORECASE)


def _is_value(after: str, kind: Kind) -> bool:
    """Whether what follows an entry's name shows a result or a date, which no list of allergies or drugs holds."""
    return (_A_NUMBER if kind is Kind.ALLERGEN else _CONCENTRATION).match(after) is not None


def _says_nothing(words: str) -> bool:
    said = " ".join(token.folded for token in tokens(words)[:3])
    return bool(_said("nothing").match(words)) or said in language().words["none"]
