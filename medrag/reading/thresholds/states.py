"""States of a patient that exclude one another ("mild", "severe"): named in a text, and by a sentence's condition."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial

from medrag.reading.languages import axes, pattern

_said = partial(pattern, "states")
WORDS = 5
"""Words behind a state that may name its condition."""
LETTERS = 3
"""Of a word that may tell two conditions apart."""
_ENDED = re.compile(r"(?<!\b[A-Za-z])\.(?=\s)|[;?!]")


@dataclass(frozen=True, slots=True)
class Stated:
    """That something is in one of these ``states`` of an axis.

    ``about`` are the words that say what, empty where none do or the axis is of the patient as a whole. ``clear``:
    nothing beside it says that it is past, feared, asked or another's.
    """

    axis: str
    states: frozenset[str]
    about: str
    clear: bool
    start: int
    end: int


def stated(text: str, kind: str = "axes", *, told: bool = True) -> list[Stated]:
    """Every state of the axes of the file ``kind`` that is named of a patient in ``text``.

    Without ``told`` only by the words that name it, not by what else tells of it in a patient.
    """
    return [each for axis in axes(kind) for each in _named(text, axis, _expression(axis, kind, told=told), kind)]


def required(text: str, heading: str = "") -> list[Stated]:
    """The states that the sentence ``text`` under ``heading`` is for, one each axis; none where it has other cases."""
    if begun := lead(text):
        return _of_part(begun)
    tail = _said("tail").search(text)
    found = _of_part(tail["head"]) if tail and not _OPEN.search(text, 0, tail.start()) else []
    return found or _of_part(heading)


def lead(text: str) -> str:
    """Whom or what a sentence begins with: its condition, else its subject; empty where it has no plain one."""
    match = _said("lead").match(text)
    return (match["head"] or match["subject"] or "").strip() if match else ""


_OPEN = re.compile(r"[,;:]|\b(?:or|and|but|except|unless|than|as|versus|not)\b", re.I)
_OR = re.compile(r"\bor\b", re.I)


def _of_part(part: str) -> list[Stated]:
    part = re.sub(r"\([^)]*\)", "", part)
    found: list[Stated] = []
    for axis in axes():
        named = [each for each in _named(part, axis, _expression(axis, told=False)) if each.clear]
        if named:
            found.append(_either(named))
    spans = [(each.start, each.end) for each in found]
    others = [each for each in _OR.finditer(part) if not any(start <= each.start() < end for start, end in spans)]
    return [] if others else found


def _either(named: Sequence[Stated]) -> Stated:
    """All states of an axis that a part names, as alternatives."""
    first, last = named[0], named[-1]
    states = frozenset().union(*(each.states for each in named))
    return Stated(first.axis, states, " ".join(each.about for each in named).strip(), True, first.start, last.end)


@cache
def _expression(name: str, kind: str = "axes", *, told: bool) -> tuple[re.Pattern[str], tuple[frozenset[str], ...]]:
    """One expression for the words of an axis, the states of each of its groups in order."""
    held = axes(kind)[name]
    lists = [*(held.told.items() if told else ()), *held.words.items()]
    groups = "|".join(f"({'|'.join(words)})" for _, words in lists)
    return re.compile(rf"(?<!\w)(?:{groups})", re.I), tuple(frozenset(state.split(" or ")) for state, _ in lists)


def _named(
    text: str, axis: str, words: tuple[re.Pattern[str], tuple[frozenset[str], ...]], kind: str = "axes"
) -> Iterator[Stated]:
    expression, states = words
    read = axes(kind)[axis]
    for match in expression.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        past = not read.lasting and _said("past_after").match(after)
        clear = not (past or _said("unclear").search(before) or _said("unclear_after").match(after))
        about = _about(text, match) if read.of_condition else ""
        yield Stated(axis, states[(match.lastindex or 1) - 1], about, clear, match.start(), match.end())


@cache
def _following() -> re.Pattern[str]:
    word = rf"[\s/-]+(?!{_said('stop').pattern})(?:[a-z]\.(?=\s)|[\w'-]+)"
    return re.compile(rf"(?:{word}){{1,{WORDS}}}", re.I)


def _about(text: str, match: re.Match[str]) -> str:
    """What the words behind a state say it is of; else the words of its sentence before it."""
    following = _following().match(text, match.end())
    if following and telling(following[0]):
        return following[0]
    before = _ENDED.split(text[: match.start()])[-1]
    return before if telling(before) else ""


def telling(words: str) -> frozenset[str]:
    """The words among ``words`` that may say which condition it is, in lower case and the singular."""
    named = re.sub(rf"\b{_said('generic').pattern}(?!\w)", " ", words.lower())
    return frozenset(word.removesuffix("s") for word in re.findall(r"\w+", named) if len(word) >= LETTERS)
