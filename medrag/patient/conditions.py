"""Conditions as the record words them, resolved to the concepts that rules speak of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from medrag.knowledge import Knowledge
from medrag.knowledge.names import Meaning, normalise
from medrag.patient.wording import wording
from medrag.reading.languages import pattern
from medrag.reading.languages import said as listed
from medrag.reading.languages.gloss import in_english, other_script
from medrag.reading.people.pregnancy import speaks_of_pregnancy, weeks
from medrag.types import Condition, Fact, FactStatus, Observation, Patient

HALF_A_YEAR = timedelta(days=182)
_POSITIVE = frozenset(listed("answers", "affirmative"))


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
    for fact in sorted(conditions, key=lambda each: is_past(each, knowledge)):
        past = is_past(fact, knowledge)
        meanings = meanings_of(fact, knowledge)
        if not (past or fact.current or fact.status is FactStatus.UNCERTAIN):
            continue
        if not meanings and (denied(fact.display, knowledge) or _sought(fact, knowledge)):
            continue
        known = any(meaning.condition in knowledge.ruled for meaning in meanings)
        if not past and (not known or other_script(in_english(fact.display, knowledge))):
            unread.append(fact.display)
        for meaning in (*meanings, *_also(fact, meanings, past, knowledge)):
            for name, lasting in implied(meaning.condition, knowledge).items():
                if past and lasting == "no":
                    continue
                over = past or _long_ago(fact, meaning, knowledge)
                if not meaning.certain or (over and lasting == "lowered"):
                    lowered |= {name} - found.keys()
                else:
                    lowered.discard(name)
                found.setdefault(name, fact.display)
    return Resolved(found, frozenset(lowered), tuple(unread))


def _also(fact: Condition, meanings: Iterable[Meaning], past: bool, knowledge: Knowledge) -> Iterator[Meaning]:
    """What the conditions also are while they are not over, and where the words say that they are of the last weeks."""
    recent = pattern("states", "recent").search(in_english(fact.display, knowledge))
    for known in (knowledge.conditions[each.condition] for each in meanings):
        if known.recent and recent:
            yield Meaning(known.recent)
        if not past:
            yield from map(Meaning, known.current)


def _long_ago(fact: Condition, meaning: Meaning, knowledge: Knowledge) -> bool:
    """Whether it is an event of a year that is over, by the entry's words ("GI bleed 2018"), and does not go on."""
    text = in_english(fact.display, knowledge)
    years = [int(found["year"]) for found in pattern("states", "dated").finditer(text)]
    if not years or not knowledge.conditions[meaning.condition].event or pattern("states", "goes_on").search(text):
        return False
    return max(years) < (datetime.now(UTC) - HALF_A_YEAR).year


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


def gestation(patient: Patient, labs: dict[str, float], knowledge: Knowledge) -> tuple[float, float] | None:
    """Weeks of gestation from a measurement, or from the words of a pregnancy; None where the record has neither."""
    if "gestational_age" in labs:
        return labs["gestational_age"], labs["gestational_age"]
    facts = (*(patient.conditions or ()), *(patient.observations or ()))
    said = (in_english(fact.display, knowledge) for fact in facts if fact.current)
    return next((found for text in said if speaks_of_pregnancy(text) and (found := weeks(text, knowledge))), None)


def tested(observations: Iterable[Observation], knowledge: Knowledge) -> Iterator[Condition]:
    """The conditions that positive results are of ("HBsAg": "positive"); other values in words are none."""
    for each in observations:
        positive = isinstance(each.value, str) and normalise(in_english(each.value, knowledge)) in _POSITIVE
        if positive and each.current:
            found = Condition(display=f"{each.display} {each.value}", source=each.source, date=each.date)
            if meanings_of(found, knowledge):
                yield found


def denied(text: str, knowledge: Knowledge) -> bool:
    """Whether the words only say that there is none, or that it is someone else's."""
    return wording(text, knowledge).nothing


def is_past(fact: Condition, knowledge: Knowledge) -> bool:
    """Whether the record, or the entry's own words, have the condition over."""
    over = fact.current and pattern("states", "over").search(in_english(fact.display, knowledge))
    return fact.status is FactStatus.RESOLVED or bool(over)


def meanings_of(fact: Fact, knowledge: Knowledge) -> list[Meaning]:
    """The conditions that a fact's words and code mean; what the words deny, the code beside them does not restore."""
    if _sought(fact, knowledge):
        return []
    said = wording(fact.display, knowledge)
    meanings = dict.fromkeys(said.affirmed)
    denied = {meaning.condition for meaning in said.denied} - {meaning.condition for meaning in said.affirmed}
    display = in_english(fact.display, knowledge)
    if "pregnancy" not in denied and speaks_of_pregnancy(display) and weeks(display, knowledge):
        meanings[Meaning("pregnancy")] = None
    for name in _coded(fact, knowledge):
        if name not in denied:
            meanings[Meaning(name)] = None
    return list(meanings)


def _sought(fact: Fact, knowledge: Knowledge) -> bool:
    """Whether its ICD-10 code is of a vaccination or a screening, whatever illness its words name."""
    code = (fact.code or fact.display).strip().upper()
    return code.startswith(tuple(knowledge.stated_codes["sought_icd10"]))


def _coded(fact: Fact, knowledge: Knowledge) -> Iterator[str]:
    """The conditions of the fact's ICD-10 or SNOMED CT code."""
    code = (fact.code or "").upper()
    snomed = "snomed" in (fact.system or "").lower()
    for name, condition in knowledge.conditions.items() if code else ():
        if (code in condition.snomed and (snomed or code.isdigit())) or any(
            not code.isdigit() and code.startswith(prefix) for prefix in condition.icd10
        ):
            yield name
