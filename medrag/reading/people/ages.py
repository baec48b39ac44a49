"""Ages and sex in words: "67F", "a 3-month-old boy", "Age: 6 months", "aged 71", "Sex: F".

How they are written is data (``languages/en/ages.yaml``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

from medrag.reading.languages import pattern
from medrag.reading.languages.spoken import figures, number_named

Sex = Literal["female", "male"]

_said = partial(pattern, "ages")
READ = 4000
"""Characters in which a note introduces its patient."""
_OPENING = 200
"""Characters in which a title is the patient's where no age stands."""
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
    for match in _said("age").finditer(text):
        age = _age(text, match)
        if age and age.years <= 130:
            yield age


def _age(text: str, match: re.Match[str]) -> Age | None:  # noqa: PLR0911 (one for each way to write an age)
    before = text[max(0, match.start() - 48) : match.start()]
    if called := _said("called_about").search(before):
        before = before[called.end() :]
    if match["first"]:
        return Age(*match.span(), float(match["first_age"]), "female" if match["first"] in "Ff" else "male")
    if match["part"]:
        return Age(*match.span(), round(int(match["part"]) / _A_YEAR[match["of"]], 2))
    bare = match["titled"] or match["set_off"] or match["after_sex"] or match["pronouns"] or match["who"]
    if bare:
        other = _said("not_the_patient").search(before) or _said("relative").search(before)
        return None if other else Age(match.start(), match.end(), float(bare), _sex_in(match[0]))
    if match["short"]:
        if (
            int(match["short"]) < 1
            or _said("not_the_patient").search(before)
            or (match["letter"].islower() and not match[0][-2:-1].isalpha())
        ):
            return None
        return Age(*match.span(), float(match["short"]), "female" if match["letter"] in "Ff" else "male")
    if match["mixed"]:
        return Age(*match.span(), round(int(match["mixed"]) + int(match["plus"]) / 12, 2))
    if match["aged"]:
        if _said("not_the_patient").search(before) and not _said("initial").search(before):
            return None
        return Age(*match.span(), _in_years(match["aged"], match["aged_unit"]))
    if _said("not_the_patient").search(before):
        return None
    years = (match["unit"] or "y")[0].lower() == "y"
    opens = _said("opens" if years else "opens_months").search(before) is not None and "-" not in match[0]
    now = match["old"] or _said("whose").match(text, match.end()) or opens
    if not now or (not match[0].endswith(".") and _said("not_after").match(text, match.end())):
        return None
    return Age(*match.span(), _in_years(match["count"], match["unit"]))


def _in_years(count: str, unit: str | None) -> float:
    amount = float(number_named(count) or count)
    return round(amount * _YEARS[(unit or "y")[0].lower()], 2)


def age_and_sex(text: str) -> tuple[float | None, Sex | None]:
    """The patient's age (years) and sex where ``text`` introduces the patient; None for what it does not say."""
    head = figures(text[:READ]).text
    age = next(ages(head), None)
    if labelled := _said("labelled_sex").search(head) or _said("listed_sex").search(head):
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
    female, male = _said("female").search(text), _said("male").search(text)
    return "female" if female else "male" if male else None


def _sex_near(text: str, age: Age) -> Sex | None:
    for window in (
        re.split(r"[.;\n]", text[age.end : age.end + 60])[0],
        re.split(r"[.;\n]", text[max(0, age.start - 12) : age.start])[-1],
    ):
        female, male = _said("female").search(window), _said("male").search(window)
        if female or male:
            return "female" if female and (not male or female.start() < male.start()) else "male"
    return None


def _gravid(text: str) -> Sex | None:
    """Female where a number of pregnancies is given ("G2P1")."""
    return "female" if _said("gravid").search(text) else None


def _titled(text: str) -> Sex | None:
    found = _said("title").search(text)
    return None if found is None else "female" if found["f"] else "male"


def _by_pronouns(text: str) -> Sex | None:
    """The sex that pronouns given in brackets go with."""
    found = _said("pronouns").search(text)
    return None if found is None else "female" if found["sex"].casefold() == "she" else "male"


def _by_pronoun(text: str) -> Sex | None:
    """The sex of the only pronoun in use; a text that speaks of a he and a she tells nothing."""
    used = {match[0].casefold() for match in _said("pronoun").finditer(text)}
    female, male = bool(used & {"she", "her"}), bool(used & {"he", "his", "him"})
    return None if female == male else "female" if female else "male"
