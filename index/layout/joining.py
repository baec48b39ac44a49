"""Lines joined to text again, with the words that a hyphen broke."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from medrag.knowledge import load
from medrag.reading.languages import ordinary

_RAISED = "ᵃᵇᶜᵈᵉᶠᵍ¹²³⁴⁵⁶⁷⁸⁹"
_HYPHEN = re.compile(r"([\w-]*\w)-$")
_WORD = re.compile(r"\w+")
_LAST = re.compile(r"[^\W\d]+(?:-[^\W\d]+)*\Z")
# Parts of words that are no words themselves, and keep their hyphen.
_PREFIXES = frozenset(["alpha", "beta", "gamma", "non", "anti", "co", "pre", "post", "multi"])
# Beginnings of words that stand alone in word lists, and in no sentence.
_BOUND = frozenset(["micro", "milli", "hyper", "hypo"])
# The most lines over which a narrow cell breaks a word.
_MOST_PIECES = 4
_RANGE = re.compile(r"\d[–−]$")
# "second- or third-degree"
_HANGING = frozenset(["or", "and", "to"])


def joined(text: str, line: str) -> str:
    """``text`` and the ``line`` that follows it; a word that a hyphen broke is one again."""
    broken, rest = _HYPHEN.search(text), _WORD.match(line)
    if not text or not line or line[0] in ",;:.)":
        return text + line
    if (text.endswith("/") and line[:1].isalpha()) or (_RANGE.search(text) and line[:1].isdigit()):
        return text + line
    if not broken or not rest or rest[0] in _HANGING:
        return f"{text} {line}"
    if rest[0][0].isdigit():
        return text + line if broken[1][-1].isdigit() else f"{text} {line}"
    chained = line[rest.end() : rest.end() + 1] == "-"
    return text + line if chained or _keeps(broken[1], rest[0]) else text[:-1] + line


def _keeps(first: str, second: str) -> bool:
    """Whether a hyphen at a line's end is a word's own: "cost-" / "effective", and not "hydrocor-" / "tisone"."""
    if first.lower() == "non" or (first.lower() == "anti" and second[0] == "i"):
        return ordinary(second)
    if not first[-1].isalpha() or not second.islower() or "-" in first or first[1:].isupper():
        return True
    whole, prefix = (first + second).lower(), first.lower() in _PREFIXES
    if ordinary(whole) or (whole in load().names and not prefix):
        return False
    return prefix or (len(first) > 2 and is_word(first) and ordinary(second))


@cache
def _named() -> frozenset[str]:
    """The names of the vocabulary, and the words of those that have several."""
    return frozenset(word for name in load().names for word in (name, *name.split()))


def is_word(text: str) -> bool:
    """Whether it is an everyday or clinical word or a name of the vocabulary."""
    return ordinary(text.lower()) or text.lower() in load().names


def in_cell(lines: Sequence[str]) -> str:
    """A cell's lines as one text; narrow cells break words without a hyphen, too: "Beclo" / "metas" / "one"."""
    text, glued = "", 0
    for place, line in enumerate(lines):
        glued = glued or _broken_over(text, lines[place : place + _MOST_PIECES])
        text = text + line if glued else joined(text, line)
        glued = max(glued - 1, 0)
    return text


def _broken_over(text: str, lines: Sequence[str]) -> int:
    """Over how many lines the last word of a text goes on: all but the last of them hold a part of it alone."""
    last = _LAST.search(text)
    if last is None:
        return 0
    parts: list[str] = []
    for line in lines:
        first = _WORD.match(line)
        if first is None or not first[0][0].islower():
            break
        parts.append(first[0])
        if _is_broken(last[0], parts):
            return len(parts)
        if first[0] != line:
            break
    return 0


def _is_broken(first: str, parts: Sequence[str]) -> bool:
    rest = "".join(parts).rstrip(_RAISED)
    whole = (first + rest).lower()
    known = ordinary(whole) or whole.replace("-", " ") in _named()
    apart = all(ordinary(part) for part in (first.lower(), *parts)) and first.lower() not in _BOUND
    return first == "µ" or (known and rest.isalpha() and not apart)


def unbroken(lines: Iterable[str]) -> str:
    """The lines as one text."""
    text = ""
    for line in lines:
        text = joined(text, line)
    return text
