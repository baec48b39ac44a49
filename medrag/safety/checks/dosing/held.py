"""A dose held against a limit: in the limit's terms, and the finding where it is above."""

from __future__ import annotations

from medrag.knowledge.schema import DoseLimit
from medrag.messages import Value
from medrag.reading import Dose
from medrag.safety.check_context import Context, fail, ingredients_of
from medrag.types import Finding, Severity

SLACK = 1.001
"""Sums of decimal doses may overshoot a limit by rounding alone."""


def scale(context: Context, limit: DoseLimit) -> float | None:
    """1, or the body weight for a limit per kilogram (None where it is not recorded)."""
    if not limit.per_kg:
        return 1.0
    return context.patient.patient.weight_kg if context.patient else None


def scaled(limit: DoseLimit, top: float | None, by: float | None, one: Dose) -> float | None:
    """The limit in the dose's own terms: per kg for a dose per kg, else absolute."""
    if top is None or one.per_m2:
        return None
    if one.per_kg:
        return top if limit.per_kg else None
    return top * by if by is not None else None


def above(code: str, context: Context, held: DoseLimit, ingredient: str, /, **values: Value) -> Finding:
    """That a dose is above the limit ``held``; it only warns those whom the limit says to be used to more."""
    severity = Severity.CONTRAINDICATED
    if held.unless_current and any(
        context.knowledge.members[held.unless_current] & ingredients_of(drug.prescription, context.knowledge)
        for drug in context.current
    ):
        severity = Severity.WARNING
    source = context.knowledge.cite(held)
    return fail(code, severity, source, (ingredient,), drug=ingredient, **values)
