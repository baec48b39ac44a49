"""Ages and sex in words: "67F", "a 3-month-old boy", "Age: 6 months", "aged 71", "Sex: F".

How they are written is data (``languages/en/ages.yaml``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

from medrag.reading.languages import language, pattern, said
from medrag.reading.languages.spoken import figures, number_named

Sex = Literal["female", "male"]

_said = partial(pattern, "ages")
READ = 4000
"""Characters in which a note introduces its patient."""
INFANT, TODDLER, SCHOOLCHILD, ADOLESCENT = 0.5, 2.0, 8.0, 15.0
"""Years that are taken for an infant, a toddler, a child and an adolescent whose age is not told."""
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


def _age(text: str, match: re.Match[str]) -> Age | None:  # noqa: PLR0911, PLR0912 (one for each way to write an age)
    before = text[max(0, match.start() - 48) : match.start()]
    if called := _said("called_about").search(before):
        before = before[called.end() :]
    if match["first"]:
        return Age(*match.span(), float(match["first_age"]), _letter_sex(match["first"]))
    if match["now"]:
        return Age(*match.span(), float(match["now"])) if _said("since_age").search(before) else None
    if match["part"]:
        return Age(*match.span(), round(int(match["part"]) / _A_YEAR[match["of"]], 2))
    if _said("scored").search(before):
        return None
    bare = (
        match["titled"] or match["set_off"] or match["after_sex"] or match["pronouns"] or match["who"] or match["slash"]
    )
    if bare:
        other = _of_other(before) or _said("relative").search(before)
        return None if other else Age(match.start(), match.end(), float(bare), _sex_of(match))
    if match["short"]:
        if (
            int(match["short"]) < 1
            or _of_other(before)
            or _said("relative_named").search(before)
            or (match["letter"].islower() and not match[0][-2:-1].isalpha())
        ):
            return None
        return Age(*match.span(), float(match["short"]), _letter_sex(match["letter"]))
    if match["mixed"]:
        return Age(*match.span(), round(int(match["mixed"]) + int(match["plus"]) / 12, 2))
    if match["aged"]:
        if _of_other(before) or _said("not_after").match(text, match.end()):
            return None
        return Age(*match.span(), _in_years(match["aged"], match["aged_unit"]))
    if match["old"] and (_said("as_one").search(before) or _said("people").match(text, match.end())):
        return None
    given = match["old"] and _said("given_to").search(before)
    if _of_other(before) and not given:
        return None
    years = (match["unit"] or "y")[0].lower() == "y"
    if not years and not match["old"] and _said("gestation").search(before):
        return None
    apart = years or (match["unit"][0].lower() != "d" and _said("set_apart").match(text, match.end()) is not None)
    opens = apart and _said("opens" if years else "opens_months").search(before) is not None and "-" not in match[0]
    now = match["old"] or _said("whose").match(text, match.end()) or opens or _presents(text, match)
    if not now or (not match[0].endswith(".") and _said("not_after").match(text, match.end())):
        return None
    return Age(*match.span(), _in_years(match["count"], match["unit"]))


def _of_other(before: str) -> bool:
    """Whether what stands before an age makes it another's, or one of another time."""
    return _said("not_the_patient").search(before) is not None and not _said("initial").search(before)


def _presents(text: str, match: re.Match[str]) -> bool:
    """Whether months that a text begins with are an age by what stands behind them ("4 mo AOM", "20mo both ears")."""
    if match["unit"][0].lower() != "m" or text[: match.start()].strip():
        return False
    joined = re.search(r"\s", match[0]) is None and _said("presents_joined").match(text, match.end())
    return bool(joined or _said("presents").match(text, match.end()))


def _sex_of(match: re.Match[str]) -> Sex | None:
    if match["titled"]:
        return _titled(match[0])
    return _letter_sex(match["slash_sex"]) if match["slash"] else _sex_in(match[0])


def _letter_sex(letter: str) -> Sex:
    return "female" if letter in "Ff" else "male"


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
    parts = labelled.groupdict()
    named = (
        parts["sex"] or parts.get("of_patient") or parts.get("born") or parts.get("alone") or parts.get("beside") or ""
    )
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
    found = next((each for each in _said("title").finditer(text) if not _of_another(text, each.start())), None)
    return None if found is None else "female" if found["f"] else "male"


def _of_another(text: str, start: int) -> bool:
    """Whether the person named at ``start`` is a relative or a carer, or is written to ("her husband, Mr Jones")."""
    before = re.search(r"(?P<who>\w+)\W{1,3}\Z", text[max(0, start - 24) : start])
    return before is not None and any(_said(kind).fullmatch(before["who"]) for kind in ("others", "written_to"))


def _by_pronouns(text: str) -> Sex | None:
    """The sex that pronouns given in brackets go with."""
    found = _said("pronouns").search(text)
    return None if found is None else "female" if found["sex"].casefold() == "she" else "male"


def _by_pronoun(text: str) -> Sex | None:
    """The sex of the only pronoun in use; a text that speaks of a he and a she tells nothing."""
    used = {match[0].casefold() for match in _said("pronoun").finditer(text)}
    female, male = bool(used & {"she", "her"}), bool(used & {"he", "his", "him"})
    return None if female == male else "female" if female else "male"


def described_sex(text: str) -> Sex | None:
    """The sex of a patient of whom no age is told: by a noun, or by pronouns where nobody else is spoken of."""
    head = text[:READ]
    if noun := _said("described").search(head):
        return "male" if noun["m"] or noun["m2"] else "female"
    if _said("begins").search(head) and not _said("others").search(head):
        return _by_pronoun(head)
    return None


def asked_about(question: str) -> tuple[float | None, Sex | None]:
    """Age (years) and sex of the relative or the child whom a question is about; nothing where it is of who asks."""
    if _said("asker").search(_said("gives").sub(" ", question)):
        return None, None
    match = _said("asked").search(question)
    if match is None:
        return _relative_asked(question)
    kin = match["kin"] or match["child"] or match["small"] or ""
    if match["years"]:
        years = float(match["years"])
    else:
        years = TODDLER if match["toddler"] else SCHOOLCHILD if match["child"] else INFANT
    return years, _sex_of_kin(kin)


def _relative_asked(question: str) -> tuple[float | None, Sex | None]:
    match = _said("relative_asked").search(question)
    if match is None:
        return _opening_person(question)
    name = next(name for name in ("direct", "subject", "opens") if match[name])
    sex = _sex_of_kin(match[name])
    asked = {_sex_of_pronoun(each) for each in _said("asks_of").finditer(question)}
    if (match["pronoun"] and _sex_of_pronoun(match) != sex) or (sex and asked - {sex}):
        return None, None
    if (told := _said("relatives_age").match(question, match.end(name))) is not None:
        return _in_years(told["years"], told["unit"]), sex
    young = match[name].casefold() in language().words["babies"]
    return INFANT if young else None, sex


def _opening_person(question: str) -> tuple[float | None, Sex | None]:
    """Age and sex of the one whom a question speaks of at its beginning, as far as a noun tells them."""
    opened = _said("opens_with").match(question)
    young = _said("adolescent").match(question)
    return ADOLESCENT if young else None, _sex_of_kin(opened["who"]) if opened else None


def _sex_of_pronoun(match: re.Match[str]) -> Sex:
    pronoun = match["pronoun"] or match.groupdict().get("object") or ""
    return "female" if pronoun.casefold() in {"she", "her"} else "male"


def _sex_of_kin(kin: str) -> Sex | None:
    named = kin.casefold()
    male, female = (named in said("relatives", sex) for sex in ("men", "women"))
    return "male" if male else "female" if female else _sex_in(named)
