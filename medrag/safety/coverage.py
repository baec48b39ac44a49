"""How much of what a case came to the checks knew."""

from __future__ import annotations

from collections.abc import Iterable

from medrag.knowledge import Knowledge
from medrag.patient.view import PatientView
from medrag.reading import Prescription
from medrag.safety.check_context import ingredients_of
from medrag.types import Coverage


def coverage(
    released: Iterable[Prescription], patient: PatientView | None, knowledge: Knowledge
) -> tuple[Coverage, ...]:
    """How many of the drugs advised in the ``released`` words and recorded are known, and with what kind of facts."""
    advised = {each.mention.label: each for each in released if each.recommended}
    known = [each for each in advised.values() if each.mention.resolved]
    current = len(patient.drugs) + len(patient.unread_drugs) if patient else 0
    with_pairs = [each for each in known if all(map(knowledge.interactions_known, ingredients_of(each, knowledge)))]
    with_limit = [each for each in known if all(map(knowledge.limits, ingredients_of(each, knowledge)))]
    return (
        Coverage(check="advised drugs known", assessed=len(known), total=len(advised)),
        Coverage(check="patient's drugs known", assessed=len(patient.drugs) if patient else 0, total=current),
        Coverage(check="advised drugs with interaction facts", assessed=len(with_pairs), total=len(advised)),
        Coverage(check="advised drugs with a dose limit", assessed=len(with_limit), total=len(advised)),
        _reviewed(known, knowledge),
    )


def _reviewed(advised: Iterable[Prescription], knowledge: Knowledge) -> Coverage:
    """How many of the facts that the checks hold on the advised drugs a person has reviewed and found right."""
    named = {name for each in advised for name in ingredients_of(each, knowledge)}
    facts = {fact for name in named for _, fact in knowledge.facts(name)}
    right = sum(map(knowledge.found_right, facts)) if knowledge.reviews else 0
    return Coverage(check="facts on advised drugs reviewed", assessed=right, total=len(facts))
