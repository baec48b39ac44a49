"""Advised drugs against the patient's drugs that go on, against earlier advice, and against one another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import combinations

from medrag.safety.checks.context import Context, fail, ingredients_of, not_assessed, passed, worst
from medrag.safety.knowledge.schema import Interaction
from medrag.safety.reading import DrugMention, Prescription
from medrag.types import Finding, Severity

NAME = "interaction"
_OR = re.compile(r"\bor\b|/|\beither\b|\balternativ", re.IGNORECASE)
_AND = re.compile(r"\b(?:and|plus|with|combined|together|added to|in addition)\b|\+", re.IGNORECASE)


def interaction(context: Context) -> Iterable[Finding]:
    """Fails for a pair that interacts; only the top tier withholds. Alternatives ("A or B") are no pair."""
    advised = context.systemic
    if not advised:
        return
    labels = tuple(each.mention.label for each in advised)
    failed = list(worst(_failures(context, advised)))
    yield from failed
    if gap := _gap(context, advised):
        yield not_assessed(NAME, labels, gap)
    elif not any(finding.severity is not Severity.INFORMATION for finding in failed):
        yield passed(NAME, labels, "no known interaction with the patient's drugs or the other advice")


def _gap(context: Context, advised: tuple[Prescription, ...]) -> str | None:
    """What keeps the check from having looked at every pair."""
    patient = context.patient
    if patient is None or not patient.recorded("medications"):
        return "the patient's medications are not recorded"
    if patient.unread_drugs:
        return f"{len(patient.unread_drugs)} of the patient's drugs are not in the safety knowledge"
    paired = [drug.prescription for drug in context.current if not drug.prescription.local]
    if not paired and len(advised) + len(context.advised) < 2:
        return None
    blank = [name for each in (*advised, *paired) for name in each.mention.ingredients if not _known(context, name)]
    return f"no interaction facts on {', '.join(dict.fromkeys(blank))}" if blank else None


def _known(context: Context, ingredient: str) -> bool:
    return context.knowledge.interactions_known(ingredient)


def _failures(context: Context, advised: tuple[Prescription, ...]) -> Iterator[Finding]:
    for each in advised:
        for drug in context.current:
            if not drug.prescription.local:
                yield from _pair(context, each, drug.prescription, (drug.fact.display,))
        for other in context.advised:
            if not other.local:
                yield from _pair(context, each, other, ())
    for one, other in combinations(advised, 2):
        if not alternatives(context.statement.text, one, other):
            yield from _pair(context, one, other, ())


def _pair(context: Context, one: Prescription, other: Prescription, facts: tuple[str, ...]) -> Iterator[Finding]:
    shared = ingredients_of(one, context.knowledge) & ingredients_of(other, context.knowledge)
    same = one.mention.ingredients == other.mention.ingredients and one.mention.drug_class == other.mention.drug_class
    if same or (shared and (one.mention.drug_class or other.mention.drug_class)):
        return
    for rule in _rules(context, one.mention, other.mention):
        labels = (one.mention.label, other.mention.label)
        reason = f"{labels[0]} with {labels[1]}: {rule.reason}"
        yield fail(NAME, rule.severity, reason, context.knowledge.cite(rule.source), labels, facts)


def _rules(context: Context, one: DrugMention, other: DrugMention) -> list[Interaction]:
    """The rules that hold one drug on one side and the other on the other."""
    forward = context.rules("interactions", one, "a") & context.rules("interactions", other, "b")
    backward = context.rules("interactions", one, "b") & context.rules("interactions", other, "a")
    return [context.knowledge.rules.interactions[place] for place in sorted(forward | backward)]


def alternatives(text: str, one: Prescription, other: Prescription) -> bool:
    """Whether the statement offers the two as a choice: an "or" (and no "and" or "with") stands between them."""
    between = text[one.mention.end : other.mention.start]
    if _OR.search(between):
        return True
    listed = "," in between and not _AND.search(between)
    return listed and re.match(r"[^.;]*?\bor\b", text[other.mention.end :]) is not None
