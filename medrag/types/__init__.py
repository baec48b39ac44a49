"""What crosses a boundary: the patient, the case, the evidence and the advice.

Every type here is a frozen pydantic model, so that it can go over HTTP, onto disk or between packages
unchanged. Nothing here calls models or imports anything heavy.
"""

from __future__ import annotations

from medrag.types.advice import (
    Advice,
    Case,
    Coverage,
    Effect,
    Finding,
    Interval,
    Outcome,
    Pointer,
    Provenance,
    Severity,
    Statement,
    Verdict,
)
from medrag.types.evidence import (
    Citation,
    Evidence,
    Filters,
    Grade,
    Passage,
    Sentence,
    Status,
    Strength,
    at_page,
    sentence_hash,
)
from medrag.types.patient import (
    ANY_LIST,
    Allergy,
    Condition,
    Derived,
    Fact,
    FactStatus,
    Genotype,
    Imaging,
    Lost,
    Medication,
    Named,
    Observation,
    Patient,
    Problem,
    Procedure,
)
from medrag.types.record import Record

__all__ = [
    "ANY_LIST",
    "Advice",
    "Allergy",
    "Case",
    "Citation",
    "Condition",
    "Coverage",
    "Derived",
    "Effect",
    "Evidence",
    "Fact",
    "FactStatus",
    "Filters",
    "Finding",
    "Genotype",
    "Grade",
    "Imaging",
    "Interval",
    "Lost",
    "Medication",
    "Named",
    "Observation",
    "Outcome",
    "Passage",
    "Patient",
    "Pointer",
    "Problem",
    "Procedure",
    "Provenance",
    "Record",
    "Sentence",
    "Severity",
    "Statement",
    "Status",
    "Strength",
    "Verdict",
    "at_page",
    "sentence_hash",
]
