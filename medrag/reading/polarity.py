"""Whether advice recommends a drug, warns against it, stops it, or only mentions it.

The nearest cue before the name whose scope reaches it decides, unless words right after the name decide otherwise.
With no cue at all a name counts as recommended: to check too much is safe, to check too little is not. The cues and the
words that decide are data (``languages/en/advice.yaml``). General context tools (negation, family history, hypothesis)
answer other questions than "is this drug advised?".
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import islice

from medrag.reading.languages import pattern

_said = partial(pattern, "advice")


class Polarity(StrEnum):
    """What the text says about giving the drug."""

    RECOMMENDED = "recommended"
    AVOIDED = "avoided"
    STOPPED = "stopped"
    MENTIONED = "mentioned"


@dataclass(frozen=True, slots=True)
class Cue:
    """``text[start:end]`` sets ``polarity`` for names up to ``reach`` and at most ``words`` away.

    ``soft`` background ("if", "because", "history of") yields to a dose.
    """

    start: int
    end: int
    polarity: Polarity
    reach: int
    words: int | None = None
    soft: bool = False


_KINDS = {
    "keep": Polarity.RECOMMENDED,
    "give": Polarity.RECOMMENDED,
    "avoid": Polarity.AVOIDED,
    "no": Polarity.AVOIDED,
    "stop": Polarity.STOPPED,
    "context": Polarity.MENTIONED,
    "soft": Polarity.MENTIONED,
}
NEAREST = 40
"""How many cues before a name are looked at."""
LONGEST_SENTENCE = 600
"""Characters beyond which a cue no longer reaches, whatever the punctuation."""
_WORDS_AWAY = {"no": 4, "context": 4, "soft": 6}
"""How many words may stand between a cue and the name it speaks of; verbs reach through their whole sentence."""
_WORD = re.compile(r"[\w'-]+")
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[;\n]|\s[-–—]\s|:\s")
_HEADING = re.compile(r"\s*[:–—-]\s+")
"""After a cue that heads a list ("Drugs to avoid: ...")."""


def cues(text: str, spans: Sequence[tuple[int, int]] = ()) -> list[Cue]:
    """Every cue in ``text`` with its scope, in order; ``spans`` are the drugs named in it."""
    found: list[Cue] = []
    for match in _said("cue").finditer(text):
        kind = match.lastgroup or "give"
        polarity = _KINDS[kind]
        if kind == "give" and found and _absorbed(text, found[-1], match.start(), spans):
            continue
        purpose = kind in ("avoid", "stop") and _said("purpose").search(
            text[max(0, match.start() - 20) : match.start()]
        )
        words = 1 if purpose else _WORDS_AWAY.get(kind)
        reach = _reach(text, kind, match.end())
        found.append(Cue(match.start(), match.end(), polarity, reach, words, kind == "soft"))
    found += [
        Cue(m.start("to"), m.end("to"), Polarity.MENTIONED, _reach(text, "context", m.end("to")), 4)
        for m in _said("prefer").finditer(text)
    ]
    return sorted(found, key=lambda cue: cue.start)


def _absorbed(text: str, before: Cue, start: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a giving verb belongs to the warning before it ("do not routinely use", not "instead of X use")."""
    warning = before.polarity in (Polarity.AVOIDED, Polarity.STOPPED)
    if any(before.end <= begin < start for begin, _ in spans):
        return False
    return warning and _said("absorbed").fullmatch(text, before.end, start) is not None


def _reach(text: str, kind: str, end: int) -> int:
    """Verbs reach to the end of their sentence; bare negations and conditions to the next comma."""
    most = min(len(text), end + LONGEST_SENTENCE)
    if heading := _HEADING.match(text, end):
        end = heading.end()
    stop = _SENTENCE_END.search(text, end, most)
    sentence = stop.start() if stop else most
    if kind not in _WORDS_AWAY:
        so = _said("so").search(text, end, sentence) if kind in ("avoid", "stop") else None
        return so.start() if so else sentence
    comma = text.find(",", end, sentence)
    verb = _said("verb").search(text, end, sentence) if kind == "no" else None
    return min(comma if comma >= 0 else sentence, verb.start() if verb else sentence)


_LOOK_AHEAD = 120
LONGEST_CASE = 120


def polarity_of(text: str, start: int, end: int, spans: Sequence[tuple[int, int]], marks: Sequence[Cue]) -> Polarity:
    """The polarity of the drug named at ``text[start:end]`` among the other drugs named at ``spans``."""
    if _said("verdict").match(text, end):
        return Polarity.AVOIDED
    after = _blank(text, end, spans)
    direct = _said("after").match(after)
    if direct and direct.lastgroup:
        return Polarity(direct.lastgroup)
    before = marks[: bisect_right(marks, start, key=lambda mark: mark.start)]
    near = (mark for mark in reversed(before) if mark.end <= start)
    cue = next((mark for mark in islice(near, NEAREST) if _applies(text, mark, start, spans)), None)
    if cue is None:
        return Polarity.STOPPED if _said("arrow_next").match(after) else _uncued(after)
    if _overruled(text, cue, start, end, after) or _by_means(text, cue, start, spans):
        return Polarity.RECOMMENDED
    if cue.polarity is Polarity.STOPPED and _for_later(text, cue, after):
        return Polarity.MENTIONED
    return cue.polarity


def _for_later(text: str, cue: Cue, after: str) -> bool:
    """Whether a stop is for later, or for a case that has not come ("stop it if bleeding occurs")."""
    clause = _said("then").split(after, maxsplit=1)[0]
    before = text[max(0, cue.start - LONGEST_CASE) : cue.start]
    return _said("later").match(clause) is not None or _said("in_case").search(before) is not None


def _by_means(text: str, cue: Cue, start: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether the name is what something is stopped or avoided with ("stop the bleeding with X")."""
    between = text[cue.end : start]
    named = any(cue.end <= begin < start for begin, _ in spans)
    verb = _said("ends").match(text, cue.start, cue.end)
    return verb is not None and not named and _said("by_means").fullmatch(between) is not None


def _uncued(after: str) -> Polarity:
    """With no cue before the name: advised, unless the sentence goes on to warn of it or only to describe its harm."""
    if _said("warned_farther").match(after):
        return Polarity.AVOIDED
    return Polarity.MENTIONED if _said("harm").match(after) else Polarity.RECOMMENDED


def _overruled(text: str, cue: Cue, start: int, end: int, after: str) -> bool:
    """Whether words nearer to the name than its cue say that it is advised after all."""
    if _said("given").match(after) and (cue.soft or not _joined_to(text, cue, start)):
        return True
    opens_clause = (
        cue.polarity is not Polarity.MENTIONED and re.search(r",\s*$", text[max(0, start - 20) : start]) is not None
    )
    if (cue.soft or opens_clause) and _said("dose_next").match(text, end):
        return True
    return cue.polarity is Polarity.STOPPED and _is_replacement(text, cue, start)


def _blank(text: str, end: int, spans: Sequence[tuple[int, int]]) -> str:
    """The rest of the sentence with the other drug names replaced by a sign of their length's worth."""
    rest = text[end : end + _LOOK_AHEAD]
    place = bisect_right(spans, (end, 0))
    for begin, stop in spans[place : place + _LOOK_AHEAD]:
        if begin >= end + _LOOK_AHEAD:
            break
        if begin >= end:
            rest = rest[: begin - end] + "§" * (stop - begin) + rest[stop - end :]
    stop_match = _SENTENCE_END.search(rest)
    return rest[: stop_match.start()] if stop_match else rest


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
    return _said("replaces").match(text, cue.start, cue.end) is not None and _said("joined").search(between) is not None
