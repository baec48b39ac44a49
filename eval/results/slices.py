"""The groups of patients that a report looks at apart: are some served worse?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from medrag.types import Case, Patient

UNKNOWN = "unknown"
_RENAL = ("egfr", "glomerular filtration", "creatinine clearance", "crcl")


def slices(case: Case) -> dict[str, str]:
    """Age band, sex, pregnancy and renal function of the case's patient; empty without a patient."""
    patient = case.patient
    if patient is None:
        return {}
    return {
        "age": _age_band(_age(patient)),
        "sex": patient.sex or UNKNOWN,
        "pregnancy": {True: "pregnant", False: "not pregnant", None: UNKNOWN}[patient.pregnant],
        "renal function": _renal_band(next(_renal(patient), None)),
    }


def _age(patient: Patient) -> float | None:
    if patient.age_years is not None or patient.birth_date is None:
        return patient.age_years
    return (datetime.now(UTC).date() - patient.birth_date).days / 365.25


def _age_band(age: float | None) -> str:
    if age is None:
        return UNKNOWN
    return next((label for limit, label in ((18, "0-17"), (65, "18-64"), (80, "65-79")) if age < limit), "80 and over")


def _renal(patient: Patient) -> Iterator[float]:
    """mL/min or mL/min/1.73 m2, derived values before recorded ones."""
    for name, derived in patient.derived.items():
        if any(word in name.casefold().replace("_", " ") for word in _RENAL):
            yield derived.value
    for observation in patient.observations or ():
        named = any(word in observation.display.casefold() for word in _RENAL)
        if named and observation.current and isinstance(observation.value, int | float):
            yield float(observation.value)


def _renal_band(rate: float | None) -> str:
    if rate is None:
        return UNKNOWN
    return next((label for limit, label in ((30, "below 30"), (60, "30-59")) if rate < limit), "60 and over")
