"""Names and abbreviations of a query, each with what the vocabulary calls it: "AOM (acute otitis media)"."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from medrag.knowledge import Knowledge
from medrag.reading.matcher import Letters, Matcher, tokens
from medrag.reading.terms import Kind, Term, terms

_SAME_WORD = 5
"""Letters that two forms of a word share."""


def spelt_out(text: str, knowledge: Knowledge) -> str:
    """``text`` with each other name of a drug or condition, and each short or lay word of care ("abx", "water tablet"),
    followed by what guidelines call it, in parentheses.

    Guidelines name things in full, and an encoder knows few abbreviations and brands. What the text holds already, or
    another form of it, is not added.
    """
    return "".join(_parts(text, knowledge))


def _parts(text: str, knowledge: Knowledge) -> Iterator[str]:
    done = 0
    for start, end, name in _meant(text, knowledge):
        if start >= done:
            yield f"{text[done:end]} ({name})"
            done = end
    yield text[done:]


def _meant(text: str, knowledge: Knowledge) -> list[tuple[int, int, str]]:
    """Where a name or a short word begins and ends and what it is called, in order; of two at one place the longer."""
    words, said = tokens(text), text.casefold()
    named = (
        (match.start, match.end, name)
        for match in terms(knowledge).find(text, words)
        for name in islice(filter(None, map(_name, match.values)), 1)
        if _adds(name.casefold(), said[match.start : match.end], said)
    )
    short = (
        (match.start, match.end, match.values[0])
        for match in _shorthand(knowledge).find(text, words)
        if any(word not in said for word in match.values[0].casefold().split())
    )
    return sorted((*named, *short), key=lambda each: (each[0], -each[1]))


@lru_cache(maxsize=4)
def _shorthand(knowledge: Knowledge) -> Matcher[str]:
    return Matcher(
        (written, Letters.CAPITALS if each.capitals else Letters.ANY, each.meaning)
        for each in knowledge.shorthand
        for written in each.written
    )


def _adds(name: str, written: str, said: str) -> bool:
    """Whether ``name`` is more than the text holds: "spironolactone" for "spiro", not "pregnancy" for "pregnant"."""
    if name.startswith(written):
        return name not in said
    return name[:_SAME_WORD] not in said


def _name(term: Term) -> str:
    if term.kind is Kind.CONDITION:
        return term.name
    if term.drug is None:
        return ""
    return "/".join(term.drug.ingredients) or (term.drug.drug_class or "").replace("_", " ")
