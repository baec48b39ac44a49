"""The mentions of one text and the words around them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from medrag.reading.matcher import Token


class Spans:
    """``spans`` are the mentions of ``text``, in order, ``starts`` their beginnings; ``words`` are the tokens."""

    def __init__(self, text: str, words: Sequence[Token], spans: Sequence[tuple[int, int]]) -> None:
        self.text, self.words, self.spans = text, words, spans
        self.starts = [start for start, _ in spans]
        self._word_starts = [word.start for word in words]
        self._plain = [0]
        for word in words:
            self._plain.append(self._plain[-1] + (word.text.isalpha() and not self.in_mention(word.start, word.end)))

    def words_in(self, start: int, end: int) -> Sequence[Token]:
        """The words that begin from ``start`` to ``end``."""
        return self.words[bisect_left(self._word_starts, start) : bisect_left(self._word_starts, end)]

    def in_mention(self, start: int, end: int) -> bool:
        """Whether words are part of a mention; a cue that holds one whole ("in last pregnancy") is none."""
        place = bisect_right(self.starts, start) - 1
        for first, last in self.spans[max(0, place) : place + 2]:
            holds = start <= first and last <= end and (start, end) != (first, last)
            if first < end and start < last and not holds:
                return True
        return False

    def named(self, start: int, end: int) -> int:
        """How many mentions stand from ``start`` to ``end``."""
        return bisect_left(self.starts, end) - bisect_left(self.starts, start)

    def ends_at(self, place: int) -> bool:
        """Whether a mention ends at ``place``, or a bracket or two before it."""
        last = bisect_left(self.starts, place) - 1
        return last >= 0 and not self.text[self.spans[last][1] : place].strip(" )]*")

    def count(self, start: int, end: int) -> int:
        """The words from ``start`` to ``end`` that belong to no mention."""
        return self._plain[bisect_left(self._word_starts, end)] - self._plain[bisect_left(self._word_starts, start)]
