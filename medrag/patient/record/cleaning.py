"""Cleaning a record: duplicates merged, contradictions kept and shown, impossible values flagged.

Nothing is corrected silently: a value that cannot be right loses its standing as current and is reported with the
unit slip that would explain it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from medrag.knowledge import Knowledge
from medrag.knowledge.vocabulary import Measurement
from medrag.patient.measures import analytes
from medrag.patient.measures.units import UnitError
from medrag.patient.record import duplicates
from medrag.patient.record.duplicates import F
from medrag.patient.record.facts import moment
from medrag.patient.record.freshness import kind_of
from medrag.reading import allergies
from medrag.types import (
    Allergy,
    Condition,
    Fact,
    FactStatus,
    Genotype,
    Medication,
    Observation,
    Patient,
    Problem,
)

_TAG = re.compile(r"\s*\((?:disorder|finding|situation|procedure|observable entity|substance|regime/therapy)\)$", re.I)
_EPISODIC = {FactStatus.RESOLVED, FactStatus.PLANNED}
_UNIT_NAMES = {"[lb_av]": "lb", "[in_i]": "inches", "[degF]": "°F", "umol/L": "µmol/L"}


def name_of(fact: Fact | Genotype) -> str:
    """What a fact is about, comparable between sources: its name folded, without SNOMED's semantic tag."""
    return fact.gene.upper() if isinstance(fact, Genotype) else _TAG.sub("", fact.display).strip().casefold()


def merge_duplicates(facts: Sequence[F]) -> tuple[F, ...]:
    """Facts without repeats: of two that say the same, one stays, filled with what only the other knows."""
    return duplicates.merge_duplicates(facts, _subject)


def _subject(fact: F) -> tuple[Any, ...]:
    """What two facts that say the same have in common: name and status, and the time of what is of a time."""
    dated = isinstance(fact, Observation) or fact.status in _EPISODIC
    return name_of(fact), fact.status, moment(fact.date) if dated else None


# --- contradictions --------------------------------------------------------------------------------


def contradictions(patient: Patient, knowledge: Knowledge) -> list[Problem]:
    """What the record says in two ways. Both sides stay in it."""
    entries = patient.allergies or ()
    found = [*_denied(patient.conditions or (), "condition"), *_denied(entries, "allergy")]
    found += _two_values(patient.observations or (), knowledge)
    recorded = [fact for fact in entries if fact.current]
    denied = next((fact for fact in entries if fact.status is FactStatus.NEGATED and says_none(fact)), None)
    if recorded and (denied or patient.no_known_allergies):
        source = denied.source if denied else "structured"
        found.append(
            Problem(source=source, reason="says no known allergies, yet an allergy is recorded; the allergy stands")
        )
    if patient.sex == "male" and (patient.pregnant or patient.lactating):
        found.append(Problem(source="record", reason="is recorded as male and as pregnant or breast-feeding"))
    found += _genotypes(patient.genotypes or ())
    found += _stopped(patient.medications or ())
    return found


def says_none(fact: Allergy) -> bool:
    """Whether an allergy entry is the statement that there are none."""
    return allergies.says_none(fact.display)


def _denied(facts: Iterable[Condition | Allergy], what: str) -> Iterable[Problem]:
    grouped: dict[str, list[Fact]] = {}
    for fact in facts:
        grouped.setdefault(name_of(fact), []).append(fact)
    against = {FactStatus.REFUTED, FactStatus.NEGATED}
    for group in grouped.values():
        denial = next((fact for fact in group if fact.status in against), None)
        if denial and any(fact.current for fact in group):
            reason = f"a {what} is recorded both as present and as {denial.status}; both are kept"
            yield Problem(source=denial.source, reason=reason)


def _stopped(medications: Sequence[Medication]) -> Iterable[Problem]:
    """A drug taken and stopped at the same time; an older order that was stopped is no contradiction."""
    taken = {(name_of(fact), moment(fact.date)) for fact in medications if fact.current}
    for fact in medications:
        if fact.status is FactStatus.RESOLVED and (name_of(fact), moment(fact.date)) in taken:
            reason = f"{name_of(fact)} is recorded both as taken and as stopped; both are kept"
            yield Problem(source=fact.source, reason=reason)


def _two_values(observations: Iterable[Observation], knowledge: Knowledge) -> Iterable[Problem]:
    def place(each: Observation) -> tuple[str, str]:
        return kind_of(each, knowledge), moment(each.date).isoformat()

    standing = sorted((each for each in observations if each.current), key=place)
    for (kind, _), group in groupby(standing, key=place):
        members = list(group)
        values = {(each.value, each.unit) for each in members}
        if len(values) > 1 and analytes.measured_by(members[-1], knowledge) is not None:
            yield Problem(source=members[-1].source, reason=f"{kind}: two values at the same time; both are kept")


def _lone_allele(genotype: Genotype) -> str:
    """The allele that an HLA result is about alone, as results about several of one gene do not contradict."""
    match = re.match(r"\*\d+:\d+(?![^/]*/)", genotype.diplotype or "") if genotype.gene.startswith("HLA") else None
    return match[0] if match else ""


def _genotypes(genotypes: Iterable[Genotype]) -> Iterable[Problem]:
    seen: dict[str, Genotype] = {}
    for each in genotypes:
        first = seen.setdefault(f"{each.gene.upper()}{_lone_allele(each)}", each)
        called = [one.diplotype or one.phenotype for one in (first, each) if one.status is FactStatus.ACTIVE]
        if first is not each and len(called) == 2 and called[0] != called[1]:
            yield Problem(source=each.source, reason=f"{each.gene}: two different results; both are kept")


# --- impossible values -----------------------------------------------------------------------------


def flag_impossible(
    observations: Sequence[Observation], knowledge: Knowledge
) -> tuple[tuple[Observation, ...], list[Problem]]:
    """Measurements outside what is possible lose their standing (``uncertain``) and are reported."""
    checked, problems = [], []
    for each in observations:
        reason = implausible(each, knowledge)
        if reason and each.status in {FactStatus.ACTIVE, FactStatus.RESOLVED}:
            problems.append(Problem(source=each.source, reason=reason, lost=("observations",)))
            each = each.model_copy(update={"status": FactStatus.UNCERTAIN})  # noqa: PLW2901
        checked.append(each)
    return tuple(checked), problems


def implausible(each: Observation, knowledge: Knowledge) -> str | None:
    """Why a measurement cannot be right and which unit slip would explain it; ``None`` when it can."""
    analyte = analytes.measured_by(each, knowledge)
    if analyte is None or not isinstance(each.value, float | int):
        return None
    try:
        value = analytes.measure(analyte, each)
    except UnitError:
        if not each.unit and "#" not in each.source:
            return None  # a person's words, and no entry of a record: who uses the value says what it may be
        lack = f"does not measure {analyte.key}" if each.unit else "is not given"
        return f"{analyte.key}: its unit {lack}; not used"
    return not_possible(analyte, each.value, each.unit or "", value)


def not_possible(analyte: Measurement, given: float, unit: str, value: float) -> str | None:
    """The report on ``given unit`` (``value`` in the analyte's own unit) when it lies outside what is possible."""
    if analyte.plausible(value):
        return None
    explained = [_UNIT_NAMES.get(slip, slip) for slip in analyte.slips if _fits(analyte, given, slip)]
    likely = f"perhaps it is in {' or '.join(explained)}" if explained else None
    for factor, words in ((10, "a decimal point too far right"), (0.1, "a decimal point too far left")):
        if likely is None and analyte.plausible(value / factor):
            likely = f"perhaps {words}"
    return f"{analyte.key} {given:g} {unit} is not possible" + (f"; {likely}" if likely else "") + "; not used"


def _fits(analyte: Measurement, given: float, unit: str) -> bool:
    try:
        value = analytes.in_unit(analyte, given, unit)
    except UnitError:
        return False
    return analyte.plausible(value)
