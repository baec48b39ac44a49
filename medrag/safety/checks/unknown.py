"""Names that look like drugs and that the knowledge does not know: reported, never skipped; misspellings too."""

from __future__ import annotations

from collections.abc import Iterable

from medrag.safety.check_context import Context, fail, not_assessed
from medrag.types import Finding, Severity

SOURCE = "medrag: the one known name within an edit or two"


def unknown(context: Context) -> Iterable[Finding]:
    """One finding for every advised name that no check can assess, and for every one read as a near name."""
    for mention in context.unresolved:
        yield not_assessed("unknown_drug.name", (mention.text,), drug=mention.text)
    for each in context.recommended:
        if not each.mention.exact:
            label, written = each.mention.label, each.mention.text
            yield fail("spelling.near", Severity.INFORMATION, SOURCE, (label,), drug=label, written=written)
