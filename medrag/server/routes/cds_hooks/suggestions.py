"""What a card offers to do: take the order away, or put in its place the one that the evidence has."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from medrag.server.routes.cds_hooks.alternatives import Alternative
from medrag.server.routes.cds_hooks.details import Told, Wording
from medrag.server.routes.cds_hooks.services import Json
from medrag.types import Severity

LABEL_CHARACTERS = 50
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


def suggestions(parts: Sequence[Told], wording: Wording, patient: str | None) -> Json:
    """The suggestions for the drafts of a card and how they may be chosen; none for drafts without an id or
    inside a set.

    A removal alone is recommended for what is contraindicated; what takes its place is the prescriber's to choose.
    """
    known = [part for part in parts if "[" not in part.reference]
    if not known:
        return {}
    alone = len(known) == 1
    offered = [_removal(part, wording, alone=alone) for part in known]
    offered += [_replacement(part, part.instead, wording, patient) for part in known if part.instead and patient]
    return {"suggestions": offered, "selectionBehavior": "at-most-one" if alone else "any"}


def _removal(told: Told, wording: Wording, *, alone: bool) -> Json:
    recommended = alone and told.findings[0].severity is Severity.CONTRAINDICATED
    label = wording.text("remove", name=told.name)
    return _suggestion(label, [_deleted(told, wording)], recommended=recommended)


def _replacement(told: Told, found: Alternative, wording: Wording, patient: str | None) -> Json:
    coding = [{"system": RXNORM, "code": found.rxcui, "display": found.drug}] if found.rxcui else []
    order = {
        "resourceType": "MedicationRequest",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": patient},
        "medicationCodeableConcept": {"text": found.drug, **({"coding": coding} if coding else {})},
        "reasonCode": [{"text": found.reason}],
        "dosageInstruction": [{"text": found.statement.text}],
    }
    created = {"type": "create", "description": wording.text("replace_order", drug=found.drug), "resource": order}
    label = wording.text("replace", drug=found.drug, name=told.name)
    return _suggestion(label, [_deleted(told, wording), created], recommended=False)


def _deleted(told: Told, wording: Wording) -> Json:
    return {
        "type": "delete",
        "description": wording.text("remove_order", name=told.name),
        "resourceId": told.reference,
    }


def _suggestion(label: str, actions: list[Json], *, recommended: bool) -> Json:
    return {
        "label": shortened(label, LABEL_CHARACTERS),
        "uuid": str(uuid.uuid4()),
        "isRecommended": recommended,
        "actions": actions,
    }


def shortened(text: str, most: int) -> str:
    """At most so many characters of a text."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
