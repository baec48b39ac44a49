"""Whether a rule about care is about the patient, and where a text names what it is about."""

from __future__ import annotations

import re
from functools import lru_cache

from medrag.knowledge.schema import Exposure, Need
from medrag.knowledge.vocabulary import Terms
from medrag.patient.conditions import implied
from medrag.patient.view import PatientView
from medrag.patient.wording import wording
from medrag.safety.check_context import Context
from medrag.safety.checks.care.against import taken
from medrag.safety.checks.dosing.measured import answer


def concerned(context: Context, rule: Need | Exposure) -> tuple[str, ...]:
    """What of the patient's conditions, values and drugs the rule is about; nothing where a part of it is not met."""
    patient = context.patient
    if patient is None:
        return ()
    concepts = {**_told(patient), **patient.concepts}
    present = [concepts[name] for name in rule.conditions if name in concepts]
    spared = isinstance(rule, Exposure) and not concepts.keys().isdisjoint(rule.unless)
    if spared or (rule.conditions and not present):
        return ()
    values = [fact for holds, fact in (answer(patient, each) for each in rule.when) if holds]
    if rule.when and not values:
        return ()
    drugs = [each.mention.label for each in taken(context, context.knowledge.expand(rule.taking))]
    return () if rule.taking and not drugs else tuple(dict.fromkeys((*present, *values, *drugs)))


def _told(patient: PatientView) -> dict[str, str]:
    """What entries that mean nothing as a whole name within them ("anaphylaxis to a sting: wheeze")."""
    return {
        name: entry
        for entry in patient.unread_conditions
        for each in wording(entry, patient.knowledge).affirmed
        for name in implied(each.condition, patient.knowledge)
    }


@lru_cache(maxsize=512)
def naming(names: Terms) -> re.Pattern[str]:
    """Finds any of ``names``, in the singular or the plural."""
    return re.compile(rf"\b(?:{'|'.join(re.escape(name) for name in names)})s?\b", re.IGNORECASE)
