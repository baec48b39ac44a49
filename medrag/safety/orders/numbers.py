"""An order in numbers: what cited trials say of its drug for patients like this one, and the scores that bear on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from medrag.patient.measures.calculation import Calculation, compute
from medrag.reading import Prescription
from medrag.safety.consultation import Consultation
from medrag.safety.effects import effects
from medrag.types import Effect, Patient, Statement


@dataclass(frozen=True, slots=True)
class OrderNumbers:
    """Effects that could be computed, and calculators with a value or with the bounds of one."""

    effects: tuple[Effect, ...] = ()
    calculations: tuple[Calculation, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.effects or self.calculations)


def order_numbers(statements: Sequence[Statement], record: Patient, consultation: Consultation) -> OrderNumbers:
    """The numbers of the order that was read as ``statements``; ``consultation`` is of the patient of ``record``."""
    knowledge = consultation.knowledge
    found = effects(statements, consultation.read, consultation.patient, knowledge)
    known = tuple(each for each in found if each.not_assessed is None)
    read = [each for one in statements for each in consultation.read(one.text)]
    drugs = [each for each in read if each.recommended and each.mention.resolved and not each.local]
    today = datetime.now(UTC).date()
    asked = (compute(name, record, today, knowledge) for name in dict.fromkeys(_asked(drugs, consultation)))
    return OrderNumbers(known, tuple(each for each in asked if each.value is not None or each.between))


def _asked(drugs: Sequence[Prescription], consultation: Consultation) -> Iterator[str]:
    """The calculators that bear on the drugs, for this patient."""
    knowledge, patient = consultation.knowledge, consultation.patient
    concepts = patient.concepts.keys() if patient else frozenset[str]()
    for rule in knowledge.order_calculators:
        applies = not rule.conditions or not concepts.isdisjoint(rule.conditions)
        if applies and any(
            knowledge.covers(rule.drugs, each.mention.ingredients, each.mention.drug_class) for each in drugs
        ):
            yield rule.calculator
