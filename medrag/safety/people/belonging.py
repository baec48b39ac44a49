"""Whether a patient is of a group that a guideline's sentence speaks of."""

from __future__ import annotations

import re

from medrag.patient.applicability.medicines import severe
from medrag.patient.view import KnownAllergy, PatientView
from medrag.reading.languages import pattern

LIMIT = re.compile(r"(egfr|age)(<|>=)(\d+)")
"""A group that is a limit of kidney function (mL/min/1.73 m2) or age (years)."""
ALLERGEN = 5
"""Letters of a word that may name an allergen."""
GROWN_UP = ("adult", "older")
AGES = ("child", "adolescent", *GROWN_UP)
_PART_OF_CHILDHOOD = re.compile(r"infan|neonat|newborn|toddler|adolesc|\d+ (?:to \d+ )?(?:months|years)|aged", re.I)


def belongs(patient: PatientView, group: str, text: str) -> bool | None:
    """Whether the patient is of the group that ``text`` is for; None where the record leaves it open."""
    if limit := LIMIT.fullmatch(group):
        value = patient.age if limit[1] == "age" else patient.labs.get("egfr")
        return None if value is None else (value < float(limit[3])) == (limit[2] == "<")
    if group in AGES:
        return _of_age(patient, group, text)
    if group in ("allergic", "not allergic"):
        allergic = _allergic(patient, text)
        return allergic if group == "allergic" else False if allergic else None
    if group == "mildly allergic":
        return _mildly(patient, text)
    if group in ("men", "women"):
        sex = patient.patient.sex
        return {"male": group == "men", "female": group == "women"}.get(sex or "")
    pregnant = patient.pregnant
    return {
        "pregnant": pregnant,
        "not pregnant": None if pregnant is None else not pregnant,
        "breastfeeding": patient.lactating,
        "planning pregnancy": None if patient.may_conceive else False,
    }[group]


def _of_age(patient: PatientView, group: str, text: str) -> bool | None:
    if patient.age is None:
        return None
    meant = patient.knowledge.age_limits[group].stands_for(patient.age)
    return None if meant and group == "child" and _PART_OF_CHILDHOOD.search(text) else meant


def _allergic(patient: PatientView, text: str) -> bool | None:
    """Whether the text names something that the patient is allergic to; False where there are no allergies."""
    if any(_names(each, text) for each in patient.allergies):
        return True
    none = patient.allergies_recorded or patient.patient.no_known_allergies is True
    return False if none and not patient.allergies else None


def _mildly(patient: PatientView, text: str) -> bool | None:
    """Whether the allergies that the text means are without a severe reaction; None where none is recorded.

    Those that it names, or all, where it speaks of the allergy that is known.
    """
    named = [each for each in patient.allergies if _names(each, text)]
    if not named and pattern("groups", "known_allergy").search(text):
        named = list(patient.allergies)
    how = [severe(patient, each) for each in named]
    return False if any(how) else True if named and all(each is False for each in how) else None


def _names(entry: KnownAllergy, text: str) -> bool:
    """Whether the text names what the entry does: a word of it, or a class that the drug belongs to."""
    if any(word in text.lower() for word in entry.words.split() if len(word) >= ALLERGEN):
        return True
    return any(
        mention.drug_class and mention.drug_class.replace("_", " ") in text.lower() for mention in entry.mentions
    )


def group_fact(patient: PatientView, group: str) -> str:
    """What of the record puts the patient outside the group."""
    if group.startswith("egfr"):
        return f"eGFR {patient.labs['egfr']:.0f}"
    if group in AGES or group.startswith("age"):
        unnamed = "a child" if group in GROWN_UP else "grown up"
        return unnamed if patient.age is None else f"age {patient.age:g}"
    if group in ("men", "women"):
        return str(patient.patient.sex)
    if group == "mildly allergic":
        reactions = [each.fact.reaction or each.fact.display for each in patient.allergies]
        return f"allergy with {', '.join(reactions)}"
    return {"allergic": "no allergies", "not allergic": "allergic", "not pregnant": "pregnant"}.get(
        group, f"not {group}"
    )
