"""Whether the reader accounts for all of a statement: what it could not read, no check has looked at."""

from __future__ import annotations

from collections.abc import Iterable

from medrag.reading.accounting import Gap, Unread, gaps
from medrag.reading.languages import pattern
from medrag.safety.check_context import Context, not_assessed
from medrag.types import Finding

NAMED = 5
"""Words that are named; further ones are left out."""


def unread(context: Context) -> Iterable[Finding]:
    """One finding for each kind of gap in the reading of the statement."""
    text = context.statement.text
    for gap in gaps(text, context.read, context.knowledge):
        yield _finding(gap)
    told_of = context.read or context.advised or context.stopped_before
    if not told_of and (unnamed := pattern("advice", "unnamed").search(text)):
        yield _finding(Gap(Unread.TREATMENT, (unnamed[0],)))


def _finding(gap: Gap) -> Finding:
    if gap.kind in (Unread.SCRIPT, Unread.FRAGMENT):
        return not_assessed(f"unread.{gap.kind}")
    return not_assessed(f"unread.{gap.kind}", words=", ".join(gap.words[:NAMED]))
