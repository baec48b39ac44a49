"""Values that advice aims at, and how fast it would reach them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache, partial

from medrag.knowledge.schema import Aim
from medrag.knowledge.vocabulary import Measurement, Terms
from medrag.patient.view import PatientView
from medrag.reading.advice.acts import Clause
from medrag.reading.dosing.numbers import number
from medrag.reading.languages import pattern
from medrag.safety.check_context import Context, fail, worst
from medrag.types import Finding

_said = partial(pattern, "acts")
_HOURS = {"h": 1.0, "d": 24.0, "m": 1 / 60, "e": 8.0, "a": 8.0, "n": 12.0, "t": 8.0}


def aims(context: Context) -> Iterable[Finding]:
    """Fails where a value aimed at, or its change, is beyond what the patient's conditions allow."""
    patient = context.patient
    if patient is None or context.statement.citations or not re.search(r"\d", context.statement.text):
        return
    before = (context.before[-1] if context.before else "", *(each.words for each in context.clauses))
    said = [pair for pair in zip(context.clauses, before, strict=False) if _said("aimed").search(pair[0].words)]
    if said:
        rules = [rule for rule in context.knowledge.rules.aims if _holds(rule, patient)]
        found = (each for rule in rules for clause, last in said for each in _found(context, rule, clause, last))
        yield from worst(found)


def within_bounds(context: Context, clause: Clause) -> bool:
    """Whether the clause aims at a value that rules know, and all of them allow it."""
    patient = context.patient
    if patient is None or not _said("aimed").search(clause.words):
        return False
    known = [rule for rule in context.knowledge.rules.aims if _holds(rule, patient) and _about(context, rule, clause)]
    return bool(known) and not any(_beyond(rule, clause.words, patient.labs.get(rule.measurement)) for rule in known)


def _about(context: Context, rule: Aim, clause: Clause, last: str = "") -> bool:
    """Whether the clause has a number of the rule's measurement, which it names or takes up from the ``last`` one."""
    measurement = context.knowledge.measurements[rule.measurement]
    names = _names((*measurement.names, measurement.key.replace("_", " ")))
    told = (last or _known_by(context, measurement)) if _said("taken_up").search(clause.words) else ""
    return re.search(r"\d", clause.words) is not None and names.search(f"{told} {clause.words}") is not None


def _known_by(context: Context, measurement: Measurement) -> str:
    """The measurement's name where a condition of the patient's is one of its values ("hyponatraemia")."""
    concepts = context.patient.concepts if context.patient else {}
    return measurement.names[0] if any(rule.condition in concepts for rule in measurement.establishes) else ""


def _holds(rule: Aim, patient: PatientView) -> bool:
    return not rule.conditions or not patient.concepts.keys().isdisjoint(rule.conditions)


def _found(context: Context, rule: Aim, clause: Clause, last: str) -> Iterator[Finding]:
    patient = context.patient
    if patient is None or not _about(context, rule, clause, last):
        return
    facts = tuple(patient.concepts[name] for name in rule.conditions if name in patient.concepts)
    source = context.knowledge.cite(rule)
    name = context.knowledge.measurements[rule.measurement].names[0]
    if wrong := _beyond(rule, clause.words, patient.labs.get(rule.measurement)):
        yield fail("aims.rule", rule.severity, source, (), facts, value=wrong, name=name, reason=rule.reason)


def _beyond(rule: Aim, words: str, now: float | None) -> str | None:
    """The value or change of the clause that the rule does not allow."""
    words = _said("in_case_of").sub("", words)
    if changed := _said("changed").search(words):
        by = changed["by"] or changed["most"] or changed["total"]
        most = max(filter(None, (rule.rise, rule.fall)), default=None)
        if changed["most"] and (most is None or not _per_time(words)):
            return _outside(rule, words, now)
        return by if most is not None and float(by) > most and _hours(words) <= max(rule.hours, 24) else None
    return _outside(rule, words, now)


def _per_time(words: str) -> bool:
    """Whether a span of time is named in which a value changes."""
    return any(found["unit"] for found in _said("within").finditer(words))


def _outside(rule: Aim, words: str, now: float | None) -> str | None:
    """The value of the clause that the rule does not allow, or that is reached too fast."""
    found = _said("value").search(words)
    if not found:
        return None
    values = [float(found[side]) * _scale(rule, float(found[side])) for side in ("low", "high") if found[side]]
    if values == [now]:
        return None
    if (rule.low is not None and min(values) < rule.low) or (rule.high is not None and max(values) > rule.high):
        return found[0].strip()
    if now is not None and _said("within").search(words) and _hours(words) <= rule.hours:
        up, down = max(values) - now, now - min(values)
        if (rule.rise is not None and up > rule.rise) or (rule.fall is not None and down > rule.fall):
            return found[0].strip()
    return None


def _scale(rule: Aim, value: float) -> float:
    """What a value in the other usual unit is multiplied by: glucose in mmol/L, haemoglobin in g/L."""
    if rule.measurement == "glucose" and value < 40:
        return 18.0
    return 0.1 if rule.measurement == "hemoglobin" and value > 30 else 1.0


def _hours(words: str) -> float:
    """Within how many hours it is to be so; a day where nothing says."""
    spans = [found for found in _said("within").finditer(words) if found["unit"]]
    if not spans:
        return 24.0
    count, unit = spans[0]["n"], spans[0]["unit"][0].lower()
    return (number(count) if count else 1.0) * _HOURS.get(unit, 24.0)


@lru_cache(maxsize=64)
def _names(names: Terms) -> re.Pattern[str]:
    longest = sorted(set(names), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest))})s?\b(?!{_said('salt').pattern})", re.IGNORECASE)
