"""Whether a guideline's sentence rules out people like this patient: "without heart failure", "unless hypotensive"."""

from __future__ import annotations

from medrag.reading.people.cases import ruled_out
from medrag.safety.people.having import Having


def excluded(text: str, having: Having) -> tuple[str, str] | None:
    """What the sentence ``text`` rules out and the patient is known to have, and what tells so."""
    found = ((item, having.fact(item)) for item in ruled_out(text))
    return next(((item, fact) for item, fact in found if fact), None)
