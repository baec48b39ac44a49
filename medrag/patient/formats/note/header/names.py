"""The patient's name in the beginning of a note or in a question: labelled, titled, met, greeted, or opening the text.

How names are introduced is data (``languages/en/header.yaml``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from medrag.knowledge import Knowledge
from medrag.patient.record.names import Name, is_common, name, name_in_order
from medrag.reading.languages import ordinary, pattern, said
from medrag.reading.people.ages import READ

_said = partial(pattern, "header")
_IN_TITLE = 200
"""Characters in which a name that no label introduces heads a note."""
_BEHIND = 24
"""Characters behind a name in which it may turn out to be a relative's or a colleague's."""
NEAR = 80
"""Characters after a name in which a number or a birth date shows that it is one."""
_PLAIN = {"patient", "client", "pt", "name"}
"""Labels that prose may follow as well as a name."""


def names_in(head: str, knowledge: Knowledge) -> frozenset[Name]:
    """The names that the beginning of a note gives its patient."""
    text = _said("emphasis").sub("", head)
    found = (_labelled, _opening, _titled, _greeted, _concerning, _uncapitalised, _charted)
    met = _met(text[:_IN_TITLE], "met", knowledge)
    return frozenset((*(each for finder in found for each in finder(text, knowledge)), *met))


def names_asked_for(question: str, knowledge: Knowledge) -> frozenset[Name]:
    """The names of those for whom a question asks."""
    return frozenset(_met(question[:READ], "asked_for", knowledge))


def _labelled(text: str, knowledge: Knowledge) -> Iterator[Name]:
    given = next((match["name"] for match in _said("labelled_given").finditer(text)), "")
    for match in _said("labelled").finditer(text):
        words, after = _kept(match["name"]), text[match.end() :][:NEAR]
        if not words or _is_no_name(words, (match["plain"] or "").casefold(), after, knowledge, given=given):
            continue
        family, comma, first = words[title.end() if (title := _said("a_title").match(words)) else 0 :].partition(",")
        yield from _one(name(family, f"{first} {given}") if comma or given else name_in_order(family))


def _opening(text: str, knowledge: Knowledge) -> Iterator[Name]:
    if (opening := _said("opening").match(text)) and _is_a_name(opening["name"], knowledge):
        yield from _one(name_in_order(opening["name"].rstrip(".")))


def _titled(text: str, knowledge: Knowledge) -> Iterator[Name]:
    del knowledge
    for match in (*_said("titled").finditer(text), *_said("referred").finditer(text)):
        if not _said("someone_else").search(text[max(0, match.start() - NEAR) : match.start()]):
            yield from _one(name_in_order(_kept(match["name"])))


def _greeted(text: str, knowledge: Knowledge) -> Iterator[Name]:
    """Whom a letter is written to, where it tells them of themselves and of nobody else."""
    del knowledge
    greeting = _said("greeting").search(text)
    words = _said("words").match(text, greeting.end()) if greeting else None
    body = text[words.end() :] if words else ""
    if words and _said("greeted").search(body) and not _said("of_another").search(body):
        yield from _one(name_in_order(_kept(words[0])))


def _concerning(text: str, knowledge: Knowledge) -> Iterator[Name]:
    for match in _said("concerning").finditer(text):
        words = _kept(match["name"])
        if words and not _is_no_name(words, "re", text[match.end() :][:NEAR], knowledge):
            yield from _one(name_in_order(words))


def _uncapitalised(text: str, knowledge: Knowledge) -> Iterator[Name]:
    """A name typed without capitals, after a label that leaves no doubt."""
    for match in _said("uncapitalised").finditer(text):
        if not _is_no_name(match["name"], "", "", knowledge) and not all(map(ordinary, match["name"].split())):
            yield from _one(name_in_order(match["name"]))


def _charted(text: str, knowledge: Knowledge) -> Iterator[Name]:
    """A family name, a comma and a given name that stand alone in a line or between dashes."""
    for match in _said("charted").finditer(text[:_IN_TITLE]):
        family, _, first = match["name"].partition(",")
        if _is_a_name(f"{first} {family}", knowledge):
            yield from _one(name(family, first))


def _met(text: str, kind: str, knowledge: Knowledge) -> Iterator[Name]:
    """Whom ``text`` says that it saw, or asks for: a given and a family name, or a name behind a title."""
    for match in _said(kind).finditer(text):
        found = _said("words").match(text, match.end())
        behind = text[found.end() :][:_BEHIND] if found else ""
        if found is None or pattern("ages", "others").search(behind) or _said("named_after").match(behind):
            continue
        words = _kept(found[0])
        if match.groupdict().get("titled") or (" " in words and _is_a_name(words, knowledge)):
            yield from _one(name_in_order(words))


def _is_a_name(words: str, knowledge: Knowledge) -> bool:
    """Whether words that no label introduces are a given name and a family name ("Mary Roe. Aspirin?")."""
    parts = [word.casefold() for word in words.rstrip(".").split()]
    if not _is_given(parts[0]) or any(part in knowledge.names for part in parts) or _said("place").search(words):
        return False
    whole = " ".join(parts)
    return not any(whole in term for terms in (knowledge.phrases, knowledge.findings) for term in terms)


def _is_given(word: str) -> bool:
    """Whether the word may be a given name: a common one, or no everyday or clinical word."""
    return is_common(word) or word in said("header", "given") or not ordinary(word)


def _is_no_name(words: str, label: str, after: str, knowledge: Knowledge, *, given: str = "") -> bool:
    """Whether what a label is followed by is a doctor, a drug, or prose after a bare "Patient:" or "Re:"."""
    parts = [word.casefold() for word in re.findall(r"[^\W\d_]+", words) if len(word) > 1]
    if _said("doctor").match(words) or any(part in knowledge.names for part in parts):
        return True
    common = len(parts) > 1 and _is_given(parts[0])
    person = _said("a_title").match(words) or (common and not any(map(ordinary, parts[1:])))
    identified = _said("born").search(after) or _said("number").search(after)
    if label in {"re", "regarding", "subject"} and not (person or identified):
        return True
    if label in _PLAIN and (
        _said("initial").fullmatch(words) or (_said("initial_last").fullmatch(words) and not all(map(ordinary, parts)))
    ):
        return False
    prose = label != "name" and all(map(ordinary, parts)) and not common
    return bool(label) and (prose or (len(parts) < 2 and "," not in words and not given))


def _kept(words: str) -> str:
    """The words up to the first that is a label, or begins prose, or to what is somebody's ("Mr Brown's INR")."""
    parts = _said("possessive").split(words)[0].split()
    end = next((place for place, word in enumerate(parts) if _said("no_part").match(word)), len(parts))
    return " ".join(parts[:end]).strip(" ,.")


def _one(found: Name | None) -> Iterator[Name]:
    if found:
        yield found
