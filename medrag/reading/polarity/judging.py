"""Whether advice recommends a drug, warns against it, stops it, or only mentions it.

The nearest cue before the name whose scope reaches it decides, unless words right after the name decide otherwise.
With no cue at all a name counts as recommended: to check too much is safe, to check too little is not. General
context tools (negation, family history, hypothesis) answer other questions than "is this drug advised?".
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import partial
from itertools import islice

from medrag.reading.languages import pattern
from medrag.reading.polarity.cues import LONGEST_SENTENCE, SENTENCE_END, Cue, Polarity, sentence_around

_said = partial(pattern, "advice")
LOOK_AHEAD = 120
"""Characters after a name that are looked at."""
NEAREST = 40
"""How many cues before a name are looked at."""
LONGEST_CASE = 120
NEAR = 30
"""Characters before a name in which the word for an exception stands."""
_WORD = re.compile(r"[\w'-]+")
_OPENED = re.compile(r",\s*(?:\d[\d.,:]*\s*(?:%|mg/mL|units/mL)?\s+)?\Z", re.IGNORECASE)
"""That a name opens its clause, with its strength or without."""


def polarity_of(text: str, start: int, end: int, spans: Sequence[tuple[int, int]], marks: Sequence[Cue]) -> Polarity:
    """The polarity of the drug named at ``text[start:end]`` among the other drugs named at ``spans``."""
    said = _by_cues(text, start, end, spans, marks)
    if said is Polarity.RECOMMENDED and _long_past(text, start, end):
        return Polarity.MENTIONED
    overruled = {Polarity.AVOIDED: "overruled", Polarity.MENTIONED: "conceded"}.get(said)
    return Polarity.RECOMMENDED if overruled and _said(overruled).match(_rest(text, end, spans)) else said


def _long_past(text: str, start: int, end: int) -> bool:
    """Whether the name's sentence only tells what was years ago."""
    sentence = sentence_around(text, start, end)
    return _said("past_story").match(sentence) is not None and _said("at_present").search(sentence) is None


def _by_cues(text: str, start: int, end: int, spans: Sequence[tuple[int, int]], marks: Sequence[Cue]) -> Polarity:
    """What the words around the name say of it."""
    after = _blank(text, end, spans)
    if _said("likewise").match(after) and (other := _name_before(start, spans)):
        return _by_cues(text, *other, spans, marks)
    if (said := _said_after(text, start, end, after)) is not None:
        return said
    before = range(bisect_right(marks, start, key=lambda mark: mark.start) - 1, -1, -1)
    near = (marks[place] for place in before if marks[place].end <= start)
    cue = next((mark for mark in islice(near, NEAREST) if _applies(text, mark, start, spans)), None)
    if cue is None and _feared_too(text, start, after):
        return Polarity.MENTIONED
    if cue is None:
        return Polarity.STOPPED if _said("arrow_next").match(after) else _uncued(after)
    return _cued(text, cue, start, end, after, spans)


def _name_before(start: int, spans: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """The name before the one at ``start``, where it is not far."""
    place = bisect_left(spans, (start, 0))
    return spans[place - 1] if place and start - spans[place - 1][1] <= LONGEST_CASE else None


def _cued(  # noqa: PLR0913 (what a cue is weighed against)
    text: str, cue: Cue, start: int, end: int, after: str, spans: Sequence[tuple[int, int]]
) -> Polarity:
    """What the nearest cue makes of the name, where nothing nearer overrules it."""
    if cue.polarity is Polarity.RECOMMENDED and _is_subject(text, cue) and _uncued(after) is not Polarity.RECOMMENDED:
        return Polarity.AVOIDED
    if cue.polarity is Polarity.RECOMMENDED and _said("denied_too").search(
        text[max(0, cue.start - LONGEST_CASE) : cue.start]
    ):
        return Polarity.AVOIDED
    if _excepted(text, start) or _overruled(text, cue, start, end, after) or _by_means(text, cue, start, spans):
        return Polarity.RECOMMENDED
    if cue.polarity is Polarity.STOPPED and _for_later(text, cue, text[start:end], after, spans):
        return Polarity.MENTIONED
    return cue.polarity


def _excepted(text: str, start: int) -> bool:
    """Whether the name is what a warning before it leaves out ("avoid all NSAIDs except X", "nothing but X")."""
    exception = _said("exception").search(text, max(0, start - NEAR), start)
    if exception is None:
        return False
    before = text[max(0, exception.start() - LONGEST_CASE) : exception.start()]
    return _said("all_of").search(SENTENCE_END.split(before)[-1]) is not None


def _said_after(text: str, start: int, end: int, after: str) -> Polarity | None:
    """What the words right after the name say by themselves."""
    if _said("left_undone").match(after) and _said("not_to_be").search(text, max(0, start - LOOK_AHEAD), start):
        return Polarity.RECOMMENDED
    if _said("verdict").match(text, end) or _said("rejected").match(after) or _shares_verdict(text, start, after):
        return Polarity.AVOIDED
    not_so = _said("would").match(after) and _said("counterfactual").search(text, max(0, start - LONGEST_CASE))
    if not_so or _said("only_once").match(after) or _said("would_but").match(after):
        return Polarity.MENTIONED
    direct = None if _said("other_stopped").match(after) else _said("after").match(after)
    if (
        direct
        and direct.lastgroup in ("avoided", "stopped")
        and _said("exception").search(text, max(0, start - NEAR), start)
    ):
        return Polarity.RECOMMENDED
    if not direct or not direct.lastgroup:
        return None
    undone = direct.lastgroup == "avoided" and _said("not_doing").search(text, max(0, start - LOOK_AHEAD), start)
    return Polarity.RECOMMENDED if undone else Polarity(direct.lastgroup)


def _shares_verdict(text: str, start: int, after: str) -> bool:
    """Whether the name leaves out the verb of the one before it ("A is barred by the pressure and B by the asthma")."""
    if not _said("gapped").match(after):
        return False
    before = SENTENCE_END.split(text[max(0, start - LONGEST_CASE) : start])[-1]
    return _said("verdict_by").search(before) is not None


def _is_subject(text: str, cue: Cue) -> bool:
    """Whether the giving is what its sentence speaks of ("Starting X with Y leads to ...")."""
    openings = _said("as_subject").finditer(text, max(0, cue.start - LONGEST_CASE), cue.end)
    return any(found.end() >= cue.start for found in openings)


def _for_later(text: str, cue: Cue, name: str, after: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a stop is for later, or for a case that has not come ("stop it if bleeding occurs").

    Where the case is that another drug is given, the stop comes with it.
    """
    clause = _said("then").split(after, maxsplit=1)[0]
    if _said("later").match(clause):
        return True
    start = max(0, cue.start - LONGEST_CASE)
    case = _said("in_case").search(text[start : cue.start])
    return case is not None and not _of_giving(text, start + case.start(), cue.start, name, spans)


def _of_giving(text: str, start: int, end: int, name: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether ``text[start:end]`` is the case that a drug other than ``name`` is given."""
    inside = spans[bisect_left(spans, (start, 0)) : bisect_left(spans, (end, 0))]
    others = [text[begin:stop] for begin, stop in inside if text[begin:stop].lower() != name.lower()]
    return bool(others) and _said("case_of_giving").search(text, start, end) is not None


def _by_means(text: str, cue: Cue, start: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether the name is what something is stopped or avoided with ("stop the bleeding with X")."""
    first = bisect_left(spans, (cue.end, 0))
    named = first < len(spans) and spans[first][0] < start
    verb = _said("ending").match(text, cue.start, cue.end)
    return verb is not None and not named and _said("by_means").fullmatch(text, cue.end, start) is not None


def _uncued(after: str) -> Polarity:
    """With no cue before the name: advised, unless the sentence goes on to warn of it or only to describe its harm."""
    if any(_said(warning).match(after) for warning in ("warned_farther", "warned_back", "verdict_aside")):
        return Polarity.AVOIDED
    if _said("stopped_farther").match(after):
        return Polarity.STOPPED
    spoken_of = _said("harm").match(after) or _said("with_advice").match(after)
    return Polarity.MENTIONED if spoken_of else Polarity.RECOMMENDED


def _feared_too(text: str, start: int, after: str) -> bool:
    """Whether the name is of a further pair of which nothing is said but the harm ("..., A and B marrow failure")."""
    before = SENTENCE_END.split(text[max(0, start - LONGEST_CASE) : start])[-1]
    return _said("feared_too").match(after) is not None and _said("harmful").search(before) is not None


def _overruled(text: str, cue: Cue, start: int, end: int, after: str) -> bool:
    """Whether words nearer to the name than its cue say that it is advised after all."""
    if _said("given").match(after) and (cue.soft or not _joined_to(text, cue, start)):
        return True
    opens_clause = (
        cue.polarity is not Polarity.MENTIONED and _OPENED.search(text, max(0, start - 20), start) is not None
    )
    if (cue.soft or opens_clause) and _said("dose_next").match(text, end):
        return True
    return cue.polarity is Polarity.STOPPED and (_is_replacement(text, cue, start) or _goes_on(text, cue, after))


def _goes_on(text: str, cue: Cue, after: str) -> bool:
    """Whether the drug is changed to another way of giving it, and to no other drug ("from weekly to daily")."""
    changed = _said("exchanging").match(text, cue.start, cue.end)
    return changed is not None and _said("another_way").match(after) is not None


def _blank(text: str, end: int, spans: Sequence[tuple[int, int]]) -> str:
    """The rest of the sentence, without other drugs' names."""
    rest = _rest(text, end, spans)[:LOOK_AHEAD]
    stop_match = SENTENCE_END.search(rest)
    return rest[: stop_match.start()] if stop_match else rest


def _rest(text: str, end: int, spans: Sequence[tuple[int, int]]) -> str:
    """What follows to some distance, with the other drug names replaced by a sign of their length's worth."""
    far, at = end + 2 * LOOK_AHEAD, end
    pieces = []
    place = bisect_right(spans, (end, 0))
    for begin, stop in spans[place : place + LOOK_AHEAD]:
        if begin >= far:
            break
        if begin >= at:
            pieces += [text[at:begin], "§" * (stop - begin)]
            at = stop
    return "".join([*pieces, text[at:far]])


def _applies(text: str, cue: Cue, start: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether the cue reaches the name: within its scope, and within its number of words, other names not counted."""
    if start > cue.reach:
        return False
    if cue.words is None:
        return True
    between = [word for word in _WORD.finditer(text, cue.end, start) if not _inside(word.start(), spans)]
    return len(between) <= cue.words


def _inside(position: int, spans: Sequence[tuple[int, int]]) -> bool:
    place = bisect_right(spans, (position, LONGEST_SENTENCE + position))
    return place > 0 and position < spans[place - 1][1]


def _joined_to(text: str, cue: Cue, start: int) -> bool:
    """Whether nothing but words stands between the cue and the name ("avoid starting X, which is used for ...")."""
    return "," not in text[cue.end : start]


def _is_replacement(text: str, cue: Cue, start: int) -> bool:
    """Whether the name is what a drug is switched *to* or replaced *with*."""
    between = text[cue.end : start]
    if _said("arrow_before").search(between):
        return True
    if not _said("exchanging").match(text, cue.start, cue.end):
        return False
    return _said("for_it").search(between) is not None
