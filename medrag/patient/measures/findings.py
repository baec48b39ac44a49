"""What a record says of a finding that scores ask for: yes, no or a grade, or that it does not say."""

from __future__ import annotations

import re
from datetime import date
from functools import partial

from medrag.knowledge import Knowledge
from medrag.knowledge.names import normalise
from medrag.knowledge.scoring import ScoreItem
from medrag.patient.measures import inputs
from medrag.patient.measures import score_items as history
from medrag.patient.measures.inputs import Unavailable, Value
from medrag.patient.record.facts import days_before, moment
from medrag.reading.languages import said as words_of
from medrag.types import Fact, FactStatus, Observation, Patient

_words = partial(words_of, "answers")
_RULED_OUT = frozenset({FactStatus.NEGATED, FactStatus.REFUTED})
_SPOKEN = _RULED_OUT | {FactStatus.ACTIVE}


def finding(patient: Patient, name: str, today: date, knowledge: Knowledge, fresh_days: int | None = None) -> Value:
    """Whether the finding ``name`` holds (True, False, or its grade). Raises ``Unavailable``.

    A statement of the record about it comes first, then what its conditions, drugs and measurements say. Where the
    finding need not be stated, a record of such facts that does not name it says no.
    """
    item = knowledge.scores[name]
    if (said := _statement(patient, item, today, fresh_days)) is not None:
        return said
    if facts := history.found(patient, name, knowledge):
        return Value(True, date=facts[0].date, source=facts[0].source)
    if (high := _above(patient, item, today, knowledge)) is not None:
        return high
    if item.stated or item.grades:
        raise Unavailable("neither recorded nor ruled out")
    if item.measurement and not (item.conditions or item.drugs):
        raise Unavailable("not recorded")
    if (item.conditions or not item.drugs) and patient.conditions is None:
        raise Unavailable("no conditions are recorded")
    if item.drugs and patient.medications is None:
        raise Unavailable("no medications are recorded")
    return Value(False, source="not recorded")


def _statement(patient: Patient, item: ScoreItem, today: date, fresh_days: int | None) -> Value | None:
    """The newest fact that names the finding by one of its names."""
    facts = (*(patient.observations or ()), *(patient.conditions or ()), *(patient.procedures or ()))
    names = tuple(dict.fromkeys(map(normalise, (*item.names, item.key.replace("_", " ")))))
    said = [
        (fact, name) for fact in facts if fact.status in _SPOKEN and (name := _named(fact, names, bool(item.grades)))
    ]
    if not said:
        return None
    fact, name = max(said, key=lambda pair: moment(pair[0].date))
    if fresh_days is not None and fact.date is not None and days_before(fact.date, today) > fresh_days:
        raise Unavailable(f"last recorded {fact.date:%Y-%m-%d}, more than {fresh_days} days ago")
    return Value(_answer(fact, name, item), date=fact.date, source=fact.source)


def _named(fact: Fact, names: tuple[str, ...], graded: bool) -> str | None:
    """The name that the fact is called by: whole, denied, or (of a grade) with the grade behind it."""
    written = normalise(fact.display)
    for name in names:
        if written == name or written in {f"{word} {name}" for word in _words("denying")}:
            return name
        if graded and written.startswith(f"{name} "):
            return name
    return None


def _answer(fact: Fact, name: str, item: ScoreItem) -> bool | float:
    value = fact.value if isinstance(fact, Observation) else None
    if item.grades:
        return _grade(normalise(fact.display)[len(name) :] if value is None else value, item)
    if fact.status in _RULED_OUT or normalise(fact.display) != name:
        return False
    said = "yes" if value is None else normalise(f"{value:g}" if isinstance(value, float) else value)
    if said not in (*_words("affirmative"), *_words("negative")):
        raise Unavailable("recorded in words that say neither yes nor no")
    return said in _words("affirmative")


def _grade(written: float | str, item: ScoreItem) -> float:
    """The number that an answer stands for. Raises ``Unavailable`` for one that the score does not know."""
    words = normalise(str(written))
    known = {normalise(word): grade for word, grade in item.grades.items()}
    if words in known:
        return known[words]
    number = re.fullmatch(r"[+-]?\d+(?:\.\d+)?", str(written).strip())
    if number and float(number[0]) in item.grades.values():
        return float(number[0])
    raise Unavailable("recorded with an answer that is none of " + ", ".join(item.grades))


def _above(patient: Patient, item: ScoreItem, today: date, knowledge: Knowledge) -> Value | None:
    """Whether its measurement lies above the limit; None where it has none, or the record has no such value."""
    if item.measurement is None or item.above is None:
        return None
    try:
        measured = inputs.measured(patient, item.measurement, today, knowledge)
    except Unavailable:
        return None
    return Value(measured.value > item.above, measured.unit, measured.date, measured.source)
