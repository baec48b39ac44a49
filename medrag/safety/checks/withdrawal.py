"""Drugs that the patient takes and that the advice stops at once, where that does harm."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from medrag.reading import Polarity, Prescription
from medrag.safety.check_context import Context, fail, ingredients_of, worst
from medrag.types import Finding

_AT_ONCE = re.compile(
    r"\b(?:no|not|without|never|unnecessary|needn't|skip)\b[^.;]{0,25}\b(?:taper|wean|gradual|step)"
    r"|\b(?:taper|wean|gradual)\w*[^.;]{0,25}\b(?:not|unnecessary|needless|no need)\b|\babrupt|\bcold turkey",
    re.IGNORECASE,
)
_SLOWLY = re.compile(
    r"\btaper|\bwean|\bgradual|\bslowly\b|\bstep(?:ped|wise)?[- ]?down|\b(?:reduc|decreas|lower|cut)\w* (?:it |the dose )?"
    r"(?:by|over|every|to)\b|\bover (?:the next )?\d+\s?(?:-|to)?\s?\d*\s?(?:weeks?|months?)|\bdown to\b",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"\bbleed|\bha?emorrh|\banaphyla|\bangio-?o?edema|\boverdos|\btoxi|\bbrady|\bheart block|\bshock\b|\bhypotens|\brash\b"
    r"|\bSJS\b|\bstevens|\bDRESS\b|\ballerg|\brespiratory depression|\bdrows|\bunrousable|\bperforat|\bperi-?op|\bneutrop"
    r"|\bmyocarditis|\b(?:surgery|operation|procedure)\b|\buntil\b|\bhold(?:ing)?\b|\bwithh(?:o|e)ld|\bpause|\bfor now\b",
    re.IGNORECASE,
)
"""What forces a stop, or makes it one of a dose or two."""


def withdrawal(context: Context) -> Iterable[Finding]:
    """Fails for a stop without a taper, a substitute of the same kind or a reason that leaves no time."""
    stopped = [each for each in context.read if each.mention.polarity is Polarity.STOPPED and each.mention.resolved]
    if stopped and context.patient and _at_once(" ".join((*context.before, context.statement.text))):
        yield from worst(finding for each in stopped for finding in _found(context, each))


def _at_once(text: str) -> bool:
    return _AT_ONCE.search(text) is not None or not (_SLOWLY.search(text) or _NOW.search(text))


def _found(context: Context, each: Prescription) -> Iterator[Finding]:
    patient, knowledge = context.patient, context.knowledge
    names = ingredients_of(each, knowledge)
    taken = [drug for drug in (patient.drugs if patient else ()) if names & ingredients_of(drug.prescription, knowledge)]
    for place in sorted(context.rules("withdrawals", each.mention)) if taken else ():
        rule = knowledge.rules.withdrawals[place]
        held = {} if patient is None else {name: patient.concepts[name] for name in rule.conditions if name in patient.concepts}
        group = knowledge.expand(rule.drugs)
        instead = any(group & ingredients_of(other, knowledge) for other in (*context.recommended, *context.advised))
        if not instead and (held or not rule.conditions):
            label = each.mention.label
            facts = (taken[0].fact.display, *held.values())
            yield fail(
                "withdrawal.rule", rule.severity, knowledge.cite(rule), (label,), facts, drug=label, reason=rule.reason
            )
