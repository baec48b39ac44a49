"""What a statement cites must be current."""

from __future__ import annotations

from collections.abc import Iterable

from medrag.safety.check_context import Context, fail
from medrag.types import Finding, Severity


def superseded(context: Context) -> Iterable[Finding]:
    """Warns of a cited passage that was superseded, and withholds what stands on a withdrawn one."""
    for item in context.evidence:
        status = item.passage.status
        cited = any(citation.passage_id == item.passage.id for citation in context.statement.citations)
        if cited and status != "current":
            severity = Severity.CONTRAINDICATED if status == "withdrawn" else Severity.WARNING
            yield fail("superseded.cited", severity, item.passage.title, context.labels, status=status)
