"""Drugs begun again at their dose after a gap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from medrag.knowledge.schema import Restart
from medrag.reading import Prescription
from medrag.reading.languages import pattern
from medrag.safety.check_context import Context, fail, ingredients_of, worst
from medrag.safety.checks.stopping.spans import days
from medrag.types import Finding

_said = partial(pattern, "acts")
AFTER = 60
"""Characters after the words of a gap in which its length stands."""


def restart(context: Context) -> Iterable[Finding]:
    """Fails where a drug is taken up again at its dose after a gap that calls for a start from low."""
    text = context.statement.text
    if context.patient is None or not (_said("raised").search(text) or _said("goes_on").search(text)):
        return
    if _said("restarted").search(text) and not _said("from_low").search(context.whole):
        yield from worst(_again(context, text))


def _again(context: Context, text: str) -> Iterator[Finding]:
    for each, words in _taken(context):
        gap = max([*_gaps(words), *_gaps(text)], default=0.0)
        for rule in context.knowledge.rules.restarts:
            if gap >= rule.days and _about(context, each, rule):
                label, source = each.mention.label, context.knowledge.cite(rule)
                yield fail("restart.rule", rule.severity, source, (label,), (words,), drug=label, reason=rule.reason)


def _gaps(words: str) -> Iterator[float]:
    """The days without a drug that the words name."""
    for found in _said("gap").finditer(words):
        yield from days(words[found.start() : found.end() + AFTER])[:1]


def _taken(context: Context) -> Iterator[tuple[Prescription, str]]:
    """The patient's drugs with the words of their entries."""
    for each in context.patient.drugs if context.patient else ():
        yield each.prescription, f"{each.fact.display} {each.fact.dosage or ''}"


def _about(context: Context, each: Prescription, rule: Restart) -> bool:
    return bool(context.knowledge.expand(rule.drugs) & ingredients_of(each, context.knowledge))
