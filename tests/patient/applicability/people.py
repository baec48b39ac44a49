"""Applicants for tests of notes: of a question, and of a record that it may come with."""

from __future__ import annotations

from typing import Any

from medrag.knowledge import load
from medrag.patient import hear
from medrag.patient.applicability import Applicant
from medrag.patient.view import view
from medrag.types import Patient

KNOWLEDGE = load()


def applicant(question: str, record: dict[str, Any] | None = None) -> Applicant:
    """Whom the question and the record tell of."""
    recorded = Patient.model_validate(record) if record else None
    heard = hear(recorded, question, knowledge=KNOWLEDGE) or Patient()
    return Applicant(view(heard, recorded, KNOWLEDGE), question)
