"""What a question of one line or a note tells of a patient, for the tests."""

from __future__ import annotations

from medrag.knowledge import load
from medrag.patient import hear
from medrag.types import Patient

KNOWLEDGE = load()


def heard(text: str) -> Patient:
    return hear(None, text, knowledge=KNOWLEDGE) or Patient()
