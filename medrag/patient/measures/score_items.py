"""What a patient's conditions and medications mean for the items of clinical scores (the knowledge's ``scores``)."""

from __future__ import annotations

from medrag.knowledge import Knowledge, load
from medrag.knowledge.scoring import ScoreItem
from medrag.patient.conditions import denied, implied, meanings_of
from medrag.reading import prescriptions
from medrag.types import Fact, FactStatus, Medication, Patient

_NOW = frozenset({FactStatus.ACTIVE})
_EVER = _NOW | {FactStatus.RESOLVED}


def item(name: str) -> ScoreItem:
    """The item ``name`` of the knowledge."""
    return load().scores[name]


def found(patient: Patient, name: str) -> list[Fact]:
    """The facts of the record that make the item ``name`` hold, measurements aside."""
    known = load()
    of = known.scores[name]
    procedures = patient.procedures if of.procedures else ()
    had = (fact for fact in (*(patient.conditions or ()), *(procedures or ())) if _holds(fact, of, known))
    taken = (fact for fact in patient.medications or () if of.drugs and _acts(fact, of, known))
    return [*had, *taken]


def _holds(fact: Fact, of: ScoreItem, known: Knowledge) -> bool:
    if not of.conditions or fact.status not in (_EVER if of.ever else _NOW) or denied(fact.display, known):
        return False
    meant = [implied(meaning.condition, known).keys() for meaning in meanings_of(fact, known)]
    return any(not each.isdisjoint(of.conditions) and each.isdisjoint(of.unless) for each in meant)


def _acts(fact: Medication, of: ScoreItem, known: Knowledge) -> bool:
    read = prescriptions(f"{fact.display} {fact.dosage or ''}", known) if fact.current else ()
    mentions = [each.mention for each in read if each.mention.resolved and not each.local]
    return any(known.covers(of.drugs, each.ingredients, each.drug_class) for each in mentions)
