"""Words before a drug's name that advise it, warn against it, stop it or only mention it, and how far they reach.

The words are data (``languages/en/advice.yaml``).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

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
    "instead": Polarity.STOPPED,
    "context": Polarity.MENTIONED,
    "soft": Polarity.MENTIONED,
}
LONGEST_SENTENCE = 600
"""Characters beyond which a cue no longer reaches, whatever the punctuation."""
_WORDS_AWAY = {"no": 4, "context": 4, "soft": 6, "instead": 6}
"""How many words may stand between a cue and the name it speaks of; verbs reach through their whole sentence."""
SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[;\n]|\s[-–—]\s|:\s")
_HEADING = re.compile(r"\s*[:–—-]\s+")
"""After a cue that heads a list ("Drugs to avoid: ...")."""


def sentence_around(text: str, start: int, end: int) -> str:
    """The sentence in which ``text[start:end]`` stands, as far as a cue reaches either way."""
    first, last = max(0, start - LONGEST_SENTENCE), min(len(text), end + LONGEST_SENTENCE)
    begun = [found.end() for found in SENTENCE_END.finditer(text, first, start)]
    stop = SENTENCE_END.search(text, end, last)
    return text[begun[-1] if begun else first : stop.start() if stop else last]


def cues(text: str, spans: Sequence[tuple[int, int]] = ()) -> list[Cue]:
    """Every cue in ``text`` with its scope, in order; ``spans`` are the drugs named in it."""
    found: list[Cue] = []
    for match in _said("cue").finditer(text):
        kind = match.lastgroup or "give"
        polarity = _KINDS[kind]
        if kind == "give" and found and _absorbed(text, found[-1], match.start(), spans):
            continue
        before = text[max(0, match.start() - 20) : match.start()]
        purpose = kind in ("avoid", "stop") and _said("purpose").search(before)
        words = 1 if purpose else _WORDS_AWAY.get(kind)
        reach = _reach(text, kind, match.end())
        found.append(Cue(match.start(), match.end(), polarity, reach, words, kind == "soft"))
    found += [_at(text, *m.span(m.lastgroup or 0), Polarity.MENTIONED) for m in _said("prefer").finditer(text)]
    found += [_at(text, *m.span("for"), Polarity.STOPPED) for m in _said("substitute").finditer(text)]
    return sorted(found, key=lambda cue: cue.start)


def _at(text: str, start: int, end: int, polarity: Polarity) -> Cue:
    return Cue(start, end, polarity, _reach(text, "context", end), _WORDS_AWAY["context"])


def _absorbed(text: str, before: Cue, start: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a giving verb belongs to the warning before it ("do not routinely use", not "instead of X use")."""
    warning = before.polarity in (Polarity.AVOIDED, Polarity.STOPPED)
    first = bisect_left(spans, (before.end, 0))
    if first < len(spans) and spans[first][0] < start:
        return False
    return warning and _said("absorbed").fullmatch(text, before.end, start) is not None


def _reach(text: str, kind: str, end: int) -> int:
    """Verbs reach to the end of their sentence; bare negations and conditions to the next comma."""
    most = min(len(text), end + LONGEST_SENTENCE)
    if heading := _HEADING.match(text, end):
        end = heading.end()
    stop = SENTENCE_END.search(text, end, most)
    sentence = stop.start() if stop else most
    if kind not in _WORDS_AWAY:
        so = _said("so").search(text, end, sentence) if kind in ("avoid", "stop") else None
        return so.start() if so else sentence
    listed = _said("listed").match(text, end, sentence) if kind == "no" else None
    comma = text.find(",", listed.end() if listed else end, sentence)
    verb = _said("verb").search(text, end, sentence) if kind == "no" else None
    return min(comma if comma >= 0 else sentence, verb.start() if verb else sentence)
