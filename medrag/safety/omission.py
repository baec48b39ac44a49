"""What the whole case leaves out: required actions, treatment after withholding, assessment itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from medrag.knowledge import Knowledge
from medrag.knowledge.schema import MonitoringRule
from medrag.patient.view import PatientView
from medrag.reading import Prescription
from medrag.safety.check_context import fail, labels, not_assessed, passed
from medrag.types import Finding, Severity, Statement

NO_PLAN = "coherence.no_plan"
SOURCE = "medrag: what remains after withholding must still be a plan"


Read = Callable[[str], Iterable[Prescription]]
"""Reads a text's drugs and doses."""


def omissions(
    patient: PatientView | None,
    released: Sequence[Statement],
    withheld: Sequence[Statement],
    knowledge: Knowledge,
    read: Read,
) -> Iterator[Finding]:
    """Case-level findings: missing monitoring, a plan left without a drug, that no patient was given."""
    text = " ".join(statement.text for statement in released)
    advised, lost = _recommended(released, read), _recommended(withheld, read)
    for rule in knowledge.rules.monitoring:
        drugs = _concerned(rule, advised, patient, knowledge)
        if drugs and not _said(rule, text):
            source = knowledge.cite(rule)
            yield fail("omission.monitoring", rule.severity, source, drugs, drug=drugs[0], action=rule.action)
    yield from _coherence(advised, lost)
    if patient is None or patient.record is None:
        yield not_assessed("patient.none_given", labels(advised))


def referral(emergencies: Sequence[Finding], released: Sequence[Statement], knowledge: Knowledge) -> Iterator[Finding]:
    """What advice on an emergency must say and does not: that the patient is to be seen at once."""
    text = " ".join(statement.text for statement in released)
    if emergencies and text and not knowledge.says("referral_at_once", text):
        facts = tuple(fact for finding in emergencies for fact in finding.patient_facts)
        yield fail("omission.referral", Severity.WARNING, emergencies[0].source, (), facts)


def _concerned(
    rule: MonitoringRule, advised: Iterable[Prescription], patient: PatientView | None, knowledge: Knowledge
) -> tuple[str, ...]:
    if rule.stage == "childbearing" and (
        patient is None or not patient.may_conceive or patient.patient.sex != "female"
    ):
        return ()
    concerned = [each for each in advised if not each.local and _covers(rule.drugs, each, knowledge)]
    if rule.with_drugs:
        present = [*advised, *(drug.prescription for drug in (patient.drugs if patient else ()))]
        if not any(_covers(rule.with_drugs, each, knowledge) for each in present):
            return ()
    return labels(concerned)


def _covers(terms: tuple[str, ...], each: Prescription, knowledge: Knowledge) -> bool:
    return each.mention.resolved and knowledge.covers(terms, each.mention.ingredients, each.mention.drug_class)


def _said(rule: MonitoringRule, text: str) -> bool:
    return any(re.search(rf"\b{re.escape(word)}", text, re.IGNORECASE) for word in rule.words)


def _recommended(statements: Iterable[Statement], read: Read) -> list[Prescription]:
    return [each for statement in statements for each in read(statement.text) if each.recommended]


def _coherence(advised: Sequence[Prescription], lost: Sequence[Prescription]) -> Iterator[Finding]:
    if lost and not advised:
        yield fail(NO_PLAN, Severity.WARNING, SOURCE, labels(lost))


def offer(number: int, quote: str, drugs: tuple[str, ...]) -> Finding:
    """A safer alternative, as a finding of the case: a sentence of a passage."""
    return passed("alternative.passed", drugs, SOURCE, number=number, quote=quote)
