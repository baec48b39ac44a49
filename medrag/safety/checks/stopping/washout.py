"""Drugs that were stopped, or that the advice stops, and whose interaction outlasts their last dose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from medrag.knowledge.schema import Washout
from medrag.messages import Value
from medrag.reading import Prescription, prescriptions
from medrag.reading.languages.gloss import in_english
from medrag.safety.check_context import Context, fail, ingredients_of, not_assessed, worst
from medrag.types import FactStatus, Finding, Medication, Severity

_UNITS = {"h": 1 / 24, "d": 1.0, "w": 7.0, "m": 30.0, "f": 14.0}
_COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBERS = {"a": 1, "an": 1, "twelve": 12, "fourteen": 14} | {word: n for n, word in enumerate(_COUNTED, start=1)}
_SPAN = re.compile(
    rf"\b(?P<n>\d+(?:\.\d+)?|{'|'.join(_NUMBERS)})(?:\s?(?:-|–|to)\s?\d+)?[\s-]*(?P<unit>hours?|hrs?|h|days?|d|weeks?|wks?|months?"
    r"|fortnights?)\b['’]?",
    re.IGNORECASE,
)
_WAIT = re.compile(
    r"\b(?:after|wait\w*|wash-?\s?out|gap|interval|later|apart|since|drug-free|free|leave|allow|elaps\w+|at least"
    r"|before (?:starting|the first)|following|delay)\b",
    re.IGNORECASE,
)
_ELAPSED = re.compile(rf"{_SPAN.pattern}\s+(?:ago|back|earlier|previously)\b", re.IGNORECASE)
_REVIEW = re.compile(r"^\W*(?:review|recheck|follow[- ]?up|see (?:him|her|them|again))\b", re.IGNORECASE)
_AT_ONCE = re.compile(
    r"\b(?:today|tonight|tomorrow|now|immediately|at once|straight away|"
    r"(?:same|next|following) (?:day|morning|evening))\b",
    re.IGNORECASE,
)
_LEVEL = re.compile(r"\bINR\b", re.IGNORECASE)
_AGO = re.compile(r"\b(?:ago|since|last (?:dose|taken)|stopped|discontinued|ceased|ended)\b", re.IGNORECASE)
_JUST = re.compile(r"\b(?:yesterday|today|this (?:morning|week)|last (?:night|week)|just|recently)\b", re.IGNORECASE)


def washout(context: Context) -> Iterable[Finding]:
    """Fails where a drug starts too soon after one that is stopped; not assessed where no date says how soon."""
    rules = context.knowledge.rules.washouts
    found = [
        (each, rules[place])
        for each in context.systemic
        for place in sorted(context.rules("washouts", each.mention, "start"))
    ]
    if found:
        yield from worst(_by_advice(context, found))
        yield from worst(_by_record(context, found))


def _by_advice(context: Context, found: list[tuple[Prescription, Washout]]) -> Iterator[Finding]:
    """What this advice or advice before it stops. It may itself say how long to wait."""
    text = context.statement.text
    for each, rule in found:
        group = context.knowledge.expand(rule.stopped)
        stopped = sorted(
            {name for products in context.stopped for name in products if name in group and products <= group}
        )
        at_once = _AT_ONCE.search(text) is not None
        if stopped and not (waits(text, rule) or (not at_once and any(waits(said, rule) for said in context.before))):
            yield _fail(context, each, rule, stopped[0], ())


def waits(text: str, rule: Washout) -> bool:
    """Whether the text names a wait as long as the rule's, or the level that ends it."""
    if _LEVEL.search(text) and "INR" in rule.reason:
        return True
    if elapsed := [span for ago in _ELAPSED.finditer(text) for span in _days(ago[0])]:
        return max(elapsed) >= rule.days
    waited = _WAIT.search(text) is not None and not _REVIEW.search(text)
    return waited and max(_days(text), default=0.0) >= rule.days


def _days(text: str) -> list[float]:
    return [
        float(_NUMBERS.get(m["n"].lower(), 0) or m["n"]) * _UNITS[m["unit"][0].lower()] for m in _SPAN.finditer(text)
    ]


def _by_record(context: Context, found: list[tuple[Prescription, Washout]]) -> Iterator[Finding]:
    """What the record says was stopped."""
    facts = (context.patient.patient.medications if context.patient else None) or ()
    for fact in facts:
        since = _since(fact)
        if since is None and fact.status is not FactStatus.RESOLVED:
            continue
        for past in prescriptions(in_english(fact.display, context.knowledge), context.knowledge):
            names = ingredients_of(past, context.knowledge)
            for each, rule in found:
                if names & context.knowledge.expand(rule.stopped):
                    yield from _judge(context, each, rule, past.mention.label, fact, since)


def _judge(  # noqa: PLR0913 (what a washout is judged by)
    context: Context, each: Prescription, rule: Washout, past: str, fact: Medication, since: float | None
) -> Iterator[Finding]:
    if since is not None and since < rule.days:
        yield _fail(context, each, rule, past, (fact.display,))
    elif since is None and rule.severity is Severity.CONTRAINDICATED:
        values: dict[str, Value] = {"drug": each.mention.label, "other": past, "days": rule.days}
        yield not_assessed(
            "washout.unknown", (each.mention.label,), context.knowledge.cite(rule), Severity.WARNING, **values
        )


def _since(fact: Medication) -> float | None:
    """Days since the last dose: by the entry's words, or by the date at which it counts as stopped."""
    text = f"{fact.display} {fact.dosage or ''}"
    over = fact.status is FactStatus.RESOLVED
    if over or _AGO.search(text):
        if _AGO.search(text) and (days := _days(text)):
            return min(days)
        if _JUST.search(text):
            return 1.0
    if over and fact.date is not None:
        when = fact.date.date() if isinstance(fact.date, datetime) else fact.date
        return float((datetime.now(UTC).date() - when).days)
    return None


def _fail(context: Context, each: Prescription, rule: Washout, past: str, facts: tuple[str, ...]) -> Finding:
    label = each.mention.label
    values: dict[str, Value] = {"drug": label, "other": past, "days": rule.days, "reason": rule.reason}
    return fail("washout.rule", rule.severity, context.knowledge.cite(rule), (label, past), facts, **values)
