"""What the words around a mention say of it: denied, suspected, past, a relative's, planned, stopped, an allergy.

After ConText (Chapman, Chu and Dowling 2007): a cue reaches in its direction to the end of its item, list or sentence,
or to words that end it. Cues, reaches and what ends them are data (``languages/en/cues.yaml``).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import partial

from medrag.reading.boundaries import Sentence
from medrag.reading.cues import (
    ALONE,
    ALWAYS,
    ANSWERS,
    APART,
    BESIDE,
    DECIDE,
    EITHER,
    EXCHANGES,
    EXTENDS,
    JOINED,
    MARK,
    MOST_WORDS,
    NEAREST,
    NEW_CLAUSE,
    NEXT,
    OF_OBJECT,
    OF_RELATIVE,
    OF_ROW,
    OR,
    PLURAL,
    TO,
    Cue,
    cue_matchers,
    in_order,
)
from medrag.reading.languages import CueList, pattern
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
        self._text, self._spans, self._patient = text, spans, patient
        self._starts = [start for start, _ in spans]
        self._words, self._word_starts = words, [word.start for word in words]
        self._matcher, self._signs, self._ended_by = cue_matchers(code)
        self._plain = [0]
        for word in words:
            self._plain.append(self._plain[-1] + (word.text.isalpha() and not self._in_mention(word.start, word.end)))

    def judge(self, sentence: Sentence) -> Iterator[tuple[int, frozenset[str]]]:
        """For each mention in the sentence its place in ``spans`` and what the cues say of it."""
        first, last = bisect_left(self._starts, sentence.start), bisect_left(self._starts, sentence.end)
        if first == last:
            return
        cues = self._found(sentence)
        for place in range(first, last):
            yield place, self._said(sentence, cues, place)

    def _found(self, sentence: Sentence) -> list[Cue]:
        first = bisect_left(self._word_starts, sentence.start)
        last = bisect_left(self._word_starts, sentence.end)
        matches = self._matcher.find(self._text, self._words[first:last])
        found = [
            self._cue(sentence, m.start, m.end, cue)
            for m in matches
            if not self._in_mention(m.start, m.end)
            for cue in m.values
            if not (cue.says == "family" and self._is_no_relative(sentence, m.start, m.end))
            and not (cue.says == "self" and self._is_a_relatives_own(m.start, m.end))
        ]
        signs = self._signs_in(sentence)
        void = [each for each in signs if each.says == "nothing"]
        signs = [each for each in signs if not any(v.start < each.end and each.start < v.end for v in void)]
        return sorted([*self._unanswered(found, [*signs, *void]), *signs], key=in_order)

    def _is_no_relative(self, sentence: Sentence, start: int, end: int) -> bool:
        """Whether the relative named there is who tells of the patient, or the patient."""
        if self._text[start:end].casefold().removesuffix("'s") in self._patient:
            return True
        return _said("informant").search(self._text[max(sentence.start, start - 40) : start]) is not None

    def _is_a_relatives_own(self, start: int, end: int) -> bool:
        """Whether "himself" is said of the relative named just before ("Son himself has")."""
        said = self._text[start:end].casefold()
        before = pattern("relatives", "before_self")
        return said in {"himself", "herself"} and before.search(self._text[max(0, start - 20) : start]) is not None

    def _unanswered(self, found: list[Cue], signs: Sequence[Cue]) -> Iterator[Cue]:
        """The words that are no part of a sign: of an answer ("DM: no, asthma: yes"), or of one that says nothing."""
        for cue in found:
            if not any(
                sign.start <= cue.start
                and cue.end <= sign.end
                and (
                    sign.says == "nothing"
                    or (
                        sign.side == "after"
                        and sign.says == cue.says
                        and cue.says in ANSWERS
                        and self._ends_at(sign.start)
                    )
                )
                for sign in signs
            ):
                yield cue

    def _signs_in(self, sentence: Sentence) -> list[Cue]:
        found = []
        marked = self._marked_side(sentence)
        for expression, cue in self._signs:
            for sign in expression.finditer(self._text, sentence.start, sentence.end):
                other_side = MARK.fullmatch(sign[0].strip()) is not None and cue.side != marked
                if not (other_side or self._is_dash(sentence, sign)):
                    found.append(Cue(sign.start(), sign.end(), cue.says, cue.side, cue.reach, sign=True))
        return found

    def _cue(self, sentence: Sentence, start: int, end: int, cue: CueList) -> Cue:
        alone = self._text[start - 1 : start] == "(" and ALONE.match(self._text, end)
        of_relative = alone or OF_RELATIVE.search(self._text[max(sentence.start, start - 20) : start])
        if cue.says == "family" and of_relative:
            return Cue(start, end, cue.says, "after", "item")
        return Cue(start, end, cue.says, self._side(sentence, start, cue), cue.reach)

    def _marked_side(self, sentence: Sentence) -> str:
        """Whether marks such as "(-)" stand before what they are of or after it, by the first of the sentence."""
        first = MARK.search(self._text, sentence.start, sentence.end)
        lead = self._text[sentence.start : first.start()].rstrip() if first else ""
        unnamed = first is None or not self._named(sentence.start, first.start())
        return "before" if unnamed or lead[-1:] in ",:;.(" else "after"

    def _is_dash(self, sentence: Sentence, sign: re.Match[str]) -> bool:
        """Whether a minus is a dash: no plus stands in the same sentence."""
        return sign[0].strip() in {"-", "−", "–"} and "+" not in self._text[sentence.start : sentence.end]

    def _in_mention(self, start: int, end: int) -> bool:
        """Whether words are part of a mention; a cue that holds one whole ("in last pregnancy") is none."""
        place = bisect_right(self._starts, start) - 1
        for first, last in self._spans[max(0, place) : place + 2]:
            holds = start <= first and last <= end and (start, end) != (first, last)
            if first < end and start < last and not holds:
                return True
        return False

    def _side(  # noqa: PLR0911 (in the order in which they decide)
        self, sentence: Sentence, start: int, cue: CueList
    ) -> str:
        """Of a cue that may stand on either side: after what its own item names just before it."""
        place = bisect_left(self._starts, start) - 1
        named = place >= 0 and self._starts[place] >= sentence.start
        if sentence.row and named and cue.reach == "list" and cue.says in {"stopped", "refused"}:
            return "after"
        if cue.side != "either":
            return cue.side
        if not named:
            return "before"
        end = self._spans[place][1]
        if _said("relative").fullmatch(self._text, end, start):
            return "after"
        if NEW_CLAUSE.search(self._text, end, start) and self._named(start, min(sentence.end, start + NEXT)):
            return "before"
        if sentence.commas_between(end - 1, start) and self._named(start, sentence.end):
            return "before"
        return "after" if _said("light").fullmatch(self._text, end, start) else "before"

    def _said(self, sentence: Sentence, cues: Sequence[Cue], place: int) -> frozenset[str]:
        start, end = self._spans[place]
        said: set[str] = set()
        near: set[str] = set()
        middle = bisect_left(cues, start, key=lambda cue: cue.start)
        nearest = cues[max(0, middle - NEAREST) : middle]
        for cue in nearest:
            if cue.says in said:
                continue
            if cue.side == "before" and cue.end <= start and self._reaches_forward(sentence, nearest, cue, place):
                said.add(cue.says)
            if cue.says == "family" and self._text[cue.end : start].strip() == "(":
                said.add(cue.says)
        settled = False
        decided: Cue | None = None
        for cue in cues[middle : middle + NEAREST]:
            if cue.side == "after" and cue.start >= end and self._reaches_back(sentence, cue, place):
                own = cue.reach == "sentence" or not self._named(end, cue.start)
                if own and self._is_of_next(sentence, cue, end):
                    continue
                if own and cue.says in DECIDE:
                    if decided or said & DECIDE:
                        undone = self._undone(decided.end if decided else end, cue.start)
                        near, said = (near - DECIDE, said - DECIDE) if undone else (near, said)
                    decided = cue
                if own or not settled:
                    near.add(cue.says)
                if self._of_list(cue):
                    said.discard("planned")
                settled = settled or (own and cue.says in EXTENDS)
        if "present" in near:
            said -= {"absent", "possible"}
        if near & {"absent", "possible", "over"}:
            said.discard("present")
        if "possible" in near:
            said.discard("absent")
            near.discard("absent")
        return frozenset(said | near)

    def _is_of_next(self, sentence: Sentence, cue: Cue, end: int) -> bool:
        """Whether a new clause's verb speaks of what it names next ("allergy but tolerated B", not "A and tolerated")."""
        following = bisect_left(self._starts, cue.end)
        if cue.sign or cue.says not in OF_OBJECT or following == len(self._starts):
            return False
        start = self._starts[following]
        if start >= sentence.end or not _said("clause").search(self._text, end, cue.start):
            return False
        return _said("object").fullmatch(self._text, cue.end, start) is not None

    def _undone(self, one: int, other: int) -> bool:
        """Whether what is said at ``other`` undoes what was at ``one`` ("withheld on admission and restarted")."""
        return _said("undoes").fullmatch(self._text, one, other) is not None

    def _reaches_forward(  # noqa: PLR0911 (each thing that may stand in the way)
        self, sentence: Sentence, cues: Sequence[Cue], cue: Cue, place: int
    ) -> bool:
        start = self._spans[place][0]
        if self._count(cue.end, start) > MOST_WORDS[cue.reach]:
            return False
        aside = sentence.aside(cue.start)
        if aside and start >= aside[1] and not cue.sign:
            return False
        if self._ended(sentence, cues, cue, start) or self._only_the_other(sentence, cue, start):
            return False
        if cue.reach == "sentence":
            return True
        commas = sentence.commas_between(cue.end - 1, start)
        if cue.reach == "item" and self._named(cue.end, start):
            return not commas and EITHER.search(self._text, cue.end, start) is not None
        if not commas:
            return True
        if cue.reach == "list" and not self._mid_list(sentence, cue):
            return True
        return self._or_follows(sentence, cue, start)

    def _only_the_other(self, sentence: Sentence, cue: Cue, start: int) -> bool:
        """Whether "switch from A to B" speaks of A here, where the cue is of B, or the other way round."""
        verb = _said("exchanged").search(self._text[max(0, cue.end - 12) : cue.end])
        if verb is None or cue.says not in EXCHANGES:
            return False
        to = TO.search(self._text, cue.end, sentence.end)
        if verb[0].lower() != "from" and not (
            to and self._named(cue.end, to.start()) and self._named(to.end(), sentence.end)
        ):
            return True
        return (to is None or start < to.start()) == (cue.says != "stopped")

    def _mid_list(self, sentence: Sentence, cue: Cue) -> bool:
        """Whether the cue stands inside a list that began with other mentions."""
        before = self._text[sentence.start : cue.start].rstrip()
        if not before.endswith(","):
            return False
        place = bisect_left(self._starts, cue.start) - 1
        return place >= 0 and self._starts[place] >= sentence.start and self._text[cue.end : cue.end + 1] != ":"

    def _or_follows(self, sentence: Sentence, cue: Cue, start: int) -> bool:
        """Whether "or" joins the item at ``start`` to the cue's own ("no fever, chills, or cough")."""
        if cue.reach != "list":
            return False
        return OR.search(self._text, start, min(sentence.end, start + 80)) is not None or bool(
            OR.search(self._text, cue.end, start)
        )

    def _ended(self, sentence: Sentence, cues: Sequence[Cue], cue: Cue, start: int) -> bool:
        if ";" in self._text[cue.end : start]:
            return True
        enders = self._ended_by.get(cue.says, frozenset())
        verb = cue.says in EXCHANGES and _said("exchanged").search(self._text[max(0, cue.end - 12) : cue.end])
        for other in cues:
            if other.start < cue.end or other.end > start or other.side == "after":
                continue
            if cue.sign and other.sign and MARK.match(self._text, other.start):
                return True
            if other.says not in enders:
                continue
            if verb and self._text[other.start : other.end].lower() == "for":
                continue
            parted = sentence.commas_between(cue.end - 1, other.start) or self._named(cue.end, other.start)
            if parted or other.says in ALWAYS or (cue.says == "past" and other.says == "present"):
                return True
        return False

    def _reaches_back(  # noqa: PLR0911 (each thing that may stand in the way)
        self, sentence: Sentence, cue: Cue, place: int
    ) -> bool:
        end = self._spans[place][1]
        if sentence.row and cue.says in OF_ROW:
            return place == bisect_left(self._starts, sentence.start)
        aside = sentence.aside(self._spans[place][0])
        if aside and cue.start >= aside[1]:
            return False
        gap = self._text[end : cue.start]
        if ";" in gap or self._count(end, cue.start) > MOST_WORDS[cue.reach]:
            return False
        if cue.reach == "adjacent":
            return BESIDE.fullmatch(gap) is not None
        if _said("condition").search(gap):
            return False
        between = self._named(end, cue.start)
        commas = sentence.commas_between(end - 1, cue.start)
        if cue.reach == "sentence" and place == bisect_left(self._starts, sentence.start):
            return True
        if not between:
            return (
                commas == 0 or cue.reach == "sentence" or (not cue.sign and _said("light").fullmatch(gap) is not None)
            )
        last = self._spans[bisect_left(self._starts, cue.start) - 1]
        run = self._text[end : last[0]]
        if self._count(last[1], cue.start) > 1 and sentence.commas_between(last[1] - 1, cue.start):
            return False
        joined = JOINED.search(self._text[self._spans[place][1] : last[0]]) is not None
        plural = PLURAL.search(self._text[last[1] : cue.end]) is not None or self._of_list(cue)
        return cue.says in EXTENDS and (joined or plural) and self._count(end, last[0]) <= 4 and not APART.search(run)

    def _of_list(self, cue: Cue) -> bool:
        """Whether a colon or a dash parts it from the list that it is said of ("A 5 mg, B 10 mg: no change")."""
        return cue.sign and cue.says == "taking" and self._text[cue.start : cue.end].lstrip()[:1] in ":–—-"

    def _named(self, start: int, end: int) -> int:
        """How many mentions stand from ``start`` to ``end``."""
        return bisect_left(self._starts, end) - bisect_left(self._starts, start)

    def _ends_at(self, place: int) -> bool:
        """Whether a mention ends at ``place``, or a bracket or two before it."""
        last = bisect_left(self._starts, place) - 1
        return last >= 0 and not self._text[self._spans[last][1] : place].strip(" )]*")

    def _count(self, start: int, end: int) -> int:
        """The words from ``start`` to ``end`` that belong to no mention."""
        return self._plain[bisect_left(self._word_starts, end)] - self._plain[bisect_left(self._word_starts, start)]
