"""Advice that lets the patient's drugs go on, or a state that they are not for: the record speaks against some."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from medrag.patient.view import PatientView
from medrag.reading import Prescription
from medrag.reading.advice.acts import Clause
from medrag.reading.languages import pattern
from medrag.safety.check_context import Context, ingredients_of, worst
from medrag.safety.checks.care.against import speaks_against, taken
from medrag.types import Finding, Severity

_said = partial(pattern, "acts")


def going_on(context: Context) -> Iterable[Finding]:
    """What speaks against the drugs taken where advice says that they, or all, go on as they are, or that all is well.

    So for a patient who is to conceive, to do without contraception, or to breastfeed.
    """
    patient = context.patient
    if patient is None or not patient.drugs or context.statement.citations:
        return
    yield from worst(each for clause in context.clauses for each in _reviewed(context, clause, patient))
    yield from worst(_in_another_state(context, patient))


def _reviewed(context: Context, clause: Clause, patient: PatientView) -> Iterator[Finding]:
    of_a_drug = _said("of_the_drug_before").match(clause.words)
    if clause.insists or of_a_drug or clause.kinds.isdisjoint(("goes_on", "dismissed", "raised")):
        return
    named = [each for each in context.read if clause.start <= each.mention.start < clause.end]
    classes = [each for each in named if each.mention.drug_class is not None and each.recommended]
    if classes:
        group = frozenset().union(*(ingredients_of(each, context.knowledge) for each in classes))
        drugs: tuple[Prescription, ...] = taken(context, group)
    elif named:
        return
    else:
        drugs = tuple(each.prescription for each in context.current)
    stopped = context.stopped | context.left_off
    drugs = tuple(each for each in drugs if ingredients_of(each, context.knowledge) not in stopped)
    yield from speaks_against(context, drugs, pairs=False, stopped=stopped)
    together = (
        speaks_against(context, drugs, replace(patient, drugs=()), stopped=stopped) if "goes_on" in clause.kinds else ()
    )
    yield from (each for each in together if each.severity is Severity.CONTRAINDICATED)


def _in_another_state(context: Context, patient: PatientView) -> Iterator[Finding]:
    text, going = context.statement.text, (each.prescription for each in context.current)
    drugs = tuple(each for each in going if ingredients_of(each, context.knowledge) not in context.left_off)
    person, female = patient.patient, patient.patient.sex != "male"
    if _said("must_not").search(text) and not _said("uncovered").search(text):
        return
    contraceptives = context.knowledge.members["contraceptive"]
    if any(contraceptives & ingredients_of(each, context.knowledge) for each in context.recommended):
        return
    conceives = _said("uncovered").search(text) or (_said("conceive").search(text) and _said("may").search(text))
    if female and conceives and patient.may_conceive:
        expecting = replace(patient, patient=person.model_copy(update={"pregnant": True}))
        yield from _of("pregnancy", context, drugs, expecting)
    if female and _said("nurse").search(text) and _said("may").search(text):
        nursing = replace(patient, patient=person.model_copy(update={"lactating": True}))
        yield from _of("pregnancy", context, drugs, nursing)


def _of(check: str, context: Context, drugs: tuple[Prescription, ...], patient: PatientView) -> Iterator[Finding]:
    yield from (each for each in speaks_against(context, drugs, patient, pairs=False) if each.check == check)
