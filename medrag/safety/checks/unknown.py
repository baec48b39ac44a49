"""Names that look like drugs and that the knowledge does not know: reported, never skipped."""

from __future__ import annotations

from collections.abc import Iterable

from medrag.safety.checks.context import Context, not_assessed
from medrag.types import Finding

NAME = "unknown_drug"


def unknown(context: Context) -> Iterable[Finding]:
    """One finding for every advised name that no check can assess."""
    for mention in context.unresolved:
        yield not_assessed(
            NAME, (mention.text,), f"{mention.text}: not in the safety knowledge, so nothing was checked"
        )
