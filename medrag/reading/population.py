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

Alternatives = tuple[str, ...]
"""Groups of which a patient must be one: a name of :data:`GROUPS`, ``allergic``, ``mildly allergic``, ``egfr<N``,
``age>=N``...
"""

GROUPS: dict[str, str] = {
    "planning pregnancy": r"(?:planned|planning)(?: a)? pregnancy|trying to conceive",
    "not pregnant": r"non-?\s?pregnant|not pregnant",
    "pregnant": r"pregnan(?:t|cy)\b",
    "breastfeeding": r"(?<!not )breast-?\s?feeding|lactat(?:ion|ing)",
    "older": r"older (?:adults?|people|patients|persons)|(?:the )?elderly",
    "child": r"child(?:ren)?\b(?![-\u2010])|infants?\b|infancy|neonates?\b|newborns?\b|toddlers?\b|"
    r"adolescen(?:ts?|ce)\b|paediatric|pediatric|boys?\b|girls?\b",
    "adult": r"adults?\b",
    "women": r"(?:women|females?)\b",
    "men": r"(?:men|males?)\b",
}
"""Groups by the pattern of their words, the more telling first."""

ASKED = {
    **GROUPS,
    "allergic": r"allerg|intoleran|hypersens",
    "mildly allergic": r"mild|non-?severe|without anaphyl",
    "age": r"\bage[ds]?\b|\byears?\b|child|older|elderly|young",
    "egfr": r"egfr|\bgfr\b|creatinine|kidney|renal|nephro|dialys",
}
"""Words by which a question itself is about a group."""

_GROUPS = {name: re.compile(rf"\b(?:{words})", re.I) for name, words in GROUPS.items()}
_ANY = re.compile("|".join(each.pattern for each in _GROUPS.values()), re.I)
_STOP = (
    r"with|without|who|whose|whom|taking|having|aged|at|on|in|of|when|if|where|should|must|can|could|may|might|needs?|"
    r"are|is|were|have|has|use|give|offer|consider|avoid|do|treat|start|add|that|which|requiring|receiving|undergoing"
)
_LEAD = re.compile(
    rf"(?:only )?(?:in|for|during|among) (?:all |most |the )?(?P<head>.+?)(?=\s(?:{_STOP})\b|[,;:.]|$)", re.I
)
_SUBJECT = re.compile(
    rf"(?:all |most )?(?P<head>(?:(?:pregnant|breast-?\s?feeding|lactating)\b|(?:older )?(?:children|infants|neonates|"
    rf"newborns|adolescents|adults|people|men|women)\b).*?)(?=\s(?:{_STOP})\b|[,;:.]|$)",
    re.I,
)
_TAIL = re.compile(r"\b(?:in|during|for) (?P<head>[\w\s-]{3,30}?)\s*(?:\([^)]*\))?\W*$", re.I)
_HEADING = re.compile(r"(?:.*\b(?:in|for|during|of) )?(?P<head>[^:;.,()]+)$", re.I)
_JOIN = re.compile(r"\s*(?:\band\b|\bor\b|/|,)\s*", re.I)
_LISTED = re.compile(rf"\s*,\s*(?:and |or )?(?:[\w-]+ ){{0,2}}(?:{_ANY.pattern})", re.I)
_OPEN = re.compile(r"[,;:]|\b(?:or|and|but|except|unless|other than|outside|than|as|versus|not)\b", re.I)
_BEFORE_OR_AFTER = re.compile(
    r"child-?\s?bearing|contracepti|conce(?:ive|ption)|become pregnant|potential|post-?\s?(?:partum|natal)|"
    r"after (?:delivery|birth|pregnancy)",
    re.I,
)
_CLAUSE = re.compile(r"(?:in|for|if|when|where)\b[^,]*,", re.I)
_KIDNEY = re.compile(
    r"\begfr\W{0,2}(?:is |of |falls )?(?P<how>below|under|less than|<(?!=)|>=|\u2265|above|at least) ?(?P<value>\d{2})",
    re.I,
)
_AGE = re.compile(
    r"\bage[ds]?:? (?:(?:>=|\u2265|over|at least) ?(?P<over>\d{1,2})|(?:<|under|below) ?(?P<under>\d{1,2})|"
    r"(?P<older>\d{1,2})(?: years)? (?:or|and) (?:over|older|above)|(?P<first>\d{1,2}) to (?P<last>\d{1,2}))"
    r"(?! ?(?:months|weeks|days))(?!\d)",
    re.I,
)
_SEVERE = r"(?:immediate|anaphyla\w+|severe|IgE|type (?:1|I)\b|angio-?o?edema|urticaria)"
_MILD = re.compile(
    rf"\b(?:(?:non-?|not )\s?{_SEVERE}[\w-]*|mild|low-risk|delayed|remote)[\w\s-]{{0,25}}?"
    r"(?:allerg\w+|hypersens\w+|reactions?)"
    r"|(?:allerg\w+|hypersens\w+)\b[^.;,]{0,40}?\b(?:without|no|not|other than|excluding|unless)\b[^.;]{0,30}?"
    rf"{_SEVERE}",
    re.I,
)
_ALLERGY = re.compile(r"\ballergy\b|\ballergic (?:to|patients)\b|-allergic\b", re.I)


def meant_for(text: str, heading: str = "") -> tuple[Alternatives, ...]:
    """Whom the sentence ``text`` under ``heading`` is for: one group of each of these; empty where for everyone."""
    found = [each for each in (_people(text) or _under(heading, text), *_conditions(text)) if each]
    return tuple(dict.fromkeys(found))


def _people(text: str) -> Alternatives:
    if lead := _LEAD.match(text) or _SUBJECT.match(text):
        listed = _LISTED.match(text, lead.end())
        return () if listed else _groups(lead["head"])
    tail = _TAIL.search(text)
    if tail is None or _OPEN.search(text, 0, tail.start()) or _ANY.search(text, 0, tail.start()):
        return ()
    return _groups(tail["head"])


def _under(heading: str, text: str) -> Alternatives:
    """The heading's groups, unless the sentence speaks of anyone itself, or of a time before or after pregnancy."""
    match = _HEADING.match(heading)
    if match is None or _BEFORE_OR_AFTER.search(text):
        return ()
    found = _groups(match["head"])
    return found if found and {*_named(text)} <= {*found, "women"} else ()


def _groups(head: str) -> Alternatives:
    """One group for each part of the head; none where a part names no group, since it may be for anyone."""
    found = []
    for part in _JOIN.split(re.sub(r"\([^)]*\)", "", head).strip()):
        group = next(_named(part), None)
        if group is None or len(part.split()) > 5:
            return ()
        found.append(group)
    return tuple(dict.fromkeys(found))


def _named(text: str) -> Iterator[str]:
    """The groups that ``text`` names, the more telling first."""
    return (name for name, words in _GROUPS.items() if words.search(text))


def _conditions(text: str) -> Iterator[Alternatives]:
    """Limits of kidney function and age, and allergy, in a lead that offers no other case."""
    clause = _CLAUSE.match(text)
    if (mild := _MILD.search(text)) and not re.search(r"\bor\b", text[: mild.start()], re.I):
        yield ("mildly allergic",)
    if clause is None:
        return
    ages = _AGE.search(clause[0])
    if ages and not re.search(r"\bor\b", clause[0].replace(ages[0], "")):
        yield from _ages(ages)
    stated = re.split(r"\b(?:without|no|not)\b", clause[0], maxsplit=1, flags=re.I)[0]
    if re.search(r"\bor\b", stated, re.I):
        return
    for limit in _KIDNEY.finditer(stated):
        below = limit["how"].lower() in ("below", "under", "less than", "<")
        yield (f"egfr{'<' if below else '>='}{limit['value']}",)
    if _ALLERGY.search(stated):
        yield ("allergic",)


def _ages(limit: re.Match[str]) -> Iterator[Alternatives]:
    if least := limit["over"] or limit["older"] or limit["first"]:
        yield (f"age>={least}",)
    if limit["under"]:
        yield (f"age<{limit['under']}",)
    if limit["last"]:
        yield (f"age<{int(limit['last']) + 1}",)


_PEOPLE = (
    r"patients|people|persons|individuals|adults|women|men|males|females|children|kids|infants|neonates|newborns|babies|"
    r"toddlers|adolescents|teen(?:ager)?s|boys|girls|seniors|the elderly|veterans|smokers|diabetics|asthmatics|those|"
    r"anyone|everyone|survivors|recipients|mothers|users|carriers"
)
_NO_EPITHET = r"(?!(?:in|for|with|of|on|to|by|among|during|and|or|from|than|the|do|does|should|can|are|is)\b)"
_IN_GENERAL = re.compile(rf"\b(?:{_NO_EPITHET}[\w-]+[ \t]){{0,2}}(?:{_PEOPLE})\b(?:[^.?!;,\n]|[.,](?=\d))*", re.I)
_INDIVIDUAL = re.compile(
    r"\b(?:he|she|him|her|hers|his)\b|\b(?:my|this|our|the) (?:[\w-]+ ){0,2}(?:patient|pt|man|woman|lady|gentleman"
    r"|child|boy|girl|baby|infant)\b|(?<!\ba )(?<!\ban )(?<!\bany )(?<!each )(?<!every )\b(?:patient|pt)\b(?!s)"
    r"|\b\d{1,3}[\s-]?(?:years?|yrs?|y|months?|mo|weeks?)\b[\s/-]?o|\b\d{1,3}\s?[FM]\b|\bM(?:r|rs|s)\b",
    re.I,
)
_SETTING = re.compile(
    r"\b(?:in|during|while|throughout|among)[ \t]+(?:(?:the|severe|moderate|mild|chronic|acute|advanced|end-stage"
    r"|early|late|stable|active|first|second|third|trimester|of|known|human|normal)[ \t]+){0,3}$",
    re.I,
)
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
        return _SETTING.search(before) is not None


def in_general(question: str) -> General:
    """What of the question is of people in general, in sentences that speak of no one person ("my patient", "she")."""
    spans = [each.span() for each in _SENTENCE.finditer(question) if not _INDIVIDUAL.search(each[0])]
    people = [found.span() for span in spans for found in _IN_GENERAL.finditer(question, *span)]
    return General(tuple(spans), tuple(people))


def _around(place: int, spans: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """The one of the ordered spans that holds ``place``."""
    at = bisect_right(spans, place, key=lambda span: span[0]) - 1
    return spans[at] if at >= 0 and place < spans[at][1] else None
