"""What a patient's conditions and medications mean for the items of clinical scores (the knowledge's ``scores``)."""

from __future__ import annotations

from medrag.knowledge import Knowledge
from medrag.knowledge.scoring import ScoreItem
from medrag.patient.conditions import denied, implied, meanings_of
from medrag.reading.mentions import LOCAL, named
from medrag.types import Fact, FactStatus, Medication, Patient

_NOW = frozenset({FactStatus.ACTIVE})
_EVER = _NOW | {FactStatus.RESOLVED}


def found(patient: Patient, name: str, knowledge: Knowledge) -> list[Fact]:
    """The facts of the record that make the item ``name`` hold, measurements aside."""
    of = knowledge.scores[name]
    procedures = patient.procedures if of.procedures else ()
    had = (fact for fact in (*(patient.conditions or ()), *(procedures or ())) if _holds(fact, of, knowledge))
    taken = (fact for fact in patient.medications or () if of.drugs and _acts(fact, of, knowledge))
    return [*had, *taken]


def _holds(fact: Fact, of: ScoreItem, knowledge: Knowledge) -> bool:
    if not of.conditions or fact.status not in (_EVER if of.ever else _NOW) or denied(fact.display, knowledge):
        return False
    meant = [implied(meaning.condition, knowledge).keys() for meaning in meanings_of(fact, knowledge)]
    return any(not each.isdisjoint(of.conditions) and each.isdisjoint(of.unless) for each in meant)


def _acts(fact: Medication, of: ScoreItem, knowledge: Knowledge) -> bool:
    read = named(f"{fact.display} {fact.dosage or ''}", knowledge) if fact.current else ()
    mentions = [each for each in read if each.resolved and each.route not in LOCAL]
    return any(knowledge.covers(of.drugs, each.ingredients, each.drug_class) for each in mentions)
