"""Names and abbreviations of a query, each with what the vocabulary calls it: "AOM (acute otitis media)"."""

from __future__ import annotations

from collections.abc import Iterator

from medrag.knowledge import Knowledge
from medrag.reading.matcher import tokens
from medrag.reading.terms import Kind, Term, terms

_SAME_WORD = 5
"""Letters that two forms of a word share."""


def spelt_out(text: str, knowledge: Knowledge) -> str:
    """``text`` with each other name of a drug or condition followed by its own, in parentheses.

    Guidelines name things in full, and an encoder knows few abbreviations and brands. A name that the text holds, or
    another form of it, is not added.
    """
    return "".join(_parts(text, knowledge))


def _parts(text: str, knowledge: Knowledge) -> Iterator[str]:
    done, said = 0, text.casefold()
    for match in terms(knowledge).find(text, tokens(text)):
        name = next(filter(None, map(_name, match.values)), "")
        if match.start >= done and _adds(name.casefold(), said[match.start : match.end], said):
            yield f"{text[done : match.end]} ({name})"
            done = match.end
    yield text[done:]


def _adds(name: str, written: str, said: str) -> bool:
    """Whether ``name`` is more than the text holds: "spironolactone" for "spiro", not "pregnancy" for "pregnant"."""
    if name.startswith(written):
        return name not in said
    return bool(name) and name[:_SAME_WORD] not in said


def _name(term: Term) -> str:
    if term.kind is Kind.CONDITION:
        return term.name
    if term.drug is None:
        return ""
    return "/".join(term.drug.ingredients) or (term.drug.drug_class or "").replace("_", " ")
