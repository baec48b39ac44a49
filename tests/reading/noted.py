"""What a note read on New Year's Day 2026 tells of a patient, for the tests."""

from __future__ import annotations

from datetime import date

from medrag.knowledge import load
from medrag.patient.formats.notes import read_note
from medrag.types import Patient

KNOWLEDGE = load()


def note(text: str) -> Patient:
    return read_note(text, "note", date(2026, 1, 1), KNOWLEDGE)
