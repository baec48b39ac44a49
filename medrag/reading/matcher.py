"""One matcher for every vocabulary: drugs, conditions, measurements, cues, headings; longest name first, linear."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import Generic, NamedTuple, TypeVar

from medrag.knowledge.names import fold_word

T = TypeVar("T")

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_JOIN = re.compile(r"[\s\-–/’'.+&]{0,3}")
_DECIMALS = re.compile(r"[.,]\d")
_ABBREVIATED = 3
"""A full stop within a name stands after this many letters at most ("C. diff"), or no space follows."""


class Letters(StrEnum):
    """How a name must be written to count: anyhow, with a capital first, or in capitals ("MI", not "mi")."""

    ANY = "any"
    CAPITAL = "capital"
    CAPITALS = "capitals"


class Token(NamedTuple):
    """A word or number at ``text[start:end]``; ``folded`` is how it is compared."""

    text: str
    start: int
    end: int
    folded: str


class Match(NamedTuple, Generic[T]):
    """``tokens[first:last]``, ``text[start:end]``, is a name of each of ``values``."""

    start: int
    end: int
    first: int
    last: int
    values: tuple[T, ...]


def tokens(text: str) -> list[Token]:
    """The words and numbers of ``text``, in order."""
    folded = _Folded()
    return [Token(match[0], match.start(), match.end(), folded[match[0]]) for match in _TOKEN.finditer(text)]


class _Folded(dict[str, str]):
    """Words folded, each once."""

    def __missing__(self, word: str) -> str:
        self[word] = fold(word)
        return self[word]


def fold(word: str) -> str:
    """``word`` without case, accents, the possessive and the difference between British and American vowels."""
    return fold_word(plain(word))


def plain(word: str) -> str:
    """``word`` in lower case without accents."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word.replace("β", "beta").replace("’", "'")).lower()
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def singular(word: str) -> str:
    """``word`` without a plural's s."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


class Matcher(Generic[T]):
    """Finds the names of a vocabulary in text; ``names`` gives each name as written, how it must be, and its value."""

    def __init__(self, names: Iterable[tuple[str, Letters, T]]) -> None:
        self._index: dict[str, list[tuple[Letters, T]]] = {}
        self._longest: dict[str, int] = {}
        self._seconds: dict[str, set[str]] = {}
        folded = _Folded()
        for written, letters, value in names:
            words = [folded[word] for word in _TOKEN.findall(written)]
            if words:
                self._index.setdefault(" ".join(words), []).append((letters, value))
                self._longest[words[0]] = max(self._longest.get(words[0], 0), len(words))
            if len(words) > 1:
                self._seconds.setdefault(words[0], set()).add(words[1])

    def find(self, text: str, words: Sequence[Token], *, joined: bool = True) -> Iterator[Match[T]]:
        """Every name in ``words``, the tokens of ``text``, from left to right; names do not overlap.

        ``joined`` asks that nothing but blanks and hyphens stands within a name.
        """
        i = 0
        while i < len(words):
            most = self._most(words, i)
            match = self._longest_at(text, words, i, most, joined) if most else None
            if match:
                yield match
            i = match.last if match else i + 1

    def at(self, words: Sequence[Token]) -> tuple[T, ...]:
        """What all of ``words`` together name."""
        said = " ".join([word.folded for word in words])
        found = self._index.get(said)
        if found is None and said.endswith("s"):
            last = words[-1].folded
            found = self._index.get(said.removesuffix(last) + singular(last))
        return tuple([value for letters, value in found if _written(words, letters)]) if found else ()

    def _most(self, words: Sequence[Token], i: int) -> int:
        """The most words of a name that begins with the word at ``i`` and goes on, if at all, with the next one."""
        first = words[i].folded
        longest = self._longest.get(first) or (self._longest.get(singular(first), 0) if first.endswith("s") else 0)
        most = min(longest, len(words) - i)
        if most < 2:
            return most
        seconds, second = self._seconds.get(first, ()), words[i + 1].folded
        return most if second in seconds or singular(second) in seconds else 1

    def _longest_at(self, text: str, words: Sequence[Token], i: int, most: int, joined: bool) -> Match[T] | None:
        for count in range(most, 0, -1):
            window = words[i : i + count]
            values = () if _goes_on(text, window[-1]) else self.at(window)
            if values and (not joined or all(_joined(text, a, b) for a, b in pairwise(window))):
                return Match(window[0].start, window[-1].end, i, i + count, values)
        return None


def _goes_on(text: str, last: Token) -> bool:
    """Whether a name ends within a number: "potassium 6" of "potassium 6.8"."""
    return last.text.isdigit() and bool(_DECIMALS.match(text, last.end))


def _joined(text: str, one: Token, other: Token) -> bool:
    gap = text[one.end : other.start]
    if not _JOIN.fullmatch(gap):
        return False
    return not ("." in gap and len(one.text) > _ABBREVIATED and len(gap.strip()) < len(gap)) and gap.count("\n") < 2


def _written(words: Sequence[Token], letters: Letters) -> bool:
    if letters is Letters.ANY:
        return True
    if letters is Letters.CAPITAL:
        return not words[0].text[0].islower()
    return all(_capitals(word.text) or word.text.isdigit() for word in words)


def _capitals(word: str) -> bool:
    return word.isupper() or (len(word) > 3 and word.endswith("s") and word[:-1].isupper())
