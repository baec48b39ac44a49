"""What comes before any model: emergencies named in the question or held by the record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache, partial

from medrag.knowledge import Knowledge
from medrag.knowledge.opening import Emergency, RedFlag
from medrag.patient.view import PatientView
from medrag.reading import languages
from medrag.safety.check_context import fail
from medrag.types import Finding, Severity

_said = partial(languages.pattern, "emergencies")
_REACH = 70


def notices(question: str, patient: PatientView | None, knowledge: Knowledge) -> tuple[Finding, ...]:
    """Emergencies named in the question, and those that the patient has now."""
    raised = [flag for flag in knowledge.red_flags if _raised(flag, question)]
    named = {flag.name for flag in raised}
    found = [_finding(flag.notice, flag.source, flag.name) for flag in raised if flag.emergency not in named]
    if patient is not None:
        found += _of_record(patient, knowledge)
    return tuple(found)


def first_care(question: str, knowledge: Knowledge) -> frozenset[str]:
    """The drugs that come before all else in the emergencies that the question names."""
    flags = (flag for flag in knowledge.red_flags if flag.first)
    return frozenset(drug for flag in flags if _raised(flag, question) for drug in flag.first)


def _finding(notice: str, source: str, name: str) -> Finding:
    return fail("red_flag.named", Severity.WARNING, source, (), (name,), notice=notice)


def _raised(flag: RedFlag, text: str) -> bool:
    return all(
        _named(group).search(text) and any(_present(expression, text) for expression in group) for group in flag.all
    )


@lru_cache(maxsize=1024)
def _named(group: tuple[str, ...]) -> re.Pattern[str]:
    """Finds any pattern of a group: most questions name none, and one search tells."""
    return re.compile("|".join(expression if expression.isupper() else f"(?i:{expression})" for expression in group))


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    flags = 0 if pattern.isupper() else re.IGNORECASE
    return re.compile(rf"\b(?:{pattern})(?:\b|(?=\W|$))", flags)


def _present(expression: str, text: str) -> bool:
    """Whether the words occur and at least one occurrence is neither negated nor past."""
    return any(not _negated(text, match.start(), match.end()) for match in _compiled(expression).finditer(text))


def _negated(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - _REACH) : start]
    reset = list(_said("reset").finditer(before))
    if reset:
        before = before[reset[-1].end() :]
    return bool(_said("negated").search(before)) or bool(_said("afterwards").match(text, end, end + _REACH))


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
