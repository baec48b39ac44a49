"""Illnesses that nothing is known of, by how their names end: "hydronephrosis", "mitral regurgitation"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from medrag.patient.formats.note.named import Target
from medrag.reading.languages import language, ordinary, pattern
from medrag.reading.matcher import Token, singular
from medrag.reading.sections import Sections
from medrag.reading.terms import Kind, Term

_said = partial(pattern, "illnesses")

MOST_BEFORE = 2
SHORTEST_NAME = 3


def illnesses(text: str, words: Sequence[Token], found: Sequence[Target], parts: Sections) -> Iterator[Target]:
    """The names that end so, in order, outside of headings and of what is ``found`` already (in order)."""
    heads, organs = language().words["illnesses"], language().words["organs"]
    taken = iter([*found, Target(len(text) + 1, len(text) + 1, Term(Kind.CONDITION))])
    current, free = next(taken), 0
    for place, word in enumerate(words):
        while current.end <= word.start and current.start <= len(text):
            free = current.end
            current = next(taken)
        if current.start < word.end or not (_ends(word.folded) or {word.folded, singular(word.folded)} & heads):
            continue
        if (
            parts.in_heading(word.start)
            or _said("more").match(text, word.end)
            or _said("numbered").search(text, max(0, word.start - 12), word.start)
        ):
            continue
        start = _beginning(text, words, place, free, organs)
        yield Target(start, word.end, Term(Kind.CONDITION, text[start : word.end]), stop=word.end, known=False)


def lettered(text: str, found: Sequence[Target]) -> Iterator[Target]:
    """The illnesses that only a letter names, behind one of the same name ("hepatitis B/C", "hepatitis B and C")."""
    for each in found:
        name, end = each.term.name, each.end
        if each.term.kind is not Kind.CONDITION or name[-2:] != f" {text[end - 1]}":
            continue
        while other := _said("letter").match(text, end):
            end = other.end()
            yield Target(other.start(1), end, replace(each.term, name=name[:-1] + other[1]))


def _ends(folded: str) -> bool:
    return _said("ending").fullmatch(folded) is not None and _said("other").fullmatch(folded) is None


def _beginning(text: str, words: Sequence[Token], place: int, free: int, organs: frozenset[str]) -> int:
    """Where the words before a name that say of which part or sort it is begin."""
    start = words[place].start
    for word in reversed(words[max(0, place - MOST_BEFORE) : place]):
        apart = text[word.end : start].strip(" -")
        if apart or "\n" in text[word.end : start] or word.start < free:
            break
        named = word.text[0].isupper() and len(word.text) > SHORTEST_NAME and not ordinary(word.text.lower())
        if not (named or _said("of_part").fullmatch(word.text) or word.folded in organs):
            break
        start = word.start
    return start
