"""What a question asks for (a dose, a duration, where to refer), and whether a sentence tells of it."""

from __future__ import annotations

from functools import partial

from medrag.reading.languages import pattern

KINDS = (
    "dose", "duration", "referral", "monitoring", "avoiding", "target", "diagnosis",
    "first line", "alternative", "emergency", "child", "pregnancy", "kidney", "allergy", "self-care",
)  # fmt: skip
"""What may be asked for; the words are data (``languages/en/asks.yaml``)."""
_said = partial(pattern, "asks")


def asked_for(question: str) -> frozenset[str]:
    """The kinds that an English question asks for, as far as its words say so."""
    return frozenset(kind for kind in KINDS if _said(f"{kind} asked").search(question))


def told_of(text: str) -> frozenset[str]:
    """The kinds that an English sentence or heading tells of."""
    return frozenset(kind for kind in KINDS if _said(f"{kind} told").search(text))
