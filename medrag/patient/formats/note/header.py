"""Whom a note says that it is about: labelled names, numbers and birth dates at its beginning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import partial

from medrag.knowledge import Knowledge
from medrag.patient.formats.note.header_zh import chinese_demographics
from medrag.patient.formats.note.several import apart, headers, listed_apart
from medrag.patient.formats.note.tables.particulars import introduced
from medrag.patient.record.demographics import Demographics, Identifier, identifier
from medrag.patient.record.names import Name, name, name_in_order
from medrag.reading.dates import MONTH, dates_at
from medrag.reading.languages import language, lists, ordinary, pattern, word_list
from medrag.reading.languages.gloss import Gloss, glossed
from medrag.reading.people.ages import READ, age_and_sex, ages, asked_about, described_sex

_said = partial(pattern, "header")
_START = r"(?:^|[\n|;]|[ \t]{2}|[.,]\s)[ \t]{0,8}"
_WORD = r"(?:[A-ZÀ-ÞĀČĎĐĘĚĞİŁŃŇŐŘŚŞŠŤŪŮŰŹŻŽ][\w'’-]*\.?|(?:van|de|der|den|von|la|el|al|bin|da|dos|du)(?=\s))"
_WORDS = rf"{_WORD}(?:[ \t]+{_WORD}){{0,4}}"
_LABEL = (
    r"(?i:(?P<plain>patient|client|pt|re|regarding|subject|name|bed \d+[a-z]?)|patient(?:['’]?s)?(?: full)? name"
    r"|pt\.? name|name of patient|full name|surname|last name)"
)
_LABELLED = re.compile(
    rf"{_START}{_LABEL}(?:[ \t]*[:#=][ \t]*|[ \t]+[-–—][ \t]+)(?P<name>{_WORDS}(?:,[ \t]*{_WORDS})?)"
)
_LOWER = re.compile(
    rf"{_START}(?i:patient(?:['’]?s)?(?: full)? name|pt\.? name|name of patient|full name)[ \t]*[:=][ \t]*"
    r"(?P<name>[a-z][a-z'’-]+(?:[ \t][a-z][a-z'’-]+){1,2})(?=[ \t]*(?:[,;|\n]|\Z|[ \t]{2}))"
)
"""A name typed without capitals, after a label that leaves no doubt."""
_GIVEN = re.compile(rf"{_START}(?i:first name|given names?|forenames?)[ \t]*[:=][ \t]*(?P<name>{_WORDS})")
_TITLED = re.compile(
    rf"\b(?:Mr|Mrs|Ms|Miss)\b\.?[ \t]+(?P<name>{_WORDS})(?=,? (?:is|was|has|presents|presented|returns|comes|came)\b"
    r"|,? seen\b|,? an? \d|, (?:aged )?\d|,? \(|,? who\b"
    r"|,? (?:takes|took|denies|reports|complains|describes|suffers|lives|continues|attends|attended|remains)\b)"
)
_REFERRED = re.compile(
    rf"\b(?i:referring|referred|referral of|seeing|saw|review(?:ed|ing)|assess(?:ed|ing))[ \t]+"
    rf"(?:Mr|Mrs|Ms|Miss)\b\.?[ \t]+(?P<name>{_WORDS})"
)
_CONCERNING = re.compile(
    r"(?:\A|\n)[A-Za-z \t]{0,30}\b(?i:summary|letter|note|report|referral)[ \t](?i:for|of|on|about)[ \t]+"
    rf"(?P<name>{_WORDS})"
)
_OPENING = re.compile(
    rf"\A\s*(?P<name>[A-ZÀ-Þ][a-zà-ÿ'’]+(?:[ \t]+{_WORD}){{1,2}})"
    r"(?:[.:][ \t]+|,[ \t]+(?=\d|aged\b|DOB\b|born\b)|[ \t]+(?=\(?(?:is an? |an? |aged )?\d|\(?(?:DOB|born)\b"
    r"|(?:is|was|has|presents|takes|took|comes|attends|attended|returns|reports|denies)\b))(?=\S)"
)
_CHARTED = re.compile(
    rf"(?:\A|\n|[-–—|:][ \t]+)[ \t]*(?P<name>{_WORD},[ \t]*{_WORD}(?:[ \t]+[A-Z]\.?)?)"
    r"(?=[ \t]*(?:$|\n|[-–—|(;]|\d|DOB\b|MRN\b))"
)
"""A family name, a comma and a given name that stand alone in a line or between dashes."""
_IN_TITLE = 200
"""Characters in which such a name heads a note."""
_BEHIND = 24
"""Characters behind a name in which it may turn out to be a relative's or a colleague's."""
_OF_ANOTHER = re.compile(
    r"\b(?:wife|husband|mother|father|partner|spouse|carer|daughter|son|surgeon|consultant)\W+\Z", re.I
)
_INITIAL = re.compile(r"[A-Z]\.?[ \t]+(?!(?i:coli|diff\w*|pylori|fib\w*|aureus|flutter)\b)[A-ZÀ-Þ][a-zà-ÿ'’-]{2,}\Z")
_INITIAL_LAST = re.compile(r"[A-ZÀ-Þ][a-zà-ÿ'’-]{2,}[ \t]+[A-Z]\.?")
_PLACE = re.compile(
    r"\b(?:hospital|clinic|surgery|ward|practice|cent(?:re|er)|house|unit|medical|infirmary|road|lane)\b", re.I
)
_NOT_A_NAME = re.compile(
    r"^(?:MRN|DOB|D\.O\.B|ID|Age|Sex|Gender|Date|Birth|Medical|Hospital|Male|Female|NHS|SSN|No|Not|Is|Was|Has|Denies"
    r"|Reports|States|Admits|Complains|Presents|Room|Unit|Born|Seen|Visit|Admission|Admitted|Address|Phone|PCP|Acct)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\b(?:(?P<MR>MRN|M\.R\.N\.|medical record|hospital|unit|patient id|patient|chart)|(?P<NHS>NHS)"
    r"|(?P<SS>SSN|social security))"
    r"(?P<noun>[ \t]*(?:number|no\b\.?|num\b\.?|id\b|\(MRN\)|#))?[ \t]*[:#=]?[ \t]*"
    r"(?P<value>[A-Z]{0,3}-?\d[\dA-Z-]*(?: \d{3,4}\b){0,2})",
    re.IGNORECASE,
)
NEAR = 80
"""Characters after a name in which a number or a birth date shows that it is one."""
_POSSESSIVE = re.compile(r"['’]s\b")
_TITLE = re.compile(r"(?:Mr|Mrs|Ms|Miss|Mx|Master)\b\.?[ \t]*")
_DOCTOR = re.compile(r"(?:Dr|Prof|Doctor)\b", re.IGNORECASE)
_DAY = rf"(?:\d{{1,4}}[-/. ]|(?i:{MONTH})\.? \d)"
_BORN = re.compile(
    r"(?i:\b(?:DOB|D\.O\.B\.?|date of birth|birth[ -]?date|birthdate)\b\W{0,4})(?P<date>\w)"
    rf"|(?:(?:^|[\n|;])[ \t]*[Bb]orn(?: on)?[ \t]*:?[ \t]"
    rf"|(?<![.;\n])\b{_WORD}[ \t]{_WORD},?[ \t]\(?(?:born(?: on)?|b\.)[ \t]"
    rf"|\b(?:[Ss]?he|[Pp]atient|[Pp]t) (?:was|is) born(?: on)? )(?P<day>(?={_DAY})\w)"
)
_INFANT = 2.0
"""Years below which "baby" in a note is the patient."""
_CALLS = re.compile(
    r"\b(?:call\w*|phon\w+|rang|rings?|ringing|telephon\w+|spoke\w*|speaking|consultation|collateral|video|contact\w*"
    r"|attend\w*|here)\b[^.;\n]{0,60}?\b(?:about|regarding|re|for|on behalf of|concerning) (?:his|her|their"
    r"|the) (?P<kin>[a-z]+)",
    re.IGNORECASE,
)


def note_demographics(
    english: Gloss, original: str, seen: date | datetime | None, today: date, knowledge: Knowledge
) -> Demographics:
    """Whom the note is about, as far as its beginning says; ``seen`` is the note's own date.

    Its ``original`` words are those of a Chinese note before it was put into ``english``.
    """
    text = introduced(english.text)
    head = text[:READ]
    age, sex = age_and_sex(text)
    chinese = chinese_demographics(original)
    return Demographics(
        several=_several(english.text, today, knowledge),
        names=frozenset(_names(head, knowledge)) | chinese.names,
        identifiers=frozenset(_numbers(head)) | chinese.identifiers,
        births=frozenset(each.isoformat() for each in birth_dates(head, today)) or chinese.births or _birth_year(head),
        twin=next((match["which"].upper() for match in _said("twin").finditer(head)), None),
        sex=sex or described_sex(head) or chinese.sex,
        age=age if age is None or age >= 1 else None,
        seen=seen,
    )


def _several(text: str, today: date, knowledge: Knowledge) -> bool:
    heads = [part[:_IN_TITLE] for part in headers(text)]
    people = [
        Demographics(
            names=frozenset(_names(head, knowledge)),
            identifiers=frozenset(_numbers(head)),
            births=frozenset(each.isoformat() for each in birth_dates(head, today)),
        )
        for head in heads
    ]
    return listed_apart(text, today) or apart(people, today)


def asked_demographics(question: str, today: date, knowledge: Knowledge) -> Demographics:
    """Whom a question is about: as of a note, or the relative or the child that it asks a dose for.

    A pronoun ("she") tells no sex here: people type the wrong one.
    """
    english = glossed(question, knowledge)
    who = note_demographics(english, question, None, today, knowledge)
    age, sex = asked_about(english.text)
    names = who.names | set(_met(english.text[:READ], "asked_for", knowledge))
    who = replace(who, sex=age_and_sex(english.text)[1], names=names)
    return who if age is None else replace(who, age=age, sex=sex or who.sex)


def birth_dates(text: str, today: date) -> tuple[date, ...]:
    """The birth date that a note labels: two where day and month may be meant either way, none in the future."""
    match = _BORN.search(text[:READ])
    if match is None:
        return ()
    start = match.start("date") if match["date"] else match.start("day")
    return tuple(each for each in dates_at(text, start, today) if each <= today)


def _birth_year(head: str) -> frozenset[str]:
    found = _said("year_of_birth").search(head)
    return frozenset({found["year"]} if found else ())


def _names(marked: str, knowledge: Knowledge) -> Iterator[Name]:
    head = _said("emphasis").sub("", marked)
    given = next((match["name"] for match in _GIVEN.finditer(head)), "")
    for match in _LABELLED.finditer(head):
        words = _kept(match["name"])
        if words and not _is_no_name(words, (match["plain"] or "").casefold(), head[match.end() :][:NEAR], knowledge):
            family, comma, first = words[title.end() if (title := _TITLE.match(words)) else 0 :].partition(",")
            yield from _name(family, f"{first} {given}") if comma or given else _name_in_order(family)
    if (opening := _OPENING.match(head)) and _is_a_name(opening["name"], knowledge):
        yield from _name_in_order(opening["name"].rstrip("."))
    for match in (*_TITLED.finditer(head), *_REFERRED.finditer(head)):
        if not _OF_ANOTHER.search(head[max(0, match.start() - NEAR) : match.start()]):
            yield from _name_in_order(_kept(match["name"]))
    yield from _greeted(head)
    yield from _met(head[:_IN_TITLE], "met", knowledge)
    for match in _CONCERNING.finditer(head):
        if (words := _kept(match["name"])) and not _is_no_name(words, "re", head[match.end() :][:NEAR], knowledge):
            yield from _name_in_order(words)
    for match in _LOWER.finditer(head):
        if not _is_no_name(match["name"], "", "", knowledge) and not all(map(ordinary, match["name"].split())):
            yield from _name_in_order(match["name"])
    for match in _CHARTED.finditer(head[:_IN_TITLE]):
        family, _, first = match["name"].partition(",")
        if _is_a_name(f"{first} {family}", knowledge):
            yield from _name(family, first)


def _greeted(head: str) -> Iterator[Name]:
    """Whom a letter is written to, where it tells them of themselves and of nobody else."""
    greeting = _said("greeting").search(head)
    words = re.compile(_WORDS).match(head, greeting.end()) if greeting else None
    body = head[words.end() :] if words else ""
    if words and _said("greeted").search(body) and not _said("of_another").search(body):
        yield from _name_in_order(_kept(words[0]))


def _met(text: str, kind: str, knowledge: Knowledge) -> Iterator[Name]:
    """Whom ``text`` says that it saw, or asks for: a given and a family name, or a name behind a title."""
    for match in _said(kind).finditer(text):
        found = re.compile(_WORDS).match(text, match.end())
        behind = text[found.end() :][:_BEHIND] if found else ""
        if found is None or pattern("ages", "others").search(behind) or _said("named_after").match(behind):
            continue
        words = _kept(found[0])
        if match.groupdict().get("titled") or (" " in words and _is_a_name(words, knowledge)):
            yield from _name_in_order(words)


def _is_a_name(words: str, knowledge: Knowledge) -> bool:
    """Whether the words that open a text are a given name and a family name ("Mary Roe. Aspirin?")."""
    first, *others = [word.casefold() for word in words.rstrip(".").split()]
    known = any(each in knowledge.names for each in others)
    return _is_given(first) and not known and not _PLACE.search(words)


def _is_given(word: str) -> bool:
    return word in word_list("given_names") or word in lists("nicknames")


def _kept(words: str) -> str:
    """The words up to the first that is a label, or begins prose, or to what is somebody's ("Mr Brown's INR")."""
    parts = _POSSESSIVE.split(words)[0].split()
    end = next((place for place, word in enumerate(parts) if _NOT_A_NAME.match(word)), len(parts))
    return " ".join(parts[:end]).strip(" ,.")


def _is_no_name(words: str, label: str, after: str, knowledge: Knowledge) -> bool:
    """Whether what a label is followed by is a doctor, a drug, or prose after a bare "Patient:" or "Re:"."""
    parts = [word.casefold() for word in re.findall(r"[^\W\d_]+", words) if len(word) > 1]
    if _DOCTOR.match(words) or any(part in knowledge.names for part in parts):
        return True
    given = len(parts) > 1 and _is_given(parts[0])
    person = _TITLE.match(words) or (given and not any(map(ordinary, parts[1:])))
    if label in {"re", "regarding", "subject"} and not (person or _BORN.search(after) or _NUMBER.search(after)):
        return True
    if label in {"patient", "client", "pt", "name"} and (
        _INITIAL.fullmatch(words) or (_INITIAL_LAST.fullmatch(words) and not any(map(ordinary, parts)))
    ):
        return False
    prose = label != "name" and all(map(ordinary, parts)) and not given
    return bool(label) and (prose or (len(parts) < 2 and "," not in words))


def _name_in_order(words: str) -> Iterator[Name]:
    if found := name_in_order(words):
        yield found


def _name(family: str, given: str) -> Iterator[Name]:
    if found := name(family, given):
        yield found


def _numbers(head: str) -> Iterator[Identifier]:
    for match in _NUMBER.finditer(head):
        kind = next(kind for kind in ("MR", "NHS", "SS") if match[kind])
        bare = (match["MR"] or "").casefold() in {"hospital", "unit", "patient", "chart"}
        if (not bare or match["noun"]) and (found := identifier(kind, match["value"])):
            yield found


def patients_names(text: str) -> frozenset[str]:
    """The words for relatives that in ``text`` name the patient: "dad" where a son calls about his father."""
    head = text[:READ]
    kin: frozenset[str] = frozenset()
    if match := _CALLS.search(head):
        kin = next((group for group in _groups() if match["kin"].casefold() in group), kin)
    first = next(ages(head), None)
    if first is not None and first.years < _INFANT:
        kin |= language().words["babies"]
    return kin


def _groups() -> tuple[frozenset[str], ...]:
    words = language().words
    return tuple(words[name] for name in ("fathers", "mothers", "husbands", "wives", "sons", "daughters", "babies"))
