"""Names of people, comparable between sources: in any order, with or without accents, shortened, Chinese or Latin."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from nicknames import NickNamer
from rapidfuzz.distance import OSA

from medrag.reading.languages import lists, pattern
from medrag.reading.languages.gloss import CHINESE, simplified

_TITLES = {*("mr", "mrs", "ms", "miss", "dr", "prof", "sir", "md", "phd", "rn")}
_RANKS = {"sr": 1, "senior": 1, "jr": 2, "junior": 2, "ii": 2, "iii": 3, "iv": 4}
"""Which of those of one name in a family someone is."""
_PARTICLES = {*("van", "de", "der", "den", "von", "la", "le", "el", "al", "bin", "ibn", "da", "di", "do", "dos", "du")}
_NOBODY = {
    *("anonymous", "anon", "anonymized", "anonymised", "unknown", "test", "patient", "deidentified", "redacted"),
    *("name", "removed", "none", "phantom", "pseudonym", "xxx", "xxxx", "unnamed", "withheld"),
}
_LEAST_OF_A_NAME = 3
_LEAST_MISTYPED = 5
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"})
"""Letters that no accent is taken from, as they are written without them."""
_PREFIX = re.compile(r"\b(ma?c)[ -](?=\w)", re.IGNORECASE)
"""What a family name is written with or without a blank after ("Mac Donald")."""
_HAN = re.compile(r"[\u4e00-\u9fff]")


class Name(NamedTuple):
    """Words of a family name and of given names, comparable between sources; ``rank`` where a suffix tells which of
    those of one name in the family it is ("Jr.").
    """

    family: frozenset[str]
    given: frozenset[str]
    rank: int | None = None

    @property
    def script(self) -> str:
        """The script of its first letter: "CJK", "LATIN", "CYRILLIC", ..."""
        letter = next(iter(sorted(self.family | self.given)))[0]
        return unicodedata.name(letter, "").partition(" ")[0]


def name(family: str, given: str = "") -> Name | None:
    """A name comparable between sources; None for one that hides who it is, or has no letters."""
    if _HAN.search(family + given):
        return _chinese(f"{family}{given}")
    families, others = list(_words(family)), list(_words(given))
    rank = next((_RANKS[word] for word in (*families[1:], *others[1:]) if word in _RANKS), None)
    whole = Name(frozenset(families).difference(_RANKS), frozenset(others).difference(_RANKS), rank)
    every = whole.family | whole.given
    return whole if every and not every & _NOBODY else None


def name_in_order(words: str) -> Name | None:
    """A name whose given names come first, and the family name last or before a suffix ("Jr.", "III")."""
    parts = _PREFIX.sub(r"\1", words).split()
    suffix = parts.pop() if len(parts) > 2 and parts[-1].rstrip(".").casefold() in _RANKS else ""
    *first, family = parts or [""]
    return name(f"{family} {suffix}", " ".join(first))


def _chinese(written: str) -> Name | None:
    """A name in characters, family name first; a masked given name ("张某") is none."""
    plain = "".join(simplified(written).split())
    surname = pattern("names", "surname", CHINESE).match(plain)
    end = surname.end() if surname else 1
    given = plain[end:]
    if not given or pattern("names", "masked", CHINESE).search(given):
        return Name(frozenset({plain[:end]}), frozenset())
    return Name(frozenset({plain[:end]}), frozenset({given}))


def _words(text: str) -> Iterator[str]:
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).replace("'", "").replace("’", "")
    for word in re.findall(r"[^\W\d_]+", _PREFIX.sub(r"\1", plain)):
        if word not in _TITLES and word not in _PARTICLES:
            yield re.sub(r"(?<=[aou])e|(?<=a)a", "", word)  # Mueller, Müller; Aase, Åse


def alike(one: Name, other: Name) -> bool:
    """Whether two names may be one person's: a word of the family name and of a given one, or all words, in common."""
    if one.rank and other.rank and one.rank != other.rank:
        return False
    mine, theirs = one.family | one.given, other.family | other.given
    if min(len(mine), len(theirs)) > 1 and (mine <= theirs or theirs <= mine):
        return True
    if _cut(one) or _cut(other):
        return _fits(mine, theirs) or _fits(theirs, mine)
    return bool(one.family & other.family) and (not one.given or not other.given or given_alike(one, other))


def given_alike(one: Name, other: Name) -> bool:
    """Whether both have a given name, and one is the other's or short for it."""
    return any(_short_of(a, b) for a in one.given for b in other.given)


def spelt_alike(one: Name, other: Name) -> bool:
    """Whether both have the family name, and their given names are spellings of one ("Sergey", "Sergei")."""
    groups = _spellings()
    return bool(one.family & other.family) and any(
        groups[a] & groups.get(b, frozenset()) for a in one.given if a in groups for b in other.given
    )


def mistyped(one: Name, other: Name) -> bool:
    """Whether given names differ by one letter or two letters exchanged ("Jenifer", "Micheal")."""
    return any(
        min(len(a), len(b)) >= _LEAST_MISTYPED and OSA.distance(a, b) == 1 for a in one.given for b in other.given
    )


@cache
def _spellings() -> dict[str, frozenset[str]]:
    """Each name of several spellings, and the sets of spellings that it is in, by their first."""
    rows = [list(_words(row)) for kind in lists("spellings").values() for row in kind]
    return {word: frozenset(row[0] for row in rows if word in row) for words in rows for word in words}


def comparable(one: Name, other: Name) -> bool:
    """Whether both are in one script."""
    return one.script == other.script


def _cut(name: Name) -> bool:
    """Whether the family name stands first and an initial last ("Adams J"), or only an initial of it is told."""
    return max(map(len, name.family), default=0) == 1 and name.script != "CJK"


def _fits(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    """Whether each word of one name is one of the other or its initial, and one of them is whole."""
    initials = {word[0] for word in theirs - mine}
    return bool(mine & theirs) and all(word in theirs or (len(word) == 1 and word in initials) for word in mine)


def _short_of(one: str, other: str) -> bool:
    """Whether one given name is the other, its initial, its beginning ("Chris") or a short form of it ("Bill")."""
    short, long = sorted((one, other), key=len)
    beginning = long.startswith(short) and (len(short) == 1 or len(short) >= _LEAST_OF_A_NAME)
    return beginning or _nicknamed(short, long) or _nicknamed(long, short)


def _nicknamed(full: str, short: str) -> bool:
    return short in _nicknames().nicknames_of(full)


def is_common(word: str) -> bool:
    """Whether the word, in lower case, is a given name that has short forms."""
    return bool(_nicknames().nicknames_of(word))


@cache
def _nicknames() -> NickNamer:
    return NickNamer()
