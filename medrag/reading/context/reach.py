"""How far a cue reaches: to the end of its item, list or sentence, or to words that end it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import partial

from medrag.reading.boundaries import Sentence
from medrag.reading.context.cues import (
    ALWAYS,
    APART,
    BESIDE,
    BESIDE_TESTS,
    CAUSED,
    DECIDE,
    DENIES,
    EITHER,
    EXCHANGES,
    EXTENDS,
    IN_LIST,
    JOINED,
    MARK,
    MOST_WORDS,
    NEXT,
    OBJECT_WORDS,
    OF_OBJECT,
    OF_ROW,
    OR,
    PLURAL,
    TESTS,
    TICKED,
    TO,
    Cue,
    cue_matchers,
)
from medrag.reading.context.spans import Spans
from medrag.reading.languages import pattern

_said = partial(pattern, "context")
PARENTHESIS = 2
"""Commas that part what is told beside it from a name and its verb ("X, begun by the GP, continues")."""
_SETS_OFF = ",:(–—->→"


class Reach:
    """What the cues around the mentions of one text reach."""

    def __init__(self, spans: Spans, code: str) -> None:
        self._spans = spans
        _, _, self._ended_by = cue_matchers(code)

    def forward(  # noqa: PLR0911 (each thing that may stand in the way)
        self, sentence: Sentence, cues: Sequence[Cue], cue: Cue, place: int
    ) -> bool:
        """Whether ``cue``, of ``cues`` in order, reaches the mention at ``place`` after it."""
        start = self._spans.spans[place][0]
        if self._spans.count(cue.end, start) > MOST_WORDS[cue.reach]:
            return False
        aside = sentence.aside(cue.start)
        if aside and start >= aside[1] and (not cue.sign or cue.says == "stopped"):
            return False
        if self._ended(sentence, cues, cue, start) or self._only_the_other(sentence, cue, start):
            return False
        if cue.reach == "sentence":
            return True
        commas = sentence.commas_between(cue.end - 1, start)
        if cue.reach == "item" and self._spans.named(cue.end, start):
            either = EITHER.search(self._spans.text, cue.end, start) or self._of_cause(start)
            return not commas and (either is not None or self._of_both(sentence, cue, place))
        if not commas:
            return True
        if cue.reach == "list" and not (self._mid_list(sentence, cue) or self._closed(cue, place)):
            return True
        return self._or_follows(sentence, cue, start)

    def _of_both(self, sentence: Sentence, cue: Cue, place: int) -> bool:
        """Whether a sentence begins by ending two drugs, ``place`` the second ("Stopping A and B today")."""
        opens = not self._spans.text[sentence.start : cue.start].strip(" \t\n-*•–")
        end, start = self._spans.spans[place - 1][1], self._spans.spans[place][0]
        joined = IN_LIST.fullmatch(self._spans.text, end, start) is not None
        return cue.says == "stopped" and opens and joined and self._spans.named(cue.end, start) == 1

    def back(  # noqa: PLR0911 (each thing that may stand in the way)
        self, sentence: Sentence, cue: Cue, place: int
    ) -> bool:
        """Whether ``cue`` reaches the mention at ``place`` before it."""
        end = self.end_of(place, cue)
        if sentence.row and cue.says in OF_ROW:
            first = place == bisect_left(self._spans.starts, sentence.start)
            if first or "|" in self._spans.text[end : cue.start]:
                return first
        aside = sentence.aside(self._spans.spans[place][0])
        if aside and cue.start >= aside[1] and not self._names_alone(sentence, place, aside):
            return False
        own = sentence.aside(cue.start)
        if own and end <= own[0] and self._spans.named(own[0], cue.end):
            return False
        gap = self._spans.text[end : cue.start]
        if ";" in gap or self._spans.count(end, cue.start) > MOST_WORDS[cue.reach]:
            return False
        if cue.reach == "adjacent":
            of_both = BESIDE_TESTS.fullmatch(gap) and TESTS.match(self._spans.text, cue.start)
            return bool(of_both) or BESIDE.fullmatch(gap) is not None
        if _said("condition").search(gap):
            return False
        between = self._between(sentence, end, cue)
        commas = sentence.commas_between(end - 1, cue.start - cue.sign)
        first = place == bisect_left(self._spans.starts, sentence.start)
        if cue.reach == "sentence" and first and not (between and self._lists_on(sentence, cue, place)):
            return True
        if not between:
            return (
                commas == 0
                or cue.reach == "sentence"
                or (first and commas == PARENTHESIS and _said("parenthesis").fullmatch(gap) is not None)
                or (not cue.sign and _said("light").fullmatch(gap) is not None)
                or (cue.says in DECIDE and (self._ends_clause(end, cue) or self._opens_clause(cue)))
            )
        last = self._spans.spans[bisect_left(self._spans.starts, cue.start) - 1]
        run = self._spans.text[end : last[0]]
        if sentence.commas_between(last[1] - 1, cue.start - cue.sign) and (
            self._spans.count(last[1], cue.start) > 1 or not self._speaks_of(last[1], cue)
        ):
            return False
        joined = JOINED.search(self._spans.text[self._spans.spans[place][1] : last[0]]) is not None
        whole = self._of_all(last[1], cue)
        plural = whole or PLURAL.search(self._spans.text[last[1] : cue.end]) is not None or self.of_list(cue)
        return (
            (cue.says in EXTENDS or whole)
            and (joined or plural)
            and self._spans.count(end, last[0]) <= 4
            and not APART.search(run)
        )

    def is_of_next(self, sentence: Sentence, cue: Cue, end: int) -> bool:
        """Whether a new clause speaks of what it names next ("allergy but tolerated B", "A 5 mg, not taking B")."""
        following = bisect_left(self._spans.starts, cue.end)
        if cue.sign or following == len(self._spans.starts):
            return False
        start = self._spans.starts[following]
        if start >= sentence.end:
            return False
        parted = sentence.commas_between(end - 1, cue.start) and not sentence.commas_between(cue.end - 1, start)
        if parted and self._spans.count(cue.end, start) <= OBJECT_WORDS:
            return True
        if cue.says not in OF_OBJECT or not _said("clause").search(self._spans.text, end, cue.start):
            return False
        return _said("object").fullmatch(self._spans.text, cue.end, start) is not None

    def end_of(self, place: int, cue: Cue) -> int:
        """Where the mention at ``place`` ends; for what is said of drugs, with what it is for ("X for UTI stopped")."""
        end = self._spans.spans[place][1]
        if place + 1 == len(self._spans.spans):
            return end
        start, last = self._spans.spans[place + 1]
        if (
            cue.says in {"well", "eased"}
            and start < cue.start
            and _said("cause").fullmatch(self._spans.text, end, start)
        ):
            dated = _said("since then").match(self._spans.text, last)
            return dated.end() if dated else last
        if cue.says not in OF_OBJECT:
            return end
        if start >= cue.start or _said("purpose").fullmatch(self._spans.text, end, start) is None:
            return end
        if place + 2 < len(self._spans.spans):
            other = self._spans.spans[place + 2]
            if other[0] < cue.start and _said("joined purpose").fullmatch(self._spans.text, last, other[0]):
                last = other[1]
        aim = _said("aim").match(self._spans.text, last)
        return aim.end() if aim else last

    def _between(self, sentence: Sentence, end: int, cue: Cue) -> int:
        """How many mentions stand from ``end`` to the cue, but for those in brackets ("UTI (trimethoprim), gone")."""
        asides = [each for each in sentence.asides if end <= each[0] and each[1] <= cue.start]
        if sentence.aside(cue.start):
            asides = []
        return self._spans.named(end, cue.start) - sum(self._spans.named(*each) for each in asides)

    def _names_alone(self, sentence: Sentence, place: int, aside: tuple[int, int]) -> bool:
        """Whether brackets hold the name of what stands before them and is no mention itself ("ESA (darbepoetin)")."""
        start, end = self._spans.spans[place]
        whole = start == aside[0] + 1 and end == aside[1] - 1
        return whole and not self._spans.named(sentence.item(aside[0])[0], aside[0])

    def _of_all(self, end: int, cue: Cue) -> bool:
        """Whether the cue's clause speaks of all that was listed before it (", all of which have settled")."""
        return _said("of all").search(self._spans.text, end, cue.end) is not None

    def _lists_on(self, sentence: Sentence, cue: Cue, place: int) -> bool:
        """Whether the mention at ``place`` is an item of a list that goes on."""
        end, following = self._spans.spans[place][1], self._spans.starts[place + 1]
        if IN_LIST.fullmatch(self._spans.text, end, following) or TICKED.search(self._spans.text, end, following):
            return True
        return cue.says == "stopped" and sentence.commas_between(end - 1, following) == 1 and not self._of_all(end, cue)

    def _of_cause(self, start: int) -> re.Match[str] | None:
        """Whether what is named just before ``start`` is only its cause ("lithium-related hypothyroidism")."""
        return CAUSED.search(self._spans.text[max(0, start - NEXT) : start])

    def _speaks_of(self, end: int, cue: Cue) -> bool:
        """Whether nothing with a name of its own stands between what ends at ``end`` and the cue."""
        return (
            _said("light").fullmatch(self._spans.text, end, cue.start) is not None
            or _said("clause").search(self._spans.text, end, cue.start) is not None
        )

    def _ends_clause(self, end: int, cue: Cue) -> bool:
        """Whether the cue is all that its clause says, of what was named before (", has stopped")."""
        text = self._spans.text
        return (
            _said("clause").search(text, end, cue.start) is not None
            and _said("said of it").match(text, cue.end) is not None
        )

    def _opens_clause(self, cue: Cue) -> bool:
        """Whether the cue is a clause of its own, set off from what stands before it."""
        return cue.sign and self._spans.text[cue.start : cue.end].lstrip()[:1] in _SETS_OFF

    def undone(self, one: int, other: int) -> bool:
        """Whether what is said at ``other`` undoes what was at ``one`` ("withheld on admission and restarted")."""
        return _said("undoes").fullmatch(self._spans.text, one, other) is not None

    def of_list(self, cue: Cue) -> bool:
        """Whether a colon or a dash parts it from the list that it is said of ("A 5 mg, B 10 mg: no change")."""
        listed = cue.says == "taking" or (cue.says == "absent" and cue.reach == "list")
        return cue.sign and listed and self._spans.text[cue.start : cue.end].lstrip()[:1] in ":–—-"

    def _labelled(self, cue: Cue, start: int) -> bool:
        """Whether what is denied labels what follows ("low ferritin without anaemia: iron")."""
        colon = self._spans.text.find(": ", cue.end, start) if cue.says == "absent" else -1
        return colon >= 0 and self._spans.named(cue.end, colon) > 0

    def _only_the_other(self, sentence: Sentence, cue: Cue, start: int) -> bool:
        """Whether "switch from A to B" speaks of A here, where the cue is of B, or the other way round."""
        verb = _said("exchanged").search(self._spans.text[max(0, cue.end - 12) : cue.end])
        if verb is None or cue.says not in EXCHANGES:
            return False
        to = TO.search(self._spans.text, cue.end, sentence.end)
        if verb[0].lower() != "from" and not (
            to and self._spans.named(cue.end, to.start()) and self._spans.named(to.end(), sentence.end)
        ):
            return True
        return (to is None or start < to.start()) == (cue.says != "stopped")

    def _closed(self, cue: Cue, place: int) -> bool:
        """Whether a denial ends with its item ("not pregnant, X", "no meds, X"), or X says itself that it is so."""
        text = self._spans.text
        return cue.says == "absent" and (
            _said("of its own").fullmatch(text, cue.start, cue.end) is not None
            or _said("whole").match(text, cue.end) is not None
            or _said("own allergy").match(text, self._spans.spans[place][1]) is not None
        )

    def _mid_list(self, sentence: Sentence, cue: Cue) -> bool:
        """Whether the cue stands inside a list that began with other mentions."""
        before = self._spans.text[sentence.start : cue.start].rstrip()
        if not before.endswith(",") or DENIES.match(self._spans.text, cue.start):
            return False
        place = bisect_left(self._spans.starts, cue.start) - 1
        return (
            place >= 0
            and self._spans.starts[place] >= sentence.start
            and self._spans.text[cue.end : cue.end + 1] != ":"
        )

    def _or_follows(self, sentence: Sentence, cue: Cue, start: int) -> bool:
        """Whether "or" joins the item at ``start`` to the cue's own ("no fever, chills, or cough")."""
        if cue.reach != "list":
            return False
        return OR.search(self._spans.text, start, min(sentence.end, start + 80)) is not None or bool(
            OR.search(self._spans.text, cue.end, start)
        )

    def _ended(self, sentence: Sentence, cues: Sequence[Cue], cue: Cue, start: int) -> bool:
        if ";" in self._spans.text[cue.end : start] or self._labelled(cue, start):
            return True
        enders = self._ended_by.get(cue.says, frozenset())
        verb = cue.says in EXCHANGES and _said("exchanged").search(self._spans.text[max(0, cue.end - 12) : cue.end])
        for other in cues:
            if other.start < cue.end or other.end > start or other.side == "after":
                continue
            if cue.sign and other.sign and MARK.match(self._spans.text, other.start):
                return True
            if other.says not in enders:
                continue
            if verb and self._spans.text[other.start : other.end].lower() == "for":
                continue
            parted = sentence.commas_between(cue.end - 1, other.start) or self._spans.named(cue.end, other.start)
            nearer = (cue.says, other.says) in {("past", "present"), ("tolerated", "allergic")}
            if parted or other.says in ALWAYS or nearer:
                return True
        return False
