"""Whether the reader accounts for all of a statement: what it could not read, no check has looked at."""

from __future__ import annotations

import re
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
    if context.read or context.advised or context.stopped_before:
        return
    unnamed = None if _spoken_of(text, context) else pattern("advice", "unnamed").search(text)
    if found := unnamed or pattern("advice", "unnamed_ended").search(text):
        yield _finding(Gap(Unread.TREATMENT, (found[0],)))


def _spoken_of(text: str, context: Context) -> bool:
    """Whether a kind of treatment is named that "it" or "them" may stand for."""
    kinds = context.knowledge.words["treatments"]
    return any(word.removesuffix("s") in kinds for word in re.findall(r"[a-z]+", text.lower()))


def _finding(gap: Gap) -> Finding:
    if gap.kind in (Unread.SCRIPT, Unread.FRAGMENT):
        return not_assessed(f"unread.{gap.kind}")
    return not_assessed(f"unread.{gap.kind}", words=", ".join(gap.words[:NAMED]))
