"""Instruction-like text hidden in data: found, reported and taken out.

Patient records and passages are data. Whatever in them addresses a model ("ignore previous instructions"), imitates
a chat format, or hides from the eye (zero-width and tag characters) is removed before a prompt is made of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from medrag.safety.knowledge import load
from medrag.types import Finding, Patient, Severity, Verdict

NAME = "injection"
SOURCE = "medrag: text from records and passages is data, never instructions (OWASP LLM01)"
REMOVED = "[instruction-like text removed]"

_HIDDEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\U000e0000-\U000e007f]+")
_KINDS = {"hidden_markup": "hidden markup", "format": "chat format", "instruction": "instruction"}


@lru_cache
def _patterns(kind: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in load().injections[kind])


@dataclass(frozen=True, slots=True)
class Injection:
    """``text[start:end]`` addresses a model or hides from a reader."""

    kind: str
    start: int
    end: int


def injections(text: str) -> list[Injection]:
    """Every instruction-like or hidden piece of ``text``, in order; zero-width characters do not hide words."""
    found = [Injection("hidden characters", match.start(), match.end()) for match in _HIDDEN.finditer(text)]
    for kind, label in _KINDS.items():
        for pattern in _patterns(kind):
            found += [Injection(label, match.start(), match.end()) for match in pattern.finditer(text)]
    if found and any(pattern.search(_HIDDEN.sub("", text)) for pattern in _patterns("instruction")):
        found.append(Injection(_KINDS["instruction"], 0, len(text)))
    return sorted(found, key=lambda piece: (piece.start, -piece.end))


def neutralise(text: str) -> str:
    """``text`` with hidden characters dropped and instruction-like pieces replaced."""
    clean = _HIDDEN.sub("", text)
    for kind in _KINDS:
        for pattern in _patterns(kind):
            clean = pattern.sub(REMOVED, clean)
    return clean


def report(text: str, where: str) -> tuple[Finding, ...]:
    """One finding a kind of injection in ``text``; the reason names ``where`` and the kind, never the text."""
    kinds = dict.fromkeys(piece.kind for piece in injections(text))
    return tuple(
        Finding(
            check=NAME,
            verdict=Verdict.FAIL,
            severity=Severity.WARNING,
            reason=f"{where} holds {kind} that addresses the software; it was removed and not followed",
            source=SOURCE,
        )
        for kind in kinds
    )


def patient_injections(patient: Patient) -> tuple[Finding, ...]:
    """Findings for every free text of the record, one a kind and list ("conditions", "imaging", ...)."""
    found: dict[str, Finding] = {}
    for where, text in _texts(patient.model_dump(mode="python")):
        for finding in report(text, f"the record's {where}"):
            found.setdefault(finding.reason, finding)
    return tuple(found.values())


def neutral_patient(patient: Patient) -> Patient:
    """The patient with every free text neutralised."""
    return Patient.model_validate(_neutral(patient.model_dump(mode="python")))


def _texts(value: Any, where: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, where or str(key))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item, where)


def _neutral(value: Any) -> Any:
    if isinstance(value, str):
        return neutralise(value) or REMOVED
    if isinstance(value, dict):
        return {key: _neutral(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_neutral(item) for item in value)
    return value
