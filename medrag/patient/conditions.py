"""Conditions as the record words them, resolved to the concepts that rules speak of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from medrag.knowledge import Knowledge
from medrag.knowledge.names import Meaning
from medrag.patient.wording import wording
from medrag.types import Condition, Fact, FactStatus, Patient

TRIMESTERS = {"first": (0.0, 14.0), "1st": (0.0, 14.0), "second": (14.0, 28.0), "2nd": (14.0, 28.0)}
THIRD = (28.0, 42.0)
WEEKS_A_MONTH = 4.345

_OVER = re.compile(
    r"\b(?:resolved|in remission|former(?:ly)?|ex-|previous|past|prior|history of|h/o|hx of|hx|s/p)\b", re.I
)
_WEEKS = re.compile(
    r"\b(\d{1,2})(?:\s*\+\s*\d(?:/7)?)?[\s-]*(?:weeks?|wks?|w)\b(?:\s*(?:pregnant|gestation|of pregnancy|ga\b))?",
    re.IGNORECASE,
)
_MONTHS = re.compile(r"\b(\d)\s*months?\s+pregnant", re.IGNORECASE)
_TRIMESTER = re.compile(r"\b(first|second|third|1st|2nd|3rd)[\s-]+trimester", re.IGNORECASE)
_PREGNANT = re.compile(r"pregnan|gestation|gravid|trimester|\bG\d+\s*P\d+", re.IGNORECASE)


@dataclass(frozen=True)
class Resolved:
    """``concepts`` maps each to the record's words; ``lowered`` ones count for less; ``unread`` words mean nothing."""

    concepts: dict[str, str]
    lowered: frozenset[str]
    unread: tuple[str, ...]


def resolve(conditions: Iterable[Condition], knowledge: Knowledge) -> Resolved:
    """The concepts of current conditions, and of past ones where they last."""
    found: dict[str, str] = {}
    lowered: set[str] = set()
    unread: list[str] = []
    for fact in sorted(conditions, key=_past):
        past = _past(fact)
        meanings = meanings_of(fact, knowledge)
        if not (past or fact.current or fact.status is FactStatus.UNCERTAIN):
            continue
        if not meanings and denied(fact.display, knowledge):
            continue
        if not past and not any(meaning.condition in knowledge.ruled for meaning in meanings):
            unread.append(fact.display)
        for meaning in meanings:
            for name, lasting in implied(meaning.condition, knowledge).items():
                if past and lasting == "no":
                    continue
                if not meaning.certain or (past and lasting == "lowered"):
                    lowered |= {name} - found.keys()
                else:
                    lowered.discard(name)
                found.setdefault(name, fact.display)
    return Resolved(found, frozenset(lowered), tuple(unread))


def establish(found: dict[str, str], name: str, words: str, knowledge: Knowledge) -> None:
    """Adds the concept and the broader ones it implies, with the words that establish it."""
    found.setdefault(name, words)
    for broader in knowledge.conditions[name].implies:
        if broader not in found:
            establish(found, broader, words, knowledge)


def implied(name: str, knowledge: Knowledge, lasting: str = "no") -> dict[str, str]:
    """The condition and all it implies, each with how it lasts: as what implies it does, else in its own way."""
    condition = knowledge.conditions[name]
    lasts = condition.lasting if lasting == "no" else lasting
    found = {name: lasts}
    for broader in condition.implies:
        for each, how in implied(broader, knowledge, lasts).items():
            if found.get(each, "no") == "no":
                found[each] = how
    return found


def phrases_in(text: str, knowledge: Knowledge) -> Iterator[str]:
    """Concepts that words of ``text`` name, the longest phrase at each place."""
    said = wording(text, knowledge)
    return (meaning.condition for meaning in (*said.affirmed, *said.denied))


def gestation(patient: Patient, labs: dict[str, float]) -> tuple[float, float] | None:
    """Weeks of gestation from a measurement, or from the words of a pregnancy; None where the record has neither."""
    if "gestational_age" in labs:
        return labs["gestational_age"], labs["gestational_age"]
    facts = (*(patient.conditions or ()), *(patient.observations or ()))
    texts = [fact.display for fact in facts if fact.current and _PREGNANT.search(fact.display)]
    return next((weeks for text in texts if (weeks := _weeks(text))), None)


def _weeks(text: str) -> tuple[float, float] | None:
    if match := _WEEKS.search(text):
        return float(match[1]), float(match[1])
    if match := _MONTHS.search(text):
        return (float(match[1]) - 1) * WEEKS_A_MONTH, float(match[1]) * WEEKS_A_MONTH
    if match := _TRIMESTER.search(text):
        return TRIMESTERS.get(match[1].lower(), THIRD)
    return None


def denied(text: str, knowledge: Knowledge) -> bool:
    """Whether the words only say that there is none, or that it is someone else's."""
    return wording(text, knowledge).nothing


def _past(fact: Condition) -> bool:
    return fact.status is FactStatus.RESOLVED or (fact.current and bool(_OVER.search(fact.display)))


def meanings_of(fact: Fact, knowledge: Knowledge) -> list[Meaning]:
    """The conditions that a fact's words and code mean; what the words deny, the code beside them does not restore."""
    said = wording(fact.display, knowledge)
    meanings = dict.fromkeys(said.affirmed)
    denied = {meaning.condition for meaning in said.denied} - {meaning.condition for meaning in said.affirmed}
    if "pregnancy" not in denied and _PREGNANT.search(fact.display) and _weeks(fact.display):
        meanings[Meaning("pregnancy")] = None
    for name in _coded(fact, knowledge):
        if name not in denied:
            meanings[Meaning(name)] = None
    return list(meanings)


def _coded(fact: Fact, knowledge: Knowledge) -> Iterator[str]:
    """The conditions of the fact's ICD-10 or SNOMED CT code."""
    code = (fact.code or "").upper()
    snomed = "snomed" in (fact.system or "").lower()
    for name, condition in knowledge.conditions.items() if code else ():
        if (code in condition.snomed and (snomed or code.isdigit())) or any(
            not code.isdigit() and code.startswith(prefix) for prefix in condition.icd10
        ):
            yield name
