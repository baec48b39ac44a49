"""The patient as the prompt sees it: compact, current facts first, within a budget of words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from medrag.types import Allergy, Fact, Genotype, Imaging, Medication, Observation, Patient

MAX_WORDS = 160
# Left out of the prompt: other ways to what a value beside them says.
_VARIANTS = {
    "creatinine_clearance_ideal",
    "creatinine_clearance_by_bmi",
    "ideal_weight",
    "adjusted_weight",
    "meld",
    "delta_gap",
    "delta_ratio",
    "delta_gap_corrected",
    "delta_ratio_corrected",
}
F = TypeVar("F", bound=Fact)


def summarise(patient: Patient, max_words: int = MAX_WORDS) -> str:
    """The patient in at most about ``max_words`` words, one line a kind of fact, saying what was left out.

    Only current facts are named; what the record does not say is listed as not recorded.
    """
    lines = [_person(patient)]
    used = len(lines[0].split())
    for label, items in _sections(patient):
        line, words = _line(label, items, max_words - used)
        if line:
            lines.append(line)
            used += words
    if absent := _not_recorded(patient):
        lines.append(f"Not recorded: {'; '.join(absent)}.")
    return "\n".join(lines)


def _person(patient: Patient) -> str:
    parts = [
        f"Age {patient.age_years:g}" if patient.age_years is not None else "Age unknown",
        patient.sex or "sex unknown",
    ]
    if patient.pregnant:
        parts.append("pregnant")
    if patient.lactating:
        parts.append("lactating")
    if patient.weight_kg is not None:
        parts.append(f"{patient.weight_kg:g} kg")
    return ", ".join(parts) + "."


def _sections(patient: Patient) -> Iterable[tuple[str, list[str]]]:
    yield "Allergies", _allergies(patient)
    yield "Conditions", [fact.display for fact in _current(patient.conditions)]
    yield "Medications", [_medication(fact) for fact in _current(patient.medications)] or _none(patient.medications)
    yield "Genotypes", [_genotype(gene) for gene in patient.genotypes or ()]
    yield (
        "Derived",
        [f"{name} {value.value:g} {value.unit}" for name, value in patient.derived.items() if name not in _VARIANTS],
    )
    yield "Observations", [_observation(fact) for fact in _current(patient.observations)]
    yield "Imaging", [_imaging(study) for study in _current(patient.imaging)]
    yield "Procedures", [fact.display for fact in _current(patient.procedures)]


def _current(facts: Sequence[F] | None) -> list[F]:
    return [fact for fact in facts or () if fact.current]


def _line(label: str, items: list[str], budget: int) -> tuple[str, int]:
    """The line and its words; items past the budget are counted, not named."""
    kept: list[str] = []
    words = 0
    for item in items:
        words += len(item.split())
        if words > budget:
            break
        kept.append(item)
    left = len(items) - len(kept)
    if left:
        kept.append(f"{left} more left out")
    return (f"{label}: {'; '.join(kept)}.", words) if kept else ("", 0)


def _allergies(patient: Patient) -> list[str]:
    known = [_allergy(fact) for fact in _current(patient.allergies)]
    return known or (["no known allergies"] if patient.no_known_allergies or patient.allergies == () else [])


def _allergy(fact: Allergy) -> str:
    return f"{fact.display} ({fact.reaction})" if fact.reaction else fact.display


def _none(facts: Sequence[Fact] | None) -> list[str]:
    """What an empty list says; one that is not recorded says nothing."""
    return ["none"] if facts == () else []


def _medication(fact: Medication) -> str:
    return f"{fact.display} {fact.dosage}" if fact.dosage else fact.display


def _observation(fact: Observation) -> str:
    value = f"{fact.value:g}" if isinstance(fact.value, float) else fact.value
    return " ".join(part for part in (fact.display, value, fact.unit) if part)


def _genotype(gene: Genotype) -> str:
    detail = gene.phenotype or gene.lookup_key or "no result"
    return f"{gene.gene} {gene.diplotype} ({detail})" if gene.diplotype else f"{gene.gene} {detail}"


def _imaging(study: Imaging) -> str:
    return f"{study.display}: {study.report}" if study.report else study.display


def _not_recorded(patient: Patient) -> list[str]:
    absent = []
    if patient.allergies is None and patient.no_known_allergies is None:
        absent.append("allergies")
    if patient.medications is None:
        absent.append("medications")
    return absent
