"""What the patient's own numbers and drugs say of a criterion."""

from __future__ import annotations

from medrag.knowledge.scoring import read_test
from medrag.knowledge.vocabulary import Terms
from medrag.patient.measures.analytes import as_recorded
from medrag.patient.view import PatientView
from medrag.reading import Prescription
from medrag.reading.languages import pattern
from medrag.safety.check_context import Context, ingredients_of


def answer(patient: PatientView, criterion: str) -> tuple[bool | None, str]:
    """Whether it holds (None: not recorded) and the patient's value, or the name of what is missing."""
    test = read_test(criterion)
    value, words = _value(patient, test.key)
    return (None, test.key) if value is None else (test.holds(value), words)


def _value(patient: PatientView, name: str) -> tuple[float | None, str]:
    if name == "age":
        return patient.age, f"age {patient.age:g}" if patient.age is not None else ""
    if name == "weight":
        weight = patient.patient.weight_kg or patient.labs.get("weight")
        return weight, f"weight {weight:g} kg" if weight is not None else ""
    if name in ("crcl", "egfr"):
        return patient.kidney(name) or (None, "")
    value, measurement = patient.labs.get(name), patient.knowledge.measurements[name]
    if value is None:
        return None, ""
    said = as_recorded(measurement, value, patient.patient.observations or (), patient.knowledge)
    return value, f"{measurement.names[0]} {said}"


def taken(context: Context, terms: Terms, before: Prescription | None = None) -> list[str]:
    """A drug of ``terms`` that the patient takes or is advised, as one fact; not one for some time after ``before``."""
    group = context.knowledge.expand(terms)
    now = context.recommended
    if before and pattern("stops", "in_time").search(context.statement.text, before.mention.end):
        now = now[: now.index(before) + 1]
    if before:
        text, later = context.statement.text, pattern("waiting", "comes_later")
        now = tuple(each for each in now if not later.search(text, 0, each.mention.start))
    others = [*(drug.prescription for drug in context.current), *context.advised, *now]
    known = [each for each in others if not context.knowledge.by_purpose(each.mention.drug_class)]
    named = [each.mention.label for each in known if group & ingredients_of(each, context.knowledge)]
    return named[:1]
