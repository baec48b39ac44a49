"""Names that look like drugs and that the knowledge does not know: reported, never skipped; misspellings too."""

from __future__ import annotations

from collections.abc import Iterable

from medrag.safety.check_context import Context, fail, not_assessed
from medrag.types import Finding, Severity

NAME = "unknown_drug"
SPELLING = "spelling"
SOURCE = "medrag: the one known name within an edit or two"


def unknown(context: Context) -> Iterable[Finding]:
    """One finding for every advised name that no check can assess, and for every one read as a near name."""
    for mention in context.unresolved:
        yield not_assessed(
            NAME, (mention.text,), f"{mention.text}: not in the safety knowledge, so nothing was checked"
        )
    for each in context.recommended:
        if not each.mention.exact:
            reason = f"{each.mention.text} was read as {each.mention.label}"
            yield fail(SPELLING, Severity.INFORMATION, reason, SOURCE, (each.mention.label,))
