"""The statement against its citation: every drug and dose in it must stand there, and the source must be current."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from medrag.reading import Dose, Polarity, Prescription, prescriptions
from medrag.safety.check_context import Context, fail, ingredients_of, passed
from medrag.types import Finding, Severity

SOURCE = "medrag: a statement may hold only the drugs and doses of the passage it cites"
TOLERANCE = 1e-6


def support(context: Context) -> Iterable[Finding]:
    """Fails for an advised drug, amount, route or frequency that the cited spans do not hold."""
    if not context.statement.citations:
        return
    quoted = " ".join(citation.quote for citation in context.statement.citations)
    if context.statement.text == quoted:
        if context.recommended:
            yield passed("support.quoted", context.labels, SOURCE)
        return
    cited = prescriptions(quoted, context.knowledge)
    failed = [finding for each in context.read for finding in _unsupported(context, each, cited)]
    yield from failed
    if not failed and context.read:
        yield passed("support.found", context.labels, SOURCE)


def _unsupported(context: Context, each: Prescription, cited: Sequence[Prescription]) -> Iterable[Finding]:
    label = each.mention.label
    same = [other for other in cited if _same_drug(context, each, other)]
    if not same:
        if each.recommended:
            yield _finding("support.drug", label)
        return
    if each.recommended and all(other.mention.polarity in (Polarity.AVOIDED, Polarity.STOPPED) for other in same):
        yield _finding("support.against", label)
    if each.mention.route and not any(other.mention.route in (None, each.mention.route) for other in same):
        yield _finding("support.route", label, route=each.mention.route)
    known = [dose for other in same for dose in other.doses]
    for dose in each.doses:
        if not any(_same_dose(dose, other) for other in known):
            yield _finding("support.dose", label, dose=dose.text)


def _same_drug(context: Context, one: Prescription, other: Prescription) -> bool:
    if one.mention.resolved and other.mention.resolved:
        return ingredients_of(one, context.knowledge) == ingredients_of(other, context.knowledge)
    return one.mention.text.lower() == other.mention.text.lower()


def _same_dose(one: Dose, other: Dose) -> bool:
    inside = other.low - TOLERANCE <= one.low and one.high <= other.high + TOLERANCE
    same_terms = one.unit == other.unit and one.per_kg == other.per_kg
    return inside and same_terms and (one.frequency is None or other.frequency in (None, one.frequency))


def _finding(code: str, label: str, **values: str) -> Finding:
    return fail(code, Severity.CONTRAINDICATED, SOURCE, (label,), drug=label, **values)


def superseded(context: Context) -> Iterable[Finding]:
    """Warns of a cited passage that was superseded, and withholds what stands on a withdrawn one."""
    for item in context.evidence:
        status = item.passage.status
        cited = any(citation.passage_id == item.passage.id for citation in context.statement.citations)
        if cited and status != "current":
            severity = Severity.CONTRAINDICATED if status == "withdrawn" else Severity.WARNING
            yield fail("superseded.cited", severity, item.passage.title, context.labels, status=status)
