"""Ages and sex in words: "67F", "a 3-month-old boy", "Age: 6 months", "aged 71", "Sex: F"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from medrag.reading.languages.spoken import figures

Sex = Literal["female", "male"]

READ = 4000
"""Characters in which a note introduces its patient."""
_NAMES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_WORDS = {name: count for count, name in enumerate(_NAMES, start=1)}
_COUNT = r"\d{1,3}(?:\.\d)?|" + "|".join(_WORDS)
_MIXED = r"(?P<mixed>\d{1,2})\s?y(?:ears?|rs?)?\s?(?:and\s)?(?P<plus>\d{1,2})\s?m(?:onths?|o|os)?\b"
_WHO = r"(?:fe)?male|(?:wo)?man|lady|gentleman|girl|boy"
_MEASURED = r"(?!\d|\s?(?:[%°/:]|[.,]\d|(?:kgs?|lbs?|cm|st|stone|weeks?|wks?|months?|mths?|days?|bpm|units?|x)\b))"
_HEADER = (
    rf"(?:\A\s{{0,4}}|\b(?:pt|patient|seen):?\s{{1,3}})(?P<first>(?-i:[FM]))\s?(?P<first_age>\d{{1,3}})\b{_MEASURED}"
    rf"|\b(?-i:Mr|Mrs|Ms|Miss|Mx|Master|MR|MRS|MISS)\b\.?(?:\s[A-Z][\w'’.-]*){{0,4}}"
    rf"(?:,\s|\s?\(|\s)(?P<titled>\d{{1,3}})(?=[,;).]){_MEASURED}"
    rf"|(?<=[\s,;(/|])(?P<set_off>\d{{1,3}}),?\s(?:year old\s)?(?=(?:{_WHO})\b)"
    rf"|\b(?:{_WHO}),?\s(?P<after_sex>\d{{1,3}})\b(?=[\s,;.)]|$){_MEASURED}"
    r"|\b(?P<part>\d{1,3})/(?P<of>52|12|7)[\s-]old\b"
    rf"|\bwho(?:'s|\sis)\s(?P<who>\d{{1,3}})\b(?=[\s,;.)]|$){_MEASURED}"
    rf"|\((?:she|he|they)/(?:her|him|them)\),?\s(?P<pronouns>\d{{1,3}})\b{_MEASURED}"
)
"""An age as a note's first lines give it: "F44", "Mrs Khan, 71,", "34, female", "male, 58", "(she/her), 34"."""
_AGE = re.compile(
    rf"\b{_MIXED}|\b(?P<count>{_COUNT})[\s-]{{0,2}}(?P<unit>years?|yrs?|yr|y|months?|mos?|mths?|weeks?|wks?|wk|days?"
    rf"|d(?=[\s/-]{{0,2}}o))"
    r"(?P<old>[\s./-]{0,3}(?:old|of age|o\b/?)\.?)?"
    rf"|\b(?:age|aged)(?:\s?[:=]\s?|\s(?:is\s)?)(?P<aged>{_COUNT})(?![\d/-]|\.\d)(?:\s?(?P<aged_unit>years?"
    rf"|yrs?|y|months?"
    rf"|mos?|mths?|weeks?|wks?|days?)\b)?"
    rf"|{_HEADER}"
    r"|(?<![\w./-])(?P<short>\d{1,3})\s?(?:y\.?o\.?\s?|y/o\s?|yr\s?|y\s?)?(?P<letter>[FM])\b(?![.'’/]?\w|\d)",
    re.IGNORECASE,
)
_NOT_THE_PATIENT = re.compile(
    r"\b(?<!\bfrom )(?<!\bper )(?<!\bby )(?<!\bfrom his )(?<!\bfrom her )(?:temp|temperature|t|tmax|fever"
    r"|febrile|at|at age|since|by|until|from|died|dx|dx'd|diagnosed|onset|menarche"
    r"|menopause|mother|father|brother|sister|son|daughter|wife|husband|for|past|last|over|after|every|x|times|quit"
    r"|smoked|started|baby|infant|partner|donor|child|children|kids|twins|grandson|granddaughter|aunt|uncle|cousin"
    r"|to|born to|of a|over the age of|under the age of|below|above|between|or|until)\b\W{0,3}(?:(?:a|an|the|her|his"
    r"|at|age|aged|is|was|who is|died|for|about|approximately|approx|the past|past|last|dx|with)\W{1,2}){0,3}$",
    re.IGNORECASE,
)
_CALLED_ABOUT = re.compile(
    r"\b(?:about|regarding|re|on behalf of) (?:his|her|their) (?:\w+)[\s,(]{0,3}$", re.IGNORECASE
)
"""A relative whom someone calls about is the patient."""
_INITIAL = re.compile(r"\b[A-Z][\w'’-]*\.? T\W{0,3}$")
"""A family name cut to its first letter, which is no temperature."""
_RELATIVE = re.compile(
    r"\b(?:mother|father|mum|mom|dad|brother|sister|sons?|daughters?|wife|husband|partner|carer|child(?:ren)?"
    r"|donor|twins?"
    r"|aunt|uncle|cousin|neighbou?r|friend|two|three|[2-9])\b[^.;\n]{0,30}$",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"[\s,.(-]{0,3}(?:old\b|year\b|[a-z-]{1,14}\s){0,4}(?P<who>female|male|woman|man|lady|gentleman|girl|boy|infant"
    r"|baby|child|[FM]\b|patient|pt\b|who\b|with\b|presents|primigravida|multigravida|G\d)",
    re.IGNORECASE,
)
_FEMALE = re.compile(
    r"\b(?:(?i:female|woman|lady|girl|primigravida|multigravida|primip|multip)|(?<![\d.] )F)\b|\bG\d{1,2}\s?P\d"
)
_MALE = re.compile(r"\b(?:(?i:male|man|gentleman|boy)|(?<![\d.] )M)\b")
_LABELLED_SEX = re.compile(
    r"\b(?:sex|gender|pt|patient)\s?[:=]\s?(?P<sex>female|male|f|m)\b"
    r"|\b(?P<born>fe(?=male at birth|male sex)|AF(?=AB\b)|m(?=ale at birth)|AM(?=AB\b))",
    re.IGNORECASE,
)
_LISTED_SEX = re.compile(
    r"(?:^|[.;,|]\s{0,2})(?P<sex>F|M|Female|Male)\s?[,/|]\s?(?=\d{1,3}\s?(?:y|yrs?|years?|yo)\b)"
    r"|(?:[ \t]{2,}|[|]\s?)(?P<alone>[Mm]ale|[Ff]emale|MALE|FEMALE)(?=[ \t]{2,}|\s?[|;\n]|\s+DOB)"
)
_OPENING = 200
"""Characters in which a title is the patient's where no age stands."""
_TITLE = re.compile(r"(?<!Dear )\b(?:(?P<f>Mrs|Ms|Miss)|(?P<m>Mr))\b\.?\s+[A-Z]")
_PRONOUNS = re.compile(r"\((?P<sex>she|he)/(?:her|him)(?:/\w+)?\)", re.IGNORECASE)
_PRONOUN = re.compile(r"\b(?:she|her|he|his|him)\b", re.IGNORECASE)
_NOT_AFTER = re.compile(
    r"[\s-]?(?:history|hx|h/o|ago|course|smoking|pack|follow|post|of (?!age)|prior|earlier|later|survival|treatment"
    r"|before|in (?:remission|recovery)|supply|gestation|pregnant|postpartum|sober|for\b"
    r"|(?:\w{1,12}\s)?(?:risk|mortality|kfre)\b)",
    re.IGNORECASE,
)
_A_YEAR = {"52": 52.18, "12": 12, "7": 365.25}
_YEARS = {"y": 1.0, "m": 1 / 12, "w": 1 / 52.18, "d": 1 / 365.25}


@dataclass(frozen=True, slots=True)
class Age:
    """An age in ``years`` at ``text[start:end]``; ``sex`` where one letter gives both ("67F")."""

    start: int
    end: int
    years: float
    sex: Sex | None = None


def ages(text: str) -> Iterator[Age]:
    """The ages in ``text`` that are a person's now: none at a diagnosis, none of a relative, no durations."""
    for match in _AGE.finditer(text):
        age = _age(text, match)
        if age and age.years <= 130:
            yield age


def _age(text: str, match: re.Match[str]) -> Age | None:  # noqa: PLR0911 (one for each way to write an age)
    before = text[max(0, match.start() - 48) : match.start()]
    if called := _CALLED_ABOUT.search(before):
        before = before[called.end() :]
    if match["first"]:
        return Age(*match.span(), float(match["first_age"]), "female" if match["first"] in "Ff" else "male")
    if match["part"]:
        return Age(*match.span(), round(int(match["part"]) / _A_YEAR[match["of"]], 2))
    bare = match["titled"] or match["set_off"] or match["after_sex"] or match["pronouns"] or match["who"]
    if bare:
        other = _NOT_THE_PATIENT.search(before) or _RELATIVE.search(before)
        return None if other else Age(match.start(), match.end(), float(bare), _sex_in(match[0]))
    if match["short"]:
        if (
            int(match["short"]) < 1
            or _NOT_THE_PATIENT.search(before)
            or (match["letter"].islower() and not match[0][-2:-1].isalpha())
        ):
            return None
        return Age(*match.span(), float(match["short"]), "female" if match["letter"] in "Ff" else "male")
    if match["mixed"]:
        return Age(*match.span(), round(int(match["mixed"]) + int(match["plus"]) / 12, 2))
    if match["aged"]:
        if _NOT_THE_PATIENT.search(before) and not _INITIAL.search(before):
            return None
        return Age(*match.span(), _in_years(match["aged"], match["aged_unit"]))
    if _NOT_THE_PATIENT.search(before):
        return None
    years = (match["unit"] or "y")[0].lower() == "y"
    now = match["old"] or _PERSON.match(text, match.end()) or (_opens(before, years=years) and "-" not in match[0])
    if not now or _NOT_AFTER.match(text, match.end()):
        return None
    return Age(*match.span(), _in_years(match["count"], match["unit"]))


def _opens(before: str, *, years: bool) -> bool:
    """Whether the age is set off ("F, 27y", "Patient: 71 yrs"); weeks and months only after who is of that age."""
    if not years:
        return re.search(r"(?:\A|\b(?:F|M|female|male|boy|girl|pt|patient)[,:]?)\s{0,8}$", before, re.I) is not None
    return re.search(r"(?:^|[,:|/(\n]|\b(?:F|M|female|male|pt|patient))\s{0,8}$", before) is not None


def _in_years(count: str, unit: str | None) -> float:
    amount = float(_WORDS.get(count.lower(), 0) or count)
    return round(amount * _YEARS[(unit or "y")[0].lower()], 2)


def age_and_sex(text: str) -> tuple[float | None, Sex | None]:
    """The patient's age (years) and sex where ``text`` introduces the patient; None for what it does not say."""
    head = figures(text[:READ]).text
    age = next(ages(head), None)
    if labelled := _LABELLED_SEX.search(head) or _LISTED_SEX.search(head):
        return age.years if age else None, _named_sex(labelled)
    if age is None:
        return None, _gravid(head) or _titled(head[:_OPENING])
    sex = age.sex or _sex_near(head, age) or _gravid(head) or _by_pronouns(head) or _titled(head) or _by_pronoun(head)
    return age.years, sex


def _named_sex(labelled: re.Match[str]) -> Sex:
    said = labelled.groupdict()
    named = said["sex"] or said.get("born") or said.get("alone") or ""
    return "female" if "f" in named.casefold()[:2] else "male"


def _sex_in(text: str) -> Sex | None:
    female, male = _FEMALE.search(text), _MALE.search(text)
    return "female" if female else "male" if male else None


def _sex_near(text: str, age: Age) -> Sex | None:
    for window in (
        re.split(r"[.;\n]", text[age.end : age.end + 60])[0],
        re.split(r"[.;\n]", text[max(0, age.start - 12) : age.start])[-1],
    ):
        female, male = _FEMALE.search(window), _MALE.search(window)
        if female or male:
            return "female" if female and (not male or female.start() < male.start()) else "male"
    return None


def _gravid(text: str) -> Sex | None:
    """Female where a number of pregnancies is given ("G2P1")."""
    return "female" if re.search(r"\bG\d{1,2}\s?P\d", text) else None


def _titled(text: str) -> Sex | None:
    found = _TITLE.search(text)
    return None if found is None else "female" if found["f"] else "male"


def _by_pronouns(text: str) -> Sex | None:
    """The sex that pronouns given in brackets go with."""
    found = _PRONOUNS.search(text)
    return None if found is None else "female" if found["sex"].casefold() == "she" else "male"


def _by_pronoun(text: str) -> Sex | None:
    """The sex of the only pronoun in use; a text that speaks of a he and a she tells nothing."""
    used = {match[0].casefold() for match in _PRONOUN.finditer(text)}
    female, male = bool(used & {"she", "her"}), bool(used & {"he", "his", "him"})
    return None if female == male else "female" if female else "male"
