"""Judges the mentions of a text by the cues around them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import partial

from medrag.reading.boundaries import Sentence
from medrag.reading.context.cues import DECIDE, EXTENDS, NEAREST, Cue
from medrag.reading.context.finding import CueFinder
from medrag.reading.context.reach import Reach
from medrag.reading.context.spans import Spans
from medrag.reading.languages import pattern
from medrag.reading.matcher import Token

_said = partial(pattern, "context")


class Context:
    """Judges the mentions of one text; ``spans`` are all of them, in order, and ``words`` the text's tokens.

    ``patient`` are words for relatives that name the patient.
    """

    def __init__(
        self,
        text: str,
        words: Sequence[Token],
        spans: Sequence[tuple[int, int]],
        code: str = "en",
        patient: frozenset[str] = frozenset(),
    ) -> None:
        self._spans = Spans(text, words, spans)
        self._finder, self._reach = CueFinder(self._spans, code, patient), Reach(self._spans, code)

    def judge(self, sentence: Sentence) -> Iterator[tuple[int, frozenset[str]]]:
        """For each mention in the sentence its place in ``spans`` and what the cues say of it."""
        first, last = bisect_left(self._spans.starts, sentence.start), bisect_left(self._spans.starts, sentence.end)
        if first == last:
            return
        cues = self._finder.found(sentence)
        for place in range(first, last):
            yield place, self._said(sentence, cues, place)

    def _said(self, sentence: Sentence, cues: Sequence[Cue], place: int) -> frozenset[str]:
        middle = bisect_left(cues, self._spans.spans[place][0], key=lambda cue: cue.start)
        before, listed = self._before(sentence, cues[max(0, middle - NEAREST) : middle], place)
        return self._with_after(sentence, cues[middle : middle + NEAREST], place, (before, listed))

    def _before(self, sentence: Sentence, cues: Sequence[Cue], place: int) -> tuple[set[str], set[str]]:
        """What ``cues``, all before the mention at ``place``, say of it, and which of that of a list it stands in."""
        start = self._spans.spans[place][0]
        said: set[str] = set()
        listed: set[str] = set()
        for cue in cues:
            if cue.says in said:
                continue
            if cue.side == "before" and cue.end <= start and self._reach.forward(sentence, cues, cue, place):
                said.add(cue.says)
                if sentence.commas_between(cue.end - 1, start):
                    listed.add(cue.says)
            if cue.says == "family" and self._spans.text[cue.end : start].strip() == "(":
                said.add(cue.says)
        return said, listed

    def _counts(self, cue: Cue) -> bool:
        """Whether the cue is but a number of doses ("x3")."""
        return self._spans.text[cue.start : cue.end].lstrip()[:1] in {"x", "X"}

    def _with_after(
        self, sentence: Sentence, cues: Sequence[Cue], place: int, before: tuple[set[str], set[str]]
    ) -> frozenset[str]:
        """What is said ``before`` of the mention at ``place``, with what ``cues`` say after it."""
        said, listed = before
        end = self._spans.spans[place][1]
        near: set[str] = set()
        settled, decided = False, 0
        for cue in cues:
            if cue.side != "after" or cue.start < end or not self._reach.back(sentence, cue, place):
                continue
            own = cue.reach == "sentence" or not self._spans.named(self._reach.end_of(place, cue), cue.start)
            if own and self._reach.is_of_next(sentence, cue, end):
                continue
            if "planned" in said and cue.says == "stopped" and self._counts(cue):
                continue
            if own and cue.says in DECIDE and not sentence.aside(cue.start):
                said = said - (listed & DECIDE)
            if own and cue.says in DECIDE:
                if (decided or said & DECIDE) and self._reach.undone(decided or end, cue.start):
                    near, said = near - DECIDE, said - DECIDE
                decided = cue.end
            if own and cue.says == "absent" and not _said("hedged").search(self._spans.text, cue.start, cue.end):
                near.discard("possible")
            if own or not settled:
                near.add(cue.says)
            if self._reach.of_list(cue):
                said.discard("planned")
            settled = settled or (own and cue.says in EXTENDS)
        return frozenset(_agreed(said, near))


def _agreed(said: set[str], near: set[str]) -> set[str]:
    """What is said before and ``near`` after, where they contradict one another as what stands after says."""
    if "sought" in near:
        near = near - {"sought"} | {"possible"}
    if "cleared" in near:
        suspected = "possible" in said | near
        near = near - {"cleared"} | ({"absent"} if suspected else set())
        if suspected:
            said, near = said - {"possible"}, near - {"possible"}
    if "planned" in near:
        said = said - {"absent"}
    if "dropped" in near:
        near = near - {"dropped"} | ({"refused"} if "planned" in said | near else set())
    if "present" in near:
        said = said - {"absent", "possible"}
    if near & {"absent", "possible", "over", "well", "eased"}:
        said = said - {"present"}
    if "possible" in near:
        said, near = said - {"absent"}, near - {"absent"}
    return said | near
