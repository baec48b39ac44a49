"""Which lines are headings: by face and size, by numbering and by what follows, and by the document's own outline."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.layout.joining import unbroken
from index.layout.lines import Line

_MAX_WORDS = 18
_MAX_PLAIN_WORDS = 8
_LARGER = 1.08
_CAPITAL = re.compile(r"^(?:[A-Z0-9][\d.]*[.)]?\s+)?[A-Z\"“(]")
_ENDS_TEXT = re.compile(r"[.;,!]$|\b(?:and|or|of|the|to|in|for|with|a|an|by|is|are|not)$", re.IGNORECASE)
_GOES_ON = re.compile(r"[(\[]?[a-z]")
_ITEM = re.compile(r"^(?:[•●▪◦‣∙·■□➢►✓✔*–—]|[\uf000-\uf0ff]|o\s|-\s|\(?(?:\d{1,2}|[a-z])[.)]\s)")
_NUMBERED = re.compile(r"^(\d{1,2}(?:\.\d{1,2})*)\.?\s+\S")
_DEEP = re.compile(r"^\d{1,2}(?:\.\d{1,3})+\.?\s")
_DIRECTS = re.compile(
    r"^(?:[\d.]+\s+)?(?:do not|don[’']t|never|avoid|give|offer|consider|use|prescribe|stop|start|refer|check|add)\b",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"\d\s*(?:mg|mcg|microgram|g/|kg|ml|mmol|units?|%)", re.IGNORECASE)


@dataclass(frozen=True)
class Headings:
    """What headings look like in a document: ``body`` is the size of its text, ``outline`` its own levels by words."""

    body: float
    outline: Mapping[str, int]

    def at(self, lines: Sequence[Line], ended: bool, gap: bool) -> tuple[str, int]:
        """The heading that ``lines`` begin with and how many of them it takes; none: ``("", 0)``.

        ``ended`` and ``gap``: whether the text before ends a sentence, and stands apart.
        """
        first = lines[0]
        for count in (3, 2, 1):
            if self._outlined(" ".join(line.text for line in lines[:count])) is not None and count <= len(lines):
                return _said(lines[:count]), count
        count = self._same_face(lines)
        text = _said(lines[:count])
        following = lines[count] if count < len(lines) else None
        if (
            not _CAPITAL.match(text)
            or first.gapped
            or (_ITEM.match(text) and not _NUMBERED.match(text))
            or len(text.split()) > _MAX_WORDS
        ):
            return "", 0
        if (self._is_large(first) and not text.endswith((".", ";", ","))) or (
            self._stands_out(first, text) and self._fits(text, following)
        ):
            return text, count
        if ended and (gap or first.italic) and self._is_plain(first, following):
            return first.text.rstrip(":"), 1
        return "", 0

    def rank(self, line: Line, text: str) -> float:
        """How deep a heading stands: the lower, the nearer to the title."""
        level = self._outlined(text)
        if level is not None and self.outline:
            return float(level)
        face = (
            0.0
            if line.bold and self._is_large(line)
            else 0.2
            if line.bold
            else 0.1
            if text.isupper()
            else 0.3
            if line.italic
            else 0.4
        )
        deep = 0.05 * _depth(text)
        return 100 - min(round(line.size * 2) / 2, 90) + face + deep

    def _outlined(self, text: str) -> int | None:
        return self.outline.get(plain(text)) if self.outline else None

    def _same_face(self, lines: Sequence[Line]) -> int:
        """How many lines a heading may take: those in its face, close together, that start no other."""
        first, count = lines[0], 1
        for before, line in pairwise(lines):
            same = line.bold == first.bold and abs(line.size - first.size) < 0.3 and line.page == first.page
            close = 0 < line.base - before.base < 1.7 * first.size
            if not (same and close and self._special(first)) or _NUMBERED.match(line.text) or _ITEM.match(line.text):
                break
            taken = before.x1 - before.x0 + line.words[0].x1 - line.words[0].x0 + 0.3 * line.size
            if taken < 0.97 * (before.right - before.left) and not line.text[:1].islower():
                break
            count += 1
        return count

    def _special(self, line: Line) -> bool:
        return self._is_large(line) or line.bold

    def _is_large(self, line: Line) -> bool:
        return line.size > _LARGER * self.body

    def _stands_out(self, line: Line, text: str) -> bool:
        capitals = text.isupper() and sum(map(str.isalpha, text)) >= 4
        return line.bold or (capitals and len(text.split()) <= 10)

    def _fits(self, text: str, following: Line | None) -> bool:
        """Whether words that stand out are no sentence, and no stem of a list."""
        if text.endswith(":") and _DIRECTS.match(text):
            return False
        if (_DIRECTS.match(text) and len(text.split()) > 4) or _ENDS_TEXT.search(text):
            return False
        return following is None or not _GOES_ON.match(following.text) or bool(_ITEM.match(following.text))

    def _is_plain(self, line: Line, following: Line | None) -> bool:
        """A short line in the text's own face that ends no sentence, apart from what is above, over what begins one."""
        text = line.text
        if following is None or (not line.italic and (following.page != line.page or following.base <= line.base)):
            return False
        short = line.x1 < line.right - 0.3 * (line.right - line.left) and len(text.split()) <= _MAX_PLAIN_WORDS
        begins = following.text[:1].isupper() or bool(_ITEM.match(following.text)) or bool(_DEEP.match(following.text))
        no_text = not _ENDS_TEXT.search(text) and not text.endswith((":", ")", "]")) and not _AMOUNT.search(text)
        return short and begins and no_text and not _ITEM.match(text) and not _DIRECTS.match(text) and len(text) > 3


def above(path: Sequence[tuple[float, str]], rank: float, text: str) -> list[tuple[float, str]]:
    """The headings of ``path`` that the next stands under, by its rank and by its number: "3.2" not under "3.1"."""
    under = [each for each in path if each[0] < rank]
    number = _number(text)
    for place in range(len(under) - 1, -1, -1):
        before = _number(under[place][1])
        if number and len(before) == len(number) and before[:-1] == number[:-1] and before[-1] < number[-1]:
            return under[:place]
    return under


def plain(text: str) -> str:
    """A heading as it is compared: words alone, without its number."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", re.sub(r"^[\d.]+\s+", "", text.lower())).split())


def body_size(lines: Sequence[Line]) -> float:
    """The size in which most of the text stands."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size * 2) / 2] += sum(map(str.isalpha, line.text))
    return sizes.most_common(1)[0][0] if sizes else 12.0


def _said(lines: Sequence[Line]) -> str:
    return unbroken(line.text for line in lines).rstrip(":").strip()


def _number(text: str) -> tuple[int, ...]:
    numbered = _NUMBERED.match(text)
    return tuple(map(int, numbered[1].split("."))) if numbered else ()


def _depth(text: str) -> int:
    return max(len(_number(text)) - 1, 0)
