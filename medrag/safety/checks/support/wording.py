"""Words of one meaning, and abbreviations, as the words by which statements are compared with what they cite."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from medrag.knowledge import Knowledge
from medrag.reading.languages import said, word_list
from medrag.reading.matcher import Letters, Matcher, tokens
from medrag.reading.stems import stemmed

_CAPITALS = re.compile(r"\b[A-Z]{3,6}\b")
_EMPTY = frozenset(
    (
        "the",
        "an",
        "and",
        "or",
        "be",
        "is",
        "are",
        "of",
        "to",
        "in",
        "for",
        "it",
        "should",
        "must",
        "with",
        "by",
        "on",
        "at",
        "as",
    )
)
WORD = re.compile(r"[^\W\d_]{2,}")


def other_words(text: str, knowledge: Knowledge) -> Iterator[tuple[int, int, str]]:
    """Where an abbreviation or other words for the same begin and end, and what they are compared as."""
    for match in _abbreviations(knowledge).find(text, tokens(text)):
        if not text[match.start : match.end].islower():
            yield match.start, match.end, match.values[0]
    for name, expression in _same():
        yield from ((match.start(), match.end(), name) for match in expression.finditer(text))


@lru_cache(maxsize=4)
def _abbreviations(knowledge: Knowledge) -> Matcher[str]:
    return Matcher(
        (written, Letters.CAPITALS if each.capitals else Letters.ANY, each.meaning)
        for each in knowledge.shorthand
        for written in each.written
    )


@cache
def _same() -> tuple[tuple[str, re.Pattern[str]], ...]:
    groups = (each.split("/", 1) for each in said("claims", "same"))
    return tuple((name, re.compile(rf"\b(?:{others})(?!\w)", re.IGNORECASE)) for name, others in groups)


def in_full(text: str, others: Sequence[str]) -> str:
    """``text``, its capitals of which one of the ``others`` has the words in full as those words: "AOM", "BMD"."""

    def full(match: re.Match[str]) -> str:
        initials = r"[\s-]+(?:of\s+)?".join(rf"{letter}[a-z]+" for letter in match[0])
        found = (re.search(rf"\b{initials}", other, re.IGNORECASE) for other in others)
        return next((each[0] for each in found if each), match[0])

    return _CAPITALS.sub(full, text)


def stem(word: str) -> str:
    """The stem of a word."""
    return stemmed((word.lower(),))[0]


def everyday(stem: str) -> bool:
    """Whether it is the stem of a plain word, which names nothing clinical; no word that is unknown is."""
    return stem in _everyday()


@cache
def _everyday() -> frozenset[str]:
    known, clinical = (frozenset(stemmed(sorted(word_list(kind)))) for kind in ("ordinary", "clinical_words"))
    return known - clinical


def telling(text: str) -> frozenset[str]:
    """The stems of its words, by the names that they are compared by, but of the emptiest, and its numbers."""
    return (compared(text) - _EMPTY).union(re.findall(r"\d+(?:\.\d+)?", text))


def compared(text: str) -> frozenset[str]:
    """The stems of its words, of each by the name that it is compared by."""
    names, any_ = tuple(name for name, _ in _same()), _any_same()
    found = ((word, any_.fullmatch(word)) for word in WORD.findall(text))
    words = (names[match.lastindex - 1] if match and match.lastindex else word for word, match in found)
    return frozenset(stem(part) for word in words for part in word.split())


@cache
def _any_same() -> re.Pattern[str]:
    """All of them at once, a group for each name."""
    return re.compile("|".join(f"({expression.pattern})" for _, expression in _same()), re.IGNORECASE)
