"""Whom a guideline's sentence is for, where its wording or its heading says so.

Only plain forms are read: a sentence that begins with its group ("In pregnancy, ...", "Children with ..."), a short one
that ends with it ("... is contraindicated during pregnancy"), a lead with a limit of kidney function or an allergy, and
a heading that names nothing but groups. Whatever else, lists with other people in them among it, is for everyone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial

from medrag.reading.languages import pattern

Alternatives = tuple[str, ...]
"""Groups of which a patient must be one: a name of :data:`GROUPS`, ``allergic``, ``mildly allergic``, ``egfr<N``,
``age>=N``...
"""

GROUPS = (
    "planning pregnancy",
    "not pregnant",
    "pregnant",
    "breastfeeding",
    "older",
    "child",
    "adolescent",
    "adult",
    "women",
    "men",
)
"""Groups by name, the more telling first; their words are data (``languages/en/groups.yaml``)."""
AGES = ("child", "adolescent", "adult")
"""Those of them by age."""
ASKED = (*GROUPS, "allergic", "not allergic", "mildly allergic", "age", "egfr")
"""What a question itself may be about."""
_said = partial(pattern, "groups")


def asked(group: str) -> re.Pattern[str]:
    """Words by which a question is about a group of :data:`ASKED`."""
    return _said(group)


def undenied(question: str) -> str:
    """The question without the groups that it says the patient is not of ("not pregnant", "no allergies")."""
    return _said("denied").sub(" ", question)


@cache
def _group(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_said(name).pattern})", re.IGNORECASE)


def meant_for(text: str, heading: str = "") -> tuple[Alternatives, ...]:
    """Whom the sentence ``text`` under ``heading`` is for: one group of each of these; empty where for everyone."""
    found = [each for each in (_people(text) or _under(heading, text), *_conditions(text)) if each]
    return tuple(dict.fromkeys(found))


def ages_of(population: str) -> tuple[Alternatives, ...]:
    """Of what ages the people are that a guideline says it is for ("adults"): as :func:`meant_for`, if by age alone."""
    found = meant_for(f"In {population}, start.")
    if not all(_of_age(one) for each in found for one in each):
        return ()
    everyone = {"adult", "child"} <= {*_named(population)}
    return tuple(each for each in found if not (everyone and {*each} & {*AGES}))


def names_other_age(text: str, population: str) -> bool:
    """Whether the text speaks of an age group that a guideline for ``population`` does not name."""
    own = {*_named(population), *({"adult"} if _said("of_age").search(population) else ())}
    return any(_group(each).search(text) for each in AGES if each not in own)


def _of_age(group: str) -> bool:
    return group in AGES or group.startswith("age")


def _people(text: str) -> Alternatives:
    if begun := _said("lead").match(text) or _said("subject").match(text):
        if _said("listed").match(text, begun.end()):
            return ()
        if found := _groups(begun["head"]):
            return found
    if found := _further(text):
        return found
    tail = _said("tail").search(text)
    if (
        begun
        or tail is None
        or _said("open").search(text, 0, tail.start())
        or _said("any").search(text, 0, tail.start())
    ):
        return ()
    return _groups(tail["head"])


def _further(text: str) -> Alternatives:
    """The groups behind what a sentence begins with ("For cystitis in pregnancy, ...")."""
    further = _said("further").match(text)
    if (
        further is None
        or _said("listed").match(text, further.end())
        or _said("any").search(text, 0, further.start("head"))
    ):
        return ()
    return _groups(further["head"])


def _under(heading: str, text: str) -> Alternatives:
    """The heading's groups, unless the sentence speaks of anyone itself, or of a time before or after pregnancy."""
    match = _said("heading").match(heading)
    if match is None or _said("before_or_after").search(text):
        return ()
    found = _groups(match["head"])
    return found if found and {*_named(text)} <= {*found, "women"} else ()


def _groups(head: str) -> Alternatives:
    """One group for each part of the head; none where a part names no group, since it may be for anyone."""
    found = []
    for part in _said("join").split(re.sub(r"\([^)]*\)", "", head).strip()):
        group = next(_named(part), None)
        if group is None or len(part.split()) > 5:
            return ()
        found.append(group)
    return tuple(dict.fromkeys(found))


def _named(text: str) -> Iterator[str]:
    """The groups that ``text`` names, the more telling first."""
    return (name for name in GROUPS if _group(name).search(text))


def _conditions(text: str) -> Iterator[Alternatives]:
    """Limits of kidney function and age, and allergy, in a lead that offers no other case."""
    clause = _said("clause").match(text)
    if (mild := _said("mild").search(text)) and not re.search(r"\bor\b", text[: mild.start()], re.I):
        yield ("mildly allergic",)
    if clause is None:
        return
    ages = _said("of_age").search(clause[0])
    if ages and not re.search(r"\bor\b", clause[0].replace(ages[0], "")):
        yield from _ages(ages)
    stated = re.split(r"\b(?:without|no|not)\b", clause[0], maxsplit=1, flags=re.I)[0]
    if re.search(r"\bor\b", stated, re.I):
        return
    for limit in _said("kidney").finditer(stated):
        below = limit["how"].lower() in ("below", "under", "less than", "<")
        yield (f"egfr{'<' if below else '>='}{limit['value']}",)
    if _said("allergy").search(stated):
        yield ("allergic",)
    elif (denied := _said("no_allergy").search(clause[0])) and not re.search(r"\bor\b", denied[0], re.I):
        yield ("not allergic",)


def _ages(limit: re.Match[str]) -> Iterator[Alternatives]:
    if least := limit["over"] or limit["older"] or limit["first"]:
        yield (f"age>={least}",)
    if limit["under"]:
        yield (f"age<{limit['under']}",)
    if limit["last"]:
        yield (f"age<{int(limit['last']) + 1}",)


SETTING_CHARACTERS = 60
_SENTENCE = re.compile(r"[^.?!\n]+(?:\.(?=\d)[^.?!\n]*)*")


@dataclass(frozen=True, slots=True)
class General:
    """What of a question is of no one person: ``sentences`` that speak of none, and in them ``people`` in general."""

    sentences: tuple[tuple[int, int], ...]
    people: tuple[tuple[int, int], ...]

    def of_people(self, start: int, end: int) -> bool:
        """Whether that is said of people whom the question asks about ("do patients with CKD...")."""
        span = _around(start, self.people)
        return span is not None and end <= span[1]

    def as_setting(self, question: str, start: int) -> bool:
        """Whether what stands from ``start`` is a setting ("gout in pregnancy")."""
        span = _around(start, self.sentences)
        before = question[max(span[0], start - SETTING_CHARACTERS) : start] if span else ""
        return _said("setting").search(before) is not None


def in_general(question: str) -> General:
    """What of the question is of people in general, in sentences that speak of no one person ("my patient", "she")."""
    spans = [each.span() for each in _SENTENCE.finditer(question) if not _said("individual").search(each[0])]
    people = [found.span() for span in spans for found in _said("in_general").finditer(question, *span)]
    return General(tuple(spans), tuple(people))


def _around(place: int, spans: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """The one of the ordered spans that holds ``place``."""
    at = bisect_right(spans, place, key=lambda span: span[0]) - 1
    return spans[at] if at >= 0 and place < spans[at][1] else None
