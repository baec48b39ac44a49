"""The cues of a sentence: words and signs, and on which side of them stands what they bear on."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from medrag.reading.boundaries import Sentence
from medrag.reading.context.cues import (
    ALONE,
    ANSWERS,
    FEWEST_MINUS,
    MARK,
    MINUS,
    NEW_CLAUSE,
    NEXT,
    OF_RELATIVE,
    VOID,
    Cue,
    cue_matchers,
    in_order,
)
from medrag.reading.context.predicates import predicates
from medrag.reading.context.spans import Spans
from medrag.reading.languages import CueList, pattern

_said = partial(pattern, "context")


class CueFinder:
    """Finds the cues around the mentions of one text; ``patient`` are words for relatives that name the patient."""

    def __init__(self, spans: Spans, code: str, patient: frozenset[str]) -> None:
        self._spans, self._patient = spans, patient
        self._matcher, self._signs, _ = cue_matchers(code)

    def found(self, sentence: Sentence) -> list[Cue]:
        """The cues of ``sentence``, in order, the longer first."""
        words = self._spans.words_in(sentence.start, sentence.end)
        matches = self._matcher.find(self._spans.text, words)
        found = [
            self._cue(sentence, m.start, m.end, cue)
            for m in matches
            if not self._spans.in_mention(m.start, m.end)
            for cue in m.values
            if not (cue.side == "before" and cue.says == "absent" and self._is_of_before(m.start, m.values))
            if not (cue.says == "family" and self._is_no_relative(sentence, m.start, m.end))
            and not (cue.says == "self" and self._is_a_relatives_own(m.start, m.end))
        ]
        signs = [*self._signs_in(sentence), *predicates(self._spans.text, sentence.start, sentence.end)]
        void = [each for each in signs if each.says in VOID]
        signs = [each for each in signs if not any(v.start < each.end and each.start < v.end for v in void)]
        still = [replace(each, says="taking") for each in void if each.says == "still"]
        return sorted([*self._unanswered(found, [*signs, *void]), *signs, *still], key=in_order)

    def _is_of_before(self, start: int, cues: Sequence[CueList]) -> bool:
        """Whether words that deny what stands on either side of them ("ruled out") follow a mention."""
        return any(each.side == "after" and each.says == "absent" for each in cues) and self._spans.ends_at(start)

    def _is_no_relative(self, sentence: Sentence, start: int, end: int) -> bool:
        """Whether the relative named there is who tells of the patient, or the patient."""
        if self._spans.text[start:end].casefold().removesuffix("'s") in self._patient:
            return True
        return _said("informant").search(self._spans.text[max(sentence.start, start - 40) : start]) is not None

    def _is_a_relatives_own(self, start: int, end: int) -> bool:
        """Whether "himself" is said of the relative named just before ("Son himself has")."""
        said = self._spans.text[start:end].casefold()
        before = pattern("relatives", "before_self")
        return (
            said in {"himself", "herself"} and before.search(self._spans.text[max(0, start - 20) : start]) is not None
        )

    def _unanswered(self, found: list[Cue], signs: Sequence[Cue]) -> Iterator[Cue]:
        """The words that are no part of a sign: of an answer ("DM: no, asthma: yes"), or of one that says nothing."""
        for cue in found:
            if not any(
                sign.start <= cue.start
                and cue.end <= sign.end
                and (
                    sign.says in VOID
                    or (
                        sign.side == "after"
                        and sign.says == cue.says
                        and cue.says in ANSWERS
                        and self._spans.ends_at(sign.start)
                    )
                )
                for sign in signs
            ):
                yield cue

    def _signs_in(self, sentence: Sentence) -> list[Cue]:
        found = []
        marked = self._marked_side(sentence)
        for expression, cue in self._signs:
            for sign in expression.finditer(self._spans.text, sentence.start, sentence.end):
                other_side = MARK.fullmatch(sign[0].strip()) is not None and cue.side != marked
                if not (other_side or self._is_dash(sentence, sign)):
                    found.append(Cue(sign.start(), sign.end(), cue.says, cue.side, cue.reach, sign=True))
        return found

    def _cue(self, sentence: Sentence, start: int, end: int, cue: CueList) -> Cue:
        alone = self._spans.text[start - 1 : start] == "(" and ALONE.match(self._spans.text, end)
        of_relative = alone or OF_RELATIVE.search(self._spans.text[max(sentence.start, start - 20) : start])
        if cue.says == "family" and of_relative:
            return Cue(start, end, cue.says, "after", "item")
        return Cue(start, end, cue.says, self._side(sentence, (start, end), cue), cue.reach)

    def _marked_side(self, sentence: Sentence) -> str:
        """Whether marks such as "(-)" stand before what they are of or after it, by the first of the line."""
        start = self._spans.text.rfind("\n", 0, sentence.start) + 1
        first = MARK.search(self._spans.text, start, sentence.end)
        lead = self._spans.text[start : first.start()].rstrip() if first else ""
        unnamed = first is None or not self._spans.named(start, first.start())
        labels = first is not None and lead.endswith(":") and self._spans.ends_at(start + len(lead) - 1)
        return "before" if unnamed or (lead[-1:] in ",:;.(" and not labels) else "after"

    def _is_dash(self, sentence: Sentence, sign: re.Match[str]) -> bool:
        """Whether a minus is a dash: no plus stands in the same sentence, and no other minus set to a word."""
        if sign[0].strip() not in {"-", "−", "–"} or "+" in self._spans.text[sentence.start : sentence.end]:
            return False
        return len(MINUS.findall(self._spans.text, sentence.start, sentence.end)) < FEWEST_MINUS

    def _side(  # noqa: PLR0911 (in the order in which they decide)
        self, sentence: Sentence, span: tuple[int, int], cue: CueList
    ) -> str:
        """Of a cue that may stand on either side: after what its own item names just before it."""
        start, cue_end = span
        place = bisect_left(self._spans.starts, start) - 1
        named = place >= 0 and self._spans.starts[place] >= sentence.start
        if sentence.row and named and cue.reach == "list" and cue.says in {"stopped", "refused"}:
            return "after"
        if cue.side != "either":
            return cue.side
        if _said("to the next").match(self._spans.text, cue_end):
            return "after"
        if not named:
            return "before"
        end = self._spans.spans[place][1]
        if not self._spans.named(start, sentence.end) and _said("said of it").match(self._spans.text, cue_end):
            return "after"
        if _said("relative").fullmatch(self._spans.text, end, start):
            return "after"
        if NEW_CLAUSE.search(self._spans.text, end, start) and self._spans.named(
            start, min(sentence.end, start + NEXT)
        ):
            return "before"
        if sentence.commas_between(end - 1, start) and self._spans.named(start, sentence.end):
            return "before"
        return "after" if _said("light").fullmatch(self._spans.text, end, start) else "before"
