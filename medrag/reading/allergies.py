"""What a text says of allergies as a whole: that there are none, of which kind, and with which exceptions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

from medrag.reading.languages import pattern, said

_said = partial(pattern, "allergies")

_WHOLE = re.compile(r"\s*(?:nkd?a\b|nkma|no\b[^.;]{0,60}allerg|no known|none\b|nil\b|no$)", re.IGNORECASE)
_DRUGS = re.compile(r"drug|med", re.IGNORECASE)


_EXCEPT = re.compile(
    r"[\s,;:(–-]*\b(?:except(?:ing|ion)?(?: (?:for|of|to))?|with the exception of|other than|apart from|aside from"
    r"|besides|excluding|but not(?: to)?|save for|bar)\b\s*",
    re.IGNORECASE,
)
_CANNOT = re.compile(r"\b(?:not|cannot|can't|never|poorly|doesn't|didn't|unable to)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A recorded entry: the words for what the patient reacts to ("" for nothing), and for what is tolerated."""

    to: str
    tolerated: str


def entry(text: str) -> Entry:
    """An entry of a list of allergies, taken apart at its exception ("NKDA except penicillin")."""
    if match := _EXCEPT.search(text):
        before, after = text[: match.start()], text[match.end() :].rstrip(" ).")
        return Entry(after, "") if denies(before) else Entry(before, after)
    if since := next(_borne(text, "borne"), None):
        return Entry(text[: since[0]], since[1])
    if (match := _said("tolerated").search(text)) and not _cannot(text, match):
        return Entry(text[: match.start()], text[match.end() :].rstrip(" )."))
    if _said("lifted").search(text) or denies(text):
        return Entry("", "")
    return Entry(_spelt(text), "")


def borne(reaction: str) -> str:
    """The words of a recorded ``reaction`` for what has been taken without harm ("rash; has since taken X without")."""
    return "; ".join(words for key in ("borne", "borne_after") for _, words in _borne(reaction, key))


def _borne(text: str, key: str) -> Iterator[tuple[int, str]]:
    """Where the text begins to speak of what was taken without harm, and its words for that."""
    for each in _said(key).finditer(text):
        if not _CANNOT.search(text[: each.start()]):
            yield each.start(), next(filter(None, each.groupdict().values()), "")


def _spelt(text: str) -> str:
    """An entry that is nothing but a short word ("pen"), spelt out."""
    word = text.strip(" .,;").lower()
    return next(
        (name for short, _, name in (each.partition(": ") for each in said("allergies", "short")) if short == word),
        text,
    )


def _cannot(text: str, tolerated: re.Match[str]) -> bool:
    last = tolerated[0].split()[-1]
    return _CANNOT.search(text[: tolerated.start() + tolerated[0].rindex(last)]) is not None


@dataclass(frozen=True, slots=True)
class NoAllergies:
    """``text[start:end]`` says that no allergies are known: of any kind, of drugs, or only of another ``kind``."""

    start: int
    end: int
    kind: Literal["all", "drug", "other"]
    words: str


def no_allergies(text: str) -> list[NoAllergies]:
    """Every statement in ``text`` that no allergies (of a kind) are known."""
    return [
        NoAllergies(m.start(), m.end(), _kind(m), " ".join(m[0].split()))
        for m in _said("none").finditer(text)
        if not _EXCEPT.match(text, m.end()) and not _said("yet").match(text, m.end())
    ]


def says_none(text: str) -> bool:
    """Whether an entry of a list of allergies says that no drug allergies are known, and names none."""
    found = no_allergies(text)
    if found:
        return any(each.kind != "other" for each in found)
    return (
        _WHOLE.match(text) is not None
        and not _said("less").search(text)
        and not re.search(r"\b(?:except|other than)\b", text)
    )


def denies(text: str) -> bool:
    """Whether an entry of a list of allergies denies one or all, and names none."""
    return bool(no_allergies(text)) or says_none(text)


def _kind(match: re.Match[str]) -> Literal["all", "drug", "other"]:
    if match["short"]:
        return "other" if match["short"].upper() == "NKFA" else "drug"
    sort = match["sort"] or match["sorted"] or ""
    if _DRUGS.search(sort):
        return "drug"
    return "other" if _said("less").search(sort) else "all"
