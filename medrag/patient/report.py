"""A patient on one readable page, for ``medrag patient FILE...``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from medrag.patient.record.facts import moment
from medrag.patient.summary import summarise
from medrag.types import Fact, FactStatus, Patient

_PER_LIST = 8
_PAST = 2  # facts that no longer hold, of each list
_UUID = re.compile(r"(?<=[0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ORDER = [FactStatus.ACTIVE, FactStatus.UNCERTAIN, FactStatus.PLANNED, FactStatus.FAMILY_HISTORY, FactStatus.RESOLVED]


def report(patient: Patient) -> str:
    """Who the patient is, the facts list by list (current ones first, each with date and source), what is derived,
    what is missing and what was wrong with the input. Plain text, about a page; long lists are cut and say so.
    """
    blocks = [
        summarise(patient, max_words=60).splitlines()[0],
        *(_list(name, getattr(patient, name)) for name in ("allergies", "conditions", "medications")),
        _genotypes(patient),
        _derived(patient),
        *(_list(name, getattr(patient, name)) for name in ("observations", "imaging", "procedures")),
        _lines("Missing", patient.missing),
        _lines("Problems", [f"{_short(problem.source)}: {problem.reason}" for problem in patient.problems]),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _list(name: str, facts: Sequence[Fact] | None) -> str:
    if not facts:
        return f"{name.capitalize()}: {'not recorded' if facts is None else 'none'}"
    counts = Counter(fact.status for fact in facts)
    newest = sorted(facts, key=lambda fact: moment(fact.date), reverse=True)
    shown = sorted((fact for fact in newest if fact.status in _ORDER), key=lambda fact: _ORDER.index(fact.status))
    past = sum(not fact.current for fact in shown)
    shown = shown[: len(shown) - past + _PAST]
    title = f"{name.capitalize()} ({', '.join(f'{counts[s]} {_word(s)}' for s in FactStatus if counts[s])})"
    lines = _lines(title, [_fact(fact) for fact in shown])
    return lines + (f"\n  and {past - _PAST} more that are not current" if past > _PAST else "")


def _word(status: FactStatus) -> str:
    return "current" if status is FactStatus.ACTIVE else status.value.replace("_", " ")


def _lines(title: str, lines: Iterable[str]) -> str:
    items = list(lines)
    if not items:
        return ""
    more = [f"  ... and {len(items) - _PER_LIST} more"] if len(items) > _PER_LIST else []
    return "\n".join([title, *(f"  {line}" for line in items[:_PER_LIST]), *more])


def _fact(fact: Fact) -> str:
    value = getattr(fact, "value", None)
    number = f"{value:g}" if isinstance(value, float) else value
    extra = [getattr(fact, name, None) for name in ("unit", "dosage", "reaction", "report")]
    said = " ".join(str(part) for part in (fact.display, number, *extra) if part)
    mark = "" if fact.current else f" ({_word(fact.status)})"
    code = f" [{fact.system} {fact.code}]" if fact.code and fact.system else ""
    return f"{said}{code}{mark}{_day(fact.date)}  <{_short(fact.source)}>"


def _short(source: str) -> str:
    """The source without its file and most of a UUID; ``--json`` has it whole."""
    return _UUID.sub("", source.rpartition("#")[2])


def _day(moment: date | datetime | None) -> str:
    return f", {moment:%Y-%m-%d}" if moment else ""


def _genotypes(patient: Patient) -> str:
    lines = [
        f"{gene.gene} {gene.diplotype or 'no call'}: {gene.phenotype or gene.lookup_key or 'no result'}"
        + ("" if gene.status is FactStatus.ACTIVE else " (not determined)")
        for gene in patient.genotypes or ()
    ]
    return _lines("Genotypes", lines)


def _derived(patient: Patient) -> str:
    lines = []
    for name, value in patient.derived.items():
        used = ", ".join(f"{key} {_input(given)}" for key, given in value.inputs.items())
        lines.append(f"{name} {value.value:g} {value.unit}  ({value.formula}; {used})")
    return _lines("Derived", lines)


def _input(given: object) -> str:
    if not isinstance(given, dict):
        return str(given)
    number = given.get("value")
    shown = f"{number:g}" if isinstance(number, float) else str(number)
    when = f" on {str(given['date'])[:10]}" if given.get("date") else ""
    return " ".join(part for part in (shown, given.get("unit") or "") if part) + when
