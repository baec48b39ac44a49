"""What advice lets a patient do, eat or undergo that drugs, conditions or values of the record speak against."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial

from medrag.reading import Polarity
from medrag.reading.advice.acts import Clause
from medrag.reading.languages import pattern
from medrag.safety.check_context import Context, fail, worst
from medrag.safety.checks.care.patients import concerned, naming
from medrag.types import Finding

_said = partial(pattern, "acts")
BEFORE = 40
"""Characters before a name in which words forbid it."""


def exposure(context: Context) -> Iterable[Finding]:
    """Fails for an activity, food or procedure that the record speaks against, unless the advice forbids it."""
    if context.patient is not None:
        yield from worst(_found(context))


def forbids(context: Context, clause: Clause) -> bool:
    """Whether the clause forbids, in so many words, what the record speaks against."""
    if not _said("forbids").search(clause.words) or not clause.kinds.isdisjoint(("dismissed", "unneeded")):
        return False
    return any(
        naming(rule.names).search(clause.words)
        and _allowed(clause, context, naming(rule.names)) is None
        and concerned(context, rule)
        for rule in context.knowledge.rules.exposures
    )


def _found(context: Context) -> Iterator[Finding]:
    said = context.clauses
    for rule in context.knowledge.rules.exposures:
        named = next((words for clause in said if (words := _allowed(clause, context, naming(rule.names)))), None)
        if named and (facts := concerned(context, rule)):
            source = context.knowledge.cite(rule)
            values = {"what": named, "fact": facts[0], "reason": rule.reason}
            yield fail("exposure.rule", rule.severity, source, (), facts, **values)


def _allowed(clause: Clause, context: Context, names: re.Pattern[str]) -> str | None:
    """The first name in the clause that no words around it forbid, and that stands for no value of it."""
    words, text = clause.words, context.statement.text
    for found in names.finditer(words):
        if _is_ended(clause.start + found.start(), context):
            continue
        before, after = words[max(0, found.start() - BEFORE) : found.start()], text[clause.start + found.end() :]
        if _said("value_after").match(after) or _said("wait_after").match(after):
            continue
        waits = _said("wait_first").search(words, 0, found.start())
        if not waits and not _said("forbidden_before").search(before) and not _said("forbidden_after").search(after):
            return found[0]
    return None


def _is_ended(place: int, context: Context) -> bool:
    """Whether what stands at ``place`` is a drug that the advice ends."""
    names = (each.mention for each in context.read if each.mention.polarity is Polarity.STOPPED)
    return any(name.start <= place < name.end for name in names)
