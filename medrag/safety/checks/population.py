"""Whom a statement is for: other people than this patient, or just this one (the pregnant, a low eGFR, an allergy)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from medrag.safety.checks.context import Context, fail
from medrag.safety.patient_view import PatientView
from medrag.safety.reading.population import ASKED, Alternatives, meant_for
from medrag.types import Evidence, Finding, Severity

NAME = "population"
SOURCE = "medrag: whom the cited sentence is for, by its own words or its heading"
ADULT, OLD = 16.0, 60.0
"""Years: below the first nobody is an adult, and below the second nobody an older adult, in any guideline's use."""
GROWN = 18.0
"""Years from which nobody is a child or an adolescent."""
TEEN, AGED = 13.0, 65.0
"""Years: below the first everybody is a child, and from the second on an older adult."""
ALLERGEN = 5
"""Letters of a word that may name an allergen."""
_PART_OF_CHILDHOOD = re.compile(r"infan|neonat|newborn|toddler|adolesc|\d+ (?:to \d+ )?(?:months|years)|aged", re.I)


def population(context: Context) -> Iterable[Finding]:
    """Fails for a statement whose wording is for people that the record shows this patient is not one of.

    What the record leaves open, and what the question itself is about, does not count against a statement.
    """
    headings = _headings(context)
    heading = headings[0] if len(headings) == 1 else ""
    if context.patient and (found := mismatch(context.statement.text, heading, context.question, context.patient)):
        reason = f"it is for other patients ({found.meant_for})"
        yield fail(NAME, Severity.CONTRAINDICATED, reason, SOURCE, context.labels, found.facts)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Whom a sentence is for, and what of the record says that the patient is none of them."""

    meant_for: str
    facts: tuple[str, ...]


def mismatch(text: str, heading: str, question: str, patient: PatientView) -> Mismatch | None:
    """Why the sentence ``text`` under ``heading`` is not for this patient; None where it is, or may be."""
    for wanted in meant_for(text, heading):
        facts = [_fact(patient, group) for group in wanted]
        if all(facts) and not _asked(question, wanted):
            return Mismatch(" or ".join(map(_words, wanted)), tuple(dict.fromkeys(facts)))
    return None


def written_for(text: str, heading: str, patient: PatientView) -> bool:
    """Whether the sentence is by its wording for a group, not just adults, that the record puts the patient in."""
    wanted = meant_for(text, heading)
    found = [[group for group in each if _is(patient, group, text)] for each in wanted]
    return bool(wanted) and all(found) and any(_special(group) for each in found for group in each)


def left_out(found: Iterable[Mismatch]) -> Iterator[Finding]:
    """That sentences of the evidence were not offered to the model, by whom they are for."""
    for meant, each in sorted({one.meant_for: one for one in found}.items()):
        reason = f"sentences of the passages that are for other patients ({meant}) were left out"
        yield fail(NAME, Severity.INFORMATION, reason, SOURCE, (), each.facts)


def _headings(context: Context) -> list[str]:
    """The headings that the cited sentences stand under."""
    by_number: dict[int, Evidence] = {each.number: each for each in context.evidence}
    cited = [by_number[each.number] for each in context.statement.citations if each.number in by_number]
    return list(dict.fromkeys(each.passage.section[-1] for each in cited if each.passage.section))


def _asked(question: str, wanted: Alternatives) -> bool:
    return any(re.search(ASKED[_kind(group)], question, re.I) for group in wanted)


def _kind(group: str) -> str:
    return "egfr" if group.startswith("egfr") else group


_WORDS = {"child": "children", "adult": "adults", "older": "older adults", "allergic": "with an allergy"}


def _words(group: str) -> str:
    limit = re.match(r"egfr(<|>=)(\d+)", group)
    return f"eGFR {'below' if limit[1] == '<' else 'of at least'} {limit[2]}" if limit else _WORDS.get(group, group)


def _special(group: str) -> bool:
    return group in ("pregnant", "breastfeeding", "child", "older", "allergic") or group.startswith("egfr<")


def _is(patient: PatientView, group: str, text: str) -> bool:
    """Whether the record says that the patient is of the group."""
    if group.startswith("egfr"):
        return "egfr" in patient.labs and not _kidney(patient, group)
    if group == "allergic":
        words = (word for each in patient.allergies for word in each.words.split() if len(word) >= ALLERGEN)
        return any(word in text.lower() for word in words)
    if group in ("pregnant", "breastfeeding"):
        return (patient.pregnant if group == "pregnant" else patient.lactating) is True
    if group in ("men", "women"):
        return patient.patient.sex == {"men": "male", "women": "female"}[group]
    if patient.age is None or (group == "child" and _PART_OF_CHILDHOOD.search(text)):
        return False
    return {"child": patient.age < TEEN, "adult": patient.age >= GROWN, "older": patient.age >= AGED}.get(group, False)


def _fact(patient: PatientView, group: str) -> str:
    """What of the record says that the patient is not of the group; empty where nothing does."""
    if group.startswith("egfr"):
        return _kidney(patient, group)
    if group == "allergic":
        return "no allergies" if patient.allergies_recorded and not patient.allergies else ""
    if group in ("pregnant", "breastfeeding", "planning pregnancy"):
        state = {"pregnant": patient.pregnant, "breastfeeding": patient.lactating}.get(group, patient.may_conceive)
        return "" if state is not False else f"not {group}"
    if group in ("men", "women"):
        other = {"men": "female", "women": "male"}[group]
        return other if patient.patient.sex == other else ""
    return _age(patient.age, group)


def _age(age: float | None, group: str) -> str:
    if age is None:
        return ""
    outside = {"child": age >= GROWN, "adult": age < ADULT, "older": age < OLD}[group]
    return f"age {age:g}" if outside else ""


def _kidney(patient: PatientView, group: str) -> str:
    value = patient.labs.get("egfr")
    limit = float(group.lstrip("egfr<>="))
    if value is None or (value < limit) == ("<" in group):
        return ""
    return f"eGFR {value:.0f}"
