"""What belongs to a drug's name after it: its salt ("quetiapine fumarate"), and a suffix that makes it another product."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from medrag.knowledge import Knowledge, Name
from medrag.reading.languages import ordinary
from medrag.reading.matcher import Match, Token

_JOINT = re.compile(r"[ -]{1,2}")
PLAIN = frozenset({"hct", "hctz", "with codeine"})
"""Suffixes that say the same of a drug's own name; others only of a brand, or where a hyphen joins them."""


@dataclass(frozen=True, slots=True)
class Written:
    """A name with all that belongs to it: ``text[start:end]``, up to the token ``last``.

    ``whole`` is false where the product has more in it than the ``ingredients`` known.
    """

    start: int
    end: int
    last: int
    ingredients: tuple[str, ...]
    whole: bool = True


def written(text: str, words: Sequence[Token], match: Match[Name], knowledge: Knowledge) -> Written:
    """The name found by ``match`` among ``words``, the tokens of ``text``, with its salt or suffix."""
    name = match.values[0]
    plain = Written(match.start, match.end, match.last, name.ingredients)
    if name.drug_class or not name.ingredients:
        return plain
    return _with_suffix(text, words, plain, name, knowledge) or _with_salt(text, words, plain, knowledge)


def _with_salt(text: str, words: Sequence[Token], plain: Written, knowledge: Knowledge) -> Written:
    last, end = plain.last, plain.end
    while last < len(words) and words[last].folded in knowledge.words["salts"]:
        if not _JOINT.fullmatch(text, end, words[last].start):
            break
        last, end = last + 1, words[last].end
    return Written(plain.start, end, last, plain.ingredients)


def _with_suffix(text: str, words: Sequence[Token], plain: Written, name: Name, knowledge: Knowledge) -> Written | None:
    match = _suffixes(knowledge).match(text, plain.end)
    if match is None:
        return None
    said = match["suffix"]
    key = re.sub(r"\s+", " ", said.lower())
    if "-" not in match["joint"]:
        if not (name.brand or key in PLAIN) or (ordinary(key) and not said[0].isupper()):
            return None
    added = knowledge.suffixes[key]
    if added in plain.ingredients:
        return None
    last = next((i for i in range(plain.last, len(words)) if words[i].start >= match.end()), len(words))
    ingredients = (*plain.ingredients, added) if added else plain.ingredients
    return Written(plain.start, match.end(), last, ingredients, whole=bool(added))


@lru_cache(maxsize=4)
def _suffixes(knowledge: Knowledge) -> re.Pattern[str]:
    known = sorted(knowledge.suffixes, key=len, reverse=True)
    spelt = "|".join(re.escape(each).replace(r"\ ", r"\s+") for each in known)
    return re.compile(rf"(?P<joint>\s?-\s?|\s)(?P<suffix>{spelt})(?![\w/'’-])", re.IGNORECASE)
