"""The patient as the checks see it: drugs read, allergies resolved, conditions and measurements as concepts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cached_property

from medrag.knowledge import Knowledge
from medrag.knowledge.names import normalise
from medrag.knowledge.vocabulary import Condition, Measurement
from medrag.patient.conditions import establish, gestation, resolve, tested
from medrag.patient.measures import formulas
from medrag.patient.measures.analytes import as_recorded, in_unit, named
from medrag.patient.measures.units import UnitError
from medrag.patient.pharmacogenes import in_words, worded
from medrag.patient.record.facts import DAYS_A_YEAR
from medrag.patient.states import recorded_states
from medrag.reading import DrugMention, Prescription, drugs, prescriptions
from medrag.reading.allergies import borne, entry
from medrag.reading.languages.gloss import in_english, other_script
from medrag.reading.thresholds.states import Stated
from medrag.types import Allergy, Fact, FactStatus, Genotype, Medication, Observation, Patient

PLANNING = "planning_pregnancy"
"""The concept of a pregnancy that is wanted."""


@dataclass(frozen=True, slots=True)
class CurrentDrug:
    """A drug the patient takes, as recorded."""

    prescription: Prescription
    fact: Medication

    @property
    def label(self) -> str:
        """Its normalised name."""
        return self.prescription.mention.label


@dataclass(frozen=True, slots=True)
class KnownAllergy:
    """An allergy with the drugs or classes it names; ``words`` is the normalised text for what names no drug.

    ``tolerated`` are drugs that the entry says are taken without harm; it may name nothing else.
    """

    fact: Allergy
    mentions: tuple[DrugMention, ...]
    words: str
    tolerated: tuple[DrugMention, ...] = ()


@dataclass(frozen=True)
class PatientView:
    """What is known of the patient. ``concepts`` maps each concept to the words that establish it.

    ``patient`` is the patient as heard, ``record`` what was recorded of it (None: no record): a fact heard in the
    question alone counts, yet says nothing of what else is recorded.
    """

    patient: Patient
    knowledge: Knowledge
    record: Patient | None
    age: float | None
    drugs: tuple[CurrentDrug, ...] = ()
    unread_drugs: tuple[str, ...] = ()
    allergies: tuple[KnownAllergy, ...] = ()
    concepts: dict[str, str] = field(default_factory=dict)
    labs: dict[str, float] = field(default_factory=dict)
    lowered: frozenset[str] = frozenset()
    """Concepts that only a past condition, or words that may mean less, establish."""
    unread_conditions: tuple[str, ...] = ()
    """Current conditions whose words mean nothing to the knowledge."""
    genotypes: tuple[Genotype, ...] = ()
    """Results of pharmacogenes, also those that conditions and observations give in words."""
    gestation: tuple[float, float] | None = None
    """Weeks of gestation, from and to (a trimester's, where only that is known)."""

    def recorded(self, field_name: str) -> bool:
        """Whether the record says anything of this list: entries, or that there are none."""
        return self.record is not None and getattr(self.record, field_name) is not None

    @property
    def allergies_recorded(self) -> bool:
        """Whether the record lists allergies or states that there are none; not where it denies to know of none."""
        record = self.record
        listed = record is not None and bool(record.allergies)
        denied = record is not None and record.no_known_allergies is False
        stated = record is not None and record.no_known_allergies is True
        return listed or stated or (self.recorded("allergies") and not denied)

    @property
    def pregnant(self) -> bool | None:
        """True, False, or None when it matters and is not recorded."""
        if self.patient.pregnant is not None:
            return self.patient.pregnant
        if "pregnancy" in self.concepts and self.may_conceive:
            return True
        return None if self.may_conceive else False

    @property
    def may_conceive(self) -> bool:
        """Whether age, sex and history, as far as recorded, leave a pregnancy possible."""
        if self.patient.pregnant is not True and "infertile" in self.concepts:
            return False
        return self.patient.sex != "male" and self.knowledge.age_limits["childbearing"].holds(self.age)

    @property
    def plans_pregnancy(self) -> bool:
        """Whether record or question says that a pregnancy is wanted."""
        return PLANNING in self.concepts

    @property
    def lactating(self) -> bool | None:
        """True, False, or None when it matters and is not recorded."""
        if self.patient.lactating is not None:
            return self.patient.lactating
        return True if "breastfeeding" in self.concepts else (None if self.may_conceive else False)

    @cached_property
    def states(self) -> tuple[Stated, ...]:
        """What the record names of the patient's states."""
        taken = (each.prescription.mention.ingredients for each in self.drugs)
        return recorded_states(self.patient, taken, self.concepts, self.gestation, self.knowledge)

    def kidney(self, metric: str) -> tuple[float, str] | None:
        """eGFR or clearance (mL/min) and where it is from; the other one, or the stage, where it is missing."""
        for name in (metric, "egfr" if metric == "crcl" else "crcl"):
            if name in self.labs:
                return self.labs[name], f"{'eGFR' if name == 'egfr' else 'creatinine clearance'} {self.labs[name]:.0f}"
        staged = [(egfr, words) for name, words in self.concepts.items() if (egfr := self._condition(name).egfr)]
        return min(staged, default=None)

    def liver(self) -> tuple[str, str] | None:
        """Child-Pugh class (A where liver disease is recorded without its grade) and the words that establish it."""
        if "child_pugh" in self.labs:
            score = self.labs["child_pugh"]
            return formulas.child_pugh_class(int(score)), f"Child-Pugh score {score:g}"
        graded = [
            (grade, words) for name, words in self.concepts.items() if (grade := self._condition(name).child_pugh)
        ]
        return max(graded, default=None)

    def _condition(self, name: str) -> Condition:
        return self.knowledge.conditions[name]


def view(patient: Patient, record: Patient | None, knowledge: Knowledge) -> PatientView:
    """The view of ``patient`` as heard, of whom ``record`` is recorded.

    Only current facts count, and lasting conditions also when resolved.
    """
    age = _age(patient)
    labs = _labs(patient, knowledge, age)
    current, unread = _drugs(patient.medications or (), knowledge)
    conditions = resolve([*(patient.conditions or ()), *tested(patient.observations or (), knowledge)], knowledge)
    concepts = dict(conditions.concepts)
    for condition, reason in _established(labs, patient, knowledge):
        establish(concepts, condition, reason, knowledge)
    if patient.pregnant is False:
        concepts.pop("pregnancy", None)
    return PatientView(
        patient=patient,
        knowledge=knowledge,
        record=record,
        age=age,
        drugs=current,
        unread_drugs=unread,
        allergies=tuple(
            known for fact in patient.allergies or () if _counts(fact) and (known := _allergy(fact, knowledge))
        ),
        concepts=concepts,
        labs=labs,
        lowered=conditions.lowered,
        unread_conditions=tuple(each for each in conditions.unread if not any(in_words(each, knowledge))),
        genotypes=(*(patient.genotypes or ()), *worded(patient, knowledge)),
        gestation=gestation(patient, labs, knowledge),
    )


def established(patient: Patient, knowledge: Knowledge) -> tuple[str, ...]:
    """The names of the conditions that the patient's latest values mean ("potassium 5.8": hyperkalaemia)."""
    found = _established(_labs(patient, knowledge, _age(patient)), patient, knowledge)
    return tuple(dict.fromkeys(knowledge.conditions[condition].name for condition, _ in found))


def _established(labs: Mapping[str, float], patient: Patient, knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    """Conditions that values mean, each with the value as it was recorded."""
    for name, value in labs.items():
        measurement = knowledge.measurements[name]
        for rule in measurement.establishes:
            if (rule.above is not None and value > rule.above) or (rule.below is not None and value < rule.below):
                said = as_recorded(measurement, value, patient.observations or (), knowledge)
                yield rule.condition, f"{name} {said}"


def _age(patient: Patient) -> float | None:
    if patient.age_years is not None:
        return patient.age_years
    if patient.birth_date is None:
        return None
    return (datetime.now(UTC).date() - patient.birth_date).days / DAYS_A_YEAR


def _counts(fact: Fact) -> bool:
    return fact.current or fact.status is FactStatus.UNCERTAIN


def _once(read: Sequence[Prescription]) -> Iterator[Prescription]:
    """Each drug of an entry once ("Zocor (simvastatin) 20 mg"), and all that have a dose."""
    dosed = {each.mention.label for each in read if each.doses}
    for place, each in enumerate(read):
        name = each.mention.label
        if each.doses or not (name in dosed or name in {other.mention.label for other in read[:place]}):
            yield each


def _drugs(medications: Sequence[Medication], knowledge: Knowledge) -> tuple[tuple[CurrentDrug, ...], tuple[str, ...]]:
    current: list[CurrentDrug] = []
    unread: list[str] = []
    for fact in medications:
        if not _counts(fact):
            continue
        text = in_english(f"{fact.display} {fact.dosage or ''}".strip(), knowledge)
        read = [each for each in prescriptions(text, knowledge) if each.mention.resolved]
        if not read and (name := _short(fact.display, knowledge) or knowledge.coded(fact.system, fact.code)):
            read = list(prescriptions(f"{name} {fact.dosage or ''}", knowledge))
        current += [CurrentDrug(each, fact) for each in _once(read)]
        if not read or other_script(text):
            unread.append(fact.display)
    return tuple(current), tuple(unread)


def _allergy(fact: Allergy, knowledge: Knowledge) -> KnownAllergy | None:
    """The entry read; None for one that says that there is no allergy, and nothing else."""
    said = entry(in_english(_words(fact, knowledge), knowledge))
    taken = borne(in_english(fact.reaction or "", knowledge))
    mentions, tolerated = _named(said.to, knowledge), _named(f"{said.tolerated}; {taken}", knowledge)
    return KnownAllergy(fact, mentions, normalise(said.to), tolerated) if said.to.strip() or tolerated else None


def _words(fact: Fact, knowledge: Knowledge) -> str:
    """What an entry is called: its words, or where it is nothing but a code, what the code names."""
    bare = fact.display == fact.code
    return (knowledge.coded(fact.system, fact.code) if bare else None) or fact.display


def _named(text: str, knowledge: Knowledge) -> tuple[DrugMention, ...]:
    read = drugs(_short(text, knowledge) or text, knowledge)
    return tuple(mention for mention in read if mention.resolved)


def _short(entry: str, knowledge: Knowledge) -> str | None:
    """The drug of an entry that is nothing but a name which in running text counts with a dose alone ("INH")."""
    name = knowledge.names.get(normalise(entry))
    return " + ".join(name.ingredients) if name and name.dosed else None


def _labs(patient: Patient, knowledge: Knowledge, age: float | None) -> dict[str, float]:
    """The latest value of each measurement in its canonical unit; kidney function computed where it can be."""
    latest: dict[str, tuple[datetime, float]] = {}
    for fact in patient.observations or ():
        key = knowledge.lab_names.get(fact.code or "") or named(in_english(fact.display, knowledge), knowledge)
        value = _value(fact, knowledge.measurements[key]) if key and fact.current else None
        if key and value is not None:
            moment = _moment(fact.date)
            if key not in latest or moment >= latest[key][0]:
                latest[key] = (moment, value)
    labs = {key: value for key, (_, value) in latest.items()}
    for name, derived in patient.derived.items():
        if key := named(name, knowledge):
            labs.setdefault(key, derived.value)
    return _with_kidney(labs, patient, age)


def _with_kidney(labs: dict[str, float], patient: Patient, age: float | None) -> dict[str, float]:
    creatinine = labs.get("creatinine")
    sex = patient.sex
    if creatinine and age is not None and age >= 18 and sex in ("female", "male"):
        labs.setdefault("egfr", formulas.ckd_epi_2021(age, creatinine, sex))
        if patient.weight_kg:
            labs.setdefault("crcl", formulas.cockcroft_gault(age, patient.weight_kg, creatinine, sex))
    return labs


def _value(fact: Observation, lab: Measurement) -> float | None:
    """The value in the measurement's unit, or a string's first number ("> 60"); None of a unit that does not fit."""
    value = fact.value
    if isinstance(value, str):
        match = re.match(r"\s*[<>≤≥]?\s*(\d+(?:\.\d+)?)", value)
        value = float(match[1]) if match else None
    if value is None:
        return None
    if fact.unit:
        try:
            return in_unit(lab, value, fact.unit)
        except UnitError:
            return None
    return value * lab.bare_factor(value)


def _moment(when: date | datetime | None) -> datetime:
    if when is None:
        return datetime.min.replace(tzinfo=UTC)
    if isinstance(when, datetime):
        return when if when.tzinfo else when.replace(tzinfo=UTC)
    return datetime.combine(when, time(), UTC)
