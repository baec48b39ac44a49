"""What comes before any model: emergencies named in the question or held by the record."""

from __future__ import annotations

from collections.abc import Iterator

from medrag.knowledge import Knowledge
from medrag.knowledge.opening import Emergency
from medrag.patient.view import PatientView
from medrag.reading.people.emergencies import raised
from medrag.safety.check_context import fail
from medrag.types import Finding, Severity


def notices(question: str, patient: PatientView | None, knowledge: Knowledge) -> tuple[Finding, ...]:
    """Emergencies named in the question, and those that the patient has now."""
    found = [_finding(flag.notice, flag.source, flag.name) for flag in raised(question, knowledge)]
    if patient is not None:
        found += _of_record(patient, knowledge)
    return tuple(found)


def first_care(question: str, knowledge: Knowledge) -> frozenset[str]:
    """The drugs that come before all else in the emergencies that the question names."""
    return frozenset(drug for flag in raised(question, knowledge) for drug in flag.first)


def _finding(notice: str, source: str, name: str) -> Finding:
    return fail("red_flag.named", Severity.WARNING, source, (), (name,), notice=notice)


def _of_record(patient: PatientView, knowledge: Knowledge) -> Iterator[Finding]:
    for each in knowledge.emergencies:
        if each.condition in patient.concepts and each.condition not in patient.lowered:
            yield _finding(each.notice, each.source, str(each.condition))
        value = patient.labs.get(each.measurement or "")
        if value is not None and _beyond(each, value):
            unit = knowledge.measurements[str(each.measurement)].unit
            yield _finding(each.notice, each.source, f"{each.measurement} {value:g} {unit}")


def _beyond(limit: Emergency, value: float) -> bool:
    above = limit.at_least is not None and value >= limit.at_least
    return above or (limit.at_most is not None and value <= limit.at_most)
