"""What the words of one recorded condition affirm, and what they deny ("epilepsy without status epilepticus").

A denial covers the words after it to the end of its clause, never those before; a prefix "non-" only its own word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from medrag.knowledge import Knowledge
from medrag.knowledge.names import Meaning
from medrag.reading.languages import pattern
from medrag.reading.languages.gloss import in_english
from medrag.reading.matcher import Token, tokens

LONGEST_PHRASE = 7

_LISTED = r"no|nor|denie[sd]|denying|negative for|rule[sd]? out|absence of|never|free (?:of|from)|nil"
_DENIES = re.compile(rf"\b(?:(?P<listed>{_LISTED})|not|without|w/o)\b", re.IGNORECASE)
_PREFIX = re.compile(r"\bnon[\s-]+\w+", re.IGNORECASE)
_OPEN = re.compile(r"(?:\b(?:cannot|can't|can not|could not|not(?: yet| been)*)\s+(?:be\s+|been\s+)?)$", re.IGNORECASE)
_END = re.compile(
    r"[;.:()\n]|(?P<comma>,)|\b(?:with|but|however|although|though|has|after|following|since|during|now"
    r"|(?:recurrence|exacerbation|flare|relapse|complications?|sequelae|worsening|progression|treatment)"
    r" (?:of|from|for))\b"
    r"|(?<!not)(?<!now) (?:on|in)\b",
    re.IGNORECASE,
)
_AFTERWARDS = re.compile(
    r"\b(?:ruled out|excluded|not (?:present|found|confirmed|seen|diagnosed|detected|isolated)|absent)\b"
    r"|\bnon-?\s?reactive\b"
    r"|[:=–-]\s*(?:none|no|nil|never|negative|neg|absent|denie[sd]|n)\s*(?=$|[;,.)])"
    r"|(?:\bneg(?:ative)?\b|(?<!\w)-ve\b)\s*(?=$|[;,.)]|[–-]\s)",
    re.IGNORECASE,
)
_TRIVIAL = re.compile(
    r"\W*(?:(?:the|patient|pt|he|she|there|is|has|had|currently|known|evidence|of)\b\W*)*", re.IGNORECASE
)
_PART = re.compile(r"[;.\n]")


@dataclass(frozen=True, slots=True)
class Wording:
    """Meanings affirmed and denied; ``nothing``: the words only deny, or speak of somebody else or a vaccination."""

    affirmed: tuple[Meaning, ...]
    denied: tuple[Meaning, ...]
    nothing: bool


@dataclass(frozen=True, slots=True)
class _Phrase:
    start: int
    end: int
    meanings: tuple[Meaning, ...]


_known: ContextVar[dict[str, Wording] | None] = ContextVar("known", default=None)


@contextmanager
def once() -> Iterator[None]:
    """Within it the same words are read once; nothing of them is kept after it."""
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


def wording(text: str, knowledge: Knowledge) -> Wording:
    """What ``text`` says, by the longest known phrase at each place."""
    known = _known.get()
    if known is None:
        return _read(text, knowledge)
    if text not in known:
        known[text] = _read(text, knowledge)
    return known[text]


def _read(text: str, knowledge: Knowledge) -> Wording:
    text = in_english(text, knowledge)
    phrases = _phrases(text, knowledge)
    relatives = _relatives_spans(text, phrases)
    spans = _denied_spans(text, phrases) + relatives
    no = [each for each in phrases if _within(each, spans)]
    sought = [each for each in phrases if _sought(text, each)]
    yes = [each for each in phrases if each not in (*no, *sought)]
    yes += [had for each in no if _within(each, relatives) and (had := _in_family(text, each, knowledge))]
    nothing = (bool(spans) and _covered(text, spans)) or pattern("entries", "only_sought").fullmatch(text) is not None
    return Wording(_meanings(yes), _meanings(no), not yes and nothing)


def _sought(text: str, phrase: _Phrase) -> bool:
    """Whether it is what a vaccination or a screening is for."""
    spans = [found.span() for found in pattern("entries", "sought").finditer(text)]
    return _within(phrase, spans) or pattern("entries", "sought_after").match(text, phrase.end) is not None


def _within(phrase: _Phrase, spans: Iterable[tuple[int, int]]) -> bool:
    return any(start <= phrase.start and phrase.end <= end for start, end in spans)


def _in_family(text: str, phrase: _Phrase, knowledge: Knowledge) -> _Phrase | None:
    """What it says of the patient that a relative has it, where that means anything ("malignant hyperthermia")."""
    meanings = knowledge.phrases.get(f"family history of {text[phrase.start : phrase.end].casefold()}")
    return replace(phrase, meanings=meanings) if meanings else None


def _meanings(phrases: Sequence[_Phrase]) -> tuple[Meaning, ...]:
    return tuple(dict.fromkeys(meaning for each in phrases for meaning in each.meanings))


def _covered(text: str, spans: list[tuple[int, int]]) -> bool:
    """Whether nothing of substance stands outside the spans."""
    rest = list(text)
    for start, end in spans:
        rest[start:end] = " " * (end - start)
    return _TRIVIAL.fullmatch("".join(rest)) is not None


def _phrases(text: str, knowledge: Knowledge) -> list[_Phrase]:
    """Known phrases from left to right; the word after a "non-" begins none by itself."""
    words, found, i = tokens(text), [], 0
    while i < len(words):
        count, meanings = _longest(words, i, knowledge)
        if meanings:
            found.append(_Phrase(words[i].start, words[i + count - 1].end, meanings))
        elif words[i].folded == "non":
            count = 2
        i += count
    return found


def _longest(words: Sequence[Token], i: int, knowledge: Knowledge) -> tuple[int, tuple[Meaning, ...]]:
    for count in range(min(LONGEST_PHRASE, len(words) - i), 0, -1):
        phrase = " ".join(word.folded for word in words[i : i + count])
        meanings = knowledge.phrases.get(phrase) or knowledge.phrases.get(phrase.removesuffix("s"))
        if meanings and not (len(words) > count == 1 and _ordinary(words[i], knowledge)):
            return count, meanings
    return 1, ()


def _ordinary(word: Token, knowledge: Knowledge) -> bool:
    """A word that only in capitals is an abbreviation, or as the whole entry ("hit by a car")."""
    return word.folded in knowledge.words["abbreviations"] and not word.text.isupper()


def _denied_spans(text: str, phrases: list[_Phrase]) -> list[tuple[int, int]]:
    """Where what stands in the text is denied."""
    denials = (m for m in _cues(_DENIES, text, phrases) if not _OPEN.search(text, 0, m.start()))
    found = [(match.start(), _end(text, match)) for match in denials]
    found += [match.span() for match in _cues(_PREFIX, text, phrases)]
    prevented = ((each, pattern("states", "prevented").match(text, each.end)) for each in phrases)
    found += [(each.start, match.end()) for each, match in prevented if match]
    for match in _cues(_AFTERWARDS, text, phrases):
        if not _OPEN.search(text, 0, match.start()):
            found.append((_part_start(text, match.start(), r"[;.,\n]"), match.end()))
    return found


def _relatives_spans(text: str, phrases: list[_Phrase]) -> list[tuple[int, int]]:
    """Where what stands in the text is somebody else's."""
    found = []
    for match in _cues(pattern("relatives", "of_family"), text, phrases):
        stop = _PART.search(text, match.end())
        found.append((_part_start(text, match.start(), r"[;.\n]"), stop.start() if stop else len(text)))
    return found


def _cues(expression: re.Pattern[str], text: str, phrases: list[_Phrase]) -> list[re.Match[str]]:
    """The matches that do not begin within a phrase ("nursing mother")."""
    return [m for m in expression.finditer(text) if not any(p.start <= m.start() < p.end for p in phrases)]


def _end(text: str, cue: re.Match[str]) -> int:
    """Where the clause of a denial ends; a list goes on over commas after "no", not after "without"."""
    for match in _END.finditer(text, cue.end()):
        if match["comma"] and cue["listed"]:
            continue
        return match.start()
    return len(text)


def _part_start(text: str, place: int, ends: str) -> int:
    found = [m.end() for m in re.finditer(ends, text[:place])]
    return found[-1] if found else 0
