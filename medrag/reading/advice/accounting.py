"""What of a statement the reader does not account for: a pass may be given only where there is nothing of the kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from medrag.knowledge import Knowledge
from medrag.reading.dosing.counts import COUNT, FORM
from medrag.reading.dosing.doses import doses
from medrag.reading.languages import language, ordinary, pattern
from medrag.reading.languages import said as listed
from medrag.reading.languages.gloss import other_script
from medrag.reading.matcher import Letters, Matcher, Token, plain, tokens
from medrag.reading.mentions import GIVING
from medrag.reading.prescriptions import Prescription

SHORTEST = 2
"""Letters from which a word can name a treatment."""


class Unread(StrEnum):
    """Why a statement cannot be vouched for."""

    SCRIPT = "script"
    WORDS = "words"
    DOSE = "dose"
    TREATMENT = "treatment"
    FRAGMENT = "fragment"
    MEANING = "meaning"


@dataclass(frozen=True, slots=True)
class Gap:
    """What is not accounted for, and the words of it."""

    kind: Unread
    words: tuple[str, ...] = ()


def gaps(text: str, read: Sequence[Prescription], knowledge: Knowledge) -> Iterator[Gap]:
    """Every gap in the reading ``read`` of ``text``."""
    if other_script(text):
        yield Gap(Unread.SCRIPT)
    if words := tuple(dict.fromkeys(_unknown(text, read, knowledge))):
        yield Gap(Unread.WORDS, words)
    if not read and (found := drugless_doses(text)):
        yield Gap(Unread.DOSE, found)
    if not read and (treatment := _unnamed_treatment(text, knowledge)):
        yield Gap(Unread.TREATMENT, (treatment,))
    cut = _is_cut(text) and not (read and read[0].mention.start <= _opening(text))
    if cut or (_is_subjectless(text) and not read):
        yield Gap(Unread.FRAGMENT)


def beyond_plain(text: str, read: Sequence[Prescription], knowledge: Knowledge) -> tuple[Token, ...]:
    """The words by which a text may say more than what is given, stopped or checked: those outside the plain list.

    Names of drugs, conditions, measurements and allergens are accounted for, and so are numbers and units.
    """
    words = tokens(text)
    left = [i for i, word in enumerate(words) if not _says_no_more(word, knowledge) and not _in_name(word, read)]
    if not left:
        return ()
    named = {i for match in _named(knowledge).find(text, words) for i in range(match.first, match.last)}
    return tuple(words[i] for i in left if i not in named)


def _says_no_more(word: Token, knowledge: Knowledge) -> bool:
    said = plain(word.text).partition("'")[0]
    if len(said) < SHORTEST or _MEASURE.fullmatch(said) or said in _abbreviations():
        return True
    known, salts = _plain_words(), knowledge.words["salts"]
    return said in known or said in salts or any(stem in known for stem in _stems(said))


def _stems(word: str) -> Iterator[str]:
    yield word.removesuffix("s")
    yield word.removesuffix("es")


@lru_cache(maxsize=1)
def _plain_words() -> frozenset[str]:
    lists = ("giving", "amounts", "times", "routes", "people", "checks", "uses")
    return frozenset(plain(word) for name in lists for word in listed("plain", name))


def _opening(text: str) -> int:
    return len(text) - len(text.lstrip(" \t\n\"'(["))


def _unknown(text: str, read: Sequence[Prescription], knowledge: Knowledge) -> Iterator[str]:
    """The words that are no name, no number, no unit and no word of the language."""
    words = tokens(text)
    open_ = [i for i, word in enumerate(words) if not _plain_word(word, knowledge) and not _in_name(word, read)]
    if not open_:
        return
    named = {i for match in _named(knowledge).find(text, words) for i in range(match.first, match.last)}
    for i in open_:
        if i not in named:
            yield words[i].text


def _in_name(word: Token, read: Sequence[Prescription]) -> bool:
    return any(each.mention.start <= word.start and word.end <= each.mention.end for each in read)


_MEASURE = re.compile(r"\d+(?:st|nd|rd|th|[a-z]{1,5}\d?)?|[a-z]\d{1,2}|[tlcsq]\d{1,2}h?|[ivx]+", re.IGNORECASE)


def _plain_word(word: Token, knowledge: Knowledge) -> bool:
    said = word.folded if word.text.isascii() else plain(word.text)
    bare = said.partition("'")[0]
    if len(bare) < SHORTEST or _MEASURE.fullmatch(bare):
        return True
    written = plain(word.text).partition("'")[0].partition("’")[0]
    known = knowledge.words
    return (
        ordinary(written)
        or ordinary(bare)
        or written in _abbreviations()
        or written in language().words["eponyms"]
        or written in known["common"]
        or written in known["objects"]
        or written in known["salts"]
        or written.removesuffix("s") in known["treatments"]
    )


@lru_cache(maxsize=1)
def _abbreviations() -> frozenset[str]:
    return language().words["abbreviations"]


@lru_cache(maxsize=4)
def _named(knowledge: Knowledge) -> Matcher[str]:
    """Names besides those of drugs: of conditions, allergens, measurements and genes."""
    other = [name for each in knowledge.measurements.values() for name in each.names]
    other += [name for each in knowledge.conditions.values() for name in (*each.names, *each.includes, *each.maybe)]
    other += [name for each in knowledge.allergens.values() for name in each.names]
    other += [name for each in knowledge.genes.values() for name in (each.key, *each.asked)]
    other += list(knowledge.names)
    return Matcher((name, Letters.ANY, name) for name in other)


def drugless_doses(text: str) -> tuple[str, ...]:
    """The doses of a text that names no drug, which are for whoever it was written of."""
    if pattern("statements", "nourishment").search(text):
        return ()
    found = [dose.text for dose in doses(text) if dose.frequency is not None or not dose.threshold]
    return (*found, *(match[0] for match in _COUNTED_OUT.finditer(text)))


def _unnamed_treatment(text: str, knowledge: Knowledge) -> str | None:
    """What a text advises that stands for a treatment without naming it ("Start an antibiotic", "Continue the
    tablets").
    """
    verb = _GIVING.match(text) or _COUNTED.search(text)
    if verb is None:
        return None
    first = [word.folded for word in tokens(text[verb.end("verb") : verb.end("verb") + LOOKED_AT])][:WORDS_LOOKED_AT]
    return next((word for word in first if knowledge.words["treatments"] & {word, word.removesuffix("s")}), None)


_GIVING = re.compile(rf"(?P<verb>{GIVING})\b", re.IGNORECASE)
_COUNTED = re.compile(rf"(?<![\w.])(?P<verb>{COUNT})\s+{FORM}(?!\w)", re.IGNORECASE)
"""So many of something to swallow, whatever is in it."""
_COUNTED_OUT = re.compile(
    rf"(?<![\w.])(?:{COUNT})\s+(?!(?:doses?|pens?|vials?|ampoules?|scoops?)\b){FORM}(?!\w)", re.IGNORECASE
)
"""So many tablets or puffs: a dose."""
LOOKED_AT = 60
WORDS_LOOKED_AT = 6


def is_fragment(text: str) -> bool:
    """Whether the text is cut off: it begins in the middle of a sentence, or breaks off."""
    return _is_cut(text) or _is_subjectless(text)


def _is_cut(text: str) -> bool:
    opening = text.lstrip(_BEFORE)
    broken = (pattern("statements", kind).search(text) for kind in ("cut_off", "broken_off"))
    if opening.startswith(("...", "…")) or any(broken):
        return True
    inside = pattern("statements", "mid_sentence").match(opening) or not pattern("statements", "verb").search(opening)
    return opening[:1].islower() and bool(inside)


def _is_subjectless(text: str) -> bool:
    """Whether the text opens on a verb in lower case whose subject may have been cut off."""
    opening = text.lstrip(_BEFORE)
    asked = opening.rstrip().endswith("?")
    return opening[:1].islower() and not asked and pattern("statements", "subjectless").match(opening) is not None


_BEFORE = " \t\n\"'([*•–-"
