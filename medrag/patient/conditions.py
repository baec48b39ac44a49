"""Conditions as the record words them, resolved to the concepts that rules speak of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from medrag.knowledge import Knowledge
from medrag.knowledge.base import Meaning
from medrag.knowledge.reader import fold_word
from medrag.types import Condition, FactStatus, Patient

LONGEST_PHRASE = 7
TRIMESTERS = {"first": (0.0, 14.0), "1st": (0.0, 14.0), "second": (14.0, 28.0), "2nd": (14.0, 28.0)}
THIRD = (28.0, 42.0)
WEEKS_A_MONTH = 4.345

_ABSENT = re.compile(
    r"\b(?:no|not|non|denies|denied|without|negative for|ruled out|rule out|family history|fhx?|maternal|paternal"
    r"|mother|father|sister|brother|never|absence of)\b",
    re.IGNORECASE,
)
_UNLESS_PART = re.compile(
    r"not controlled|not well controlled|(?:nursing|lactating|breast-?feeding) mother|non-?dialysis|non-?ischa?emic",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"\b(?:resolved|in remission|former(?:ly)?|ex-|previous|past|prior|history of|h/o|hx of|hx|s/p)\b", re.I
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
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
        if not (past or fact.current or fact.status is FactStatus.UNCERTAIN) or _denied(fact.display):
            continue
        meanings = _of_condition(fact, knowledge)
        if not meanings and not past:
            unread.append(fact.display)
        for meaning in meanings:
            lasting = knowledge.concepts[meaning.concept].lasting
            less = not meaning.certain or (past and lasting == "lowered")
            if less and meaning.concept not in found:
                lowered.add(meaning.concept)
            if not past or lasting != "no":
                establish(found, meaning.concept, fact.display, knowledge)
            if not less:
                lowered.discard(meaning.concept)
    return Resolved(found, frozenset(lowered), tuple(unread))


def establish(found: dict[str, str], name: str, words: str, knowledge: Knowledge) -> None:
    """Adds the concept and the broader ones it implies, with the words that establish it."""
    found.setdefault(name, words)
    for broader in knowledge.concepts[name].implies:
        if broader not in found:
            establish(found, broader, words, knowledge)


def phrases_in(text: str, knowledge: Knowledge) -> Iterator[str]:
    """Concepts that words of ``text`` name, the longest phrase at each place."""
    return (meaning.concept for meaning in _meanings(text, knowledge))


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


def _denied(text: str) -> bool:
    return _ABSENT.search(_UNLESS_PART.sub("", text)) is not None


def _past(fact: Condition) -> bool:
    return fact.status is FactStatus.RESOLVED or (fact.current and bool(_OVER.search(fact.display)))


def _of_condition(fact: Condition, knowledge: Knowledge) -> list[Meaning]:
    meanings = dict.fromkeys(_meanings(fact.display, knowledge))
    if _PREGNANT.search(fact.display) and _weeks(fact.display):
        meanings[Meaning("pregnancy", certain=True)] = None
    code = (fact.code or "").upper()
    if code:
        snomed = "snomed" in (fact.system or "").lower()
        for name, concept in knowledge.concepts.items():
            if (code in concept.snomed and (snomed or code.isdigit())) or any(
                not code.isdigit() and code.startswith(prefix) for prefix in concept.icd10
            ):
                meanings[Meaning(name, certain=True)] = None
    return list(meanings)


def _meanings(text: str, knowledge: Knowledge) -> Iterator[Meaning]:
    words = [fold_word(word[0]) for word in _WORD.finditer(text)]
    i = 0
    while i < len(words):
        for count in range(min(LONGEST_PHRASE, len(words) - i), 0, -1):
            phrase = " ".join(words[i : i + count])
            meanings = knowledge.phrases.get(phrase) or knowledge.phrases.get(phrase.removesuffix("s"))
            if meanings:
                yield from meanings
                i += count - 1
                break
        i += 1
