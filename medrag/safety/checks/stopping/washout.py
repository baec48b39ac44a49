"""Drugs that were stopped, or that the advice stops, and whose interaction outlasts their last dose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial

from medrag.knowledge.schema import Washout
from medrag.messages import Value
from medrag.reading import Prescription, prescriptions
from medrag.reading.languages import pattern
from medrag.reading.languages.gloss import in_english
from medrag.safety.check_context import Context, fail, ingredients_of, not_assessed, worst
from medrag.safety.checks.stopping.spans import days
from medrag.types import FactStatus, Finding, Medication, Severity

_said = partial(pattern, "stops")


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
        group -= ingredients_of(each, context.knowledge)
        over = context.stopped | context.plan.ending
        stopped = sorted({name for products in over for name in _ended(context, products, group)})
        if not rule.days:
            if stopped and _said("overlap").search(text):
                yield _fail(context, each, rule, stopped[0], ())
            continue
        at_once = _said("same_day").search(text) is not None
        between = context.plan.days_between(stopped, each)
        told = waits(text, rule) or (not at_once and any(waits(said, rule) for said in context.before))
        if stopped and not (told if between is None else between >= rule.days or ("INR" in rule.reason and told)):
            yield _fail(context, each, rule, stopped[0], ())


def _ended(context: Context, products: frozenset[str], group: frozenset[str]) -> frozenset[str]:
    """The ingredients of ``group`` in what is stopped: a product with one of them, or a class that is all of it."""
    taken = [drug.prescription for drug in (context.patient.drugs if context.patient else ())]
    single = {frozenset(each.mention.ingredients) for each in (*context.around, *context.read, *taken)}
    return products & group if products <= group or products in single else frozenset()


def waits(text: str, rule: Washout) -> bool:
    """Whether the text names a wait as long as the rule's, or the level that ends it."""
    if "INR" in rule.reason and "INR" in text:
        return True
    if elapsed := [span for ago in _said("elapsed").finditer(text) for span in days(ago[0])]:
        return max(elapsed) >= rule.days
    waited = _said("wait").search(text) is not None and not _said("review").search(text)
    return waited and max(days(text), default=0.0) >= rule.days


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
                if waits(context.statement.text, rule):
                    continue
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
    if over or _said("ago").search(text):
        if _said("ago").search(text) and (spans := days(text)):
            return min(spans)
        if _said("just").search(text):
            return 1.0
    if over and fact.date is not None:
        when = fact.date.date() if isinstance(fact.date, datetime) else fact.date
        return float((datetime.now(UTC).date() - when).days)
    return None


def _fail(context: Context, each: Prescription, rule: Washout, past: str, facts: tuple[str, ...]) -> Finding:
    label = each.mention.label
    values: dict[str, Value] = {"drug": label, "other": past, "reason": rule.reason}
    code, values = ("washout.rule", {**values, "days": rule.days}) if rule.days else ("washout.overlap", values)
    return fail(code, rule.severity, context.knowledge.cite(rule), (label, past), facts, **values)
