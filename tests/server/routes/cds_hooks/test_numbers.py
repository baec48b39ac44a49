"""What an order's drug does, in numbers, and the scores that bear on it, in its card or one that interrupts nobody."""

from __future__ import annotations

import pytest

from medrag.knowledge import load
from medrag.patient.measures.calculators import calculators
from tests.server.routes.cds_hooks.ehr import Json, bundle, cards_of, order, request, said, services

APIXABAN = order(medicationCodeableConcept={"text": "Apixaban 5 mg"})


def fact(kind: str, name: str, **more: object) -> Json:
    return {"resourceType": kind, "id": name, "subject": {"reference": "Patient/p"}, **more}


FIBRILLATION = {"conditions": bundle(fact("Condition", "c", code={"text": "Atrial fibrillation"})), "medications": None}


def numbered(cards: list[Json]) -> Json:
    (found,) = (each for each in cards if "**In numbers**" in each.get("detail", ""))
    return found


def test_effects_and_scores_of_an_order_that_nothing_speaks_against() -> None:
    found = cards_of(request("order-sign", bundle(APIXABAN), FIBRILLATION))
    card = numbered(found)
    assert card["indicator"] == "info" and "suggestions" not in card
    assert "stroke or systemic embolism" in card["detail"] and "points" in card["detail"]
    assert "CHA2DS2-VASc" in card["detail"]


def test_they_stand_in_the_card_of_an_order_that_has_one() -> None:
    aspirin = order("a", status="active", medicationCodeableConcept={"text": "Ketorolac 10 mg"})
    found = cards_of(request("order-sign", bundle(APIXABAN), FIBRILLATION | {"medications": bundle(aspirin)}))
    assert numbered(found)["indicator"] in ("critical", "warning")


@pytest.mark.parametrize(
    "conditions",
    [None, bundle(), bundle(fact("Condition", "c", code={"text": "Deep vein thrombosis"}))],
    ids=["not recorded", "none", "another"],
)
def test_nothing_is_told_of_patients_who_are_not_the_trial_s(conditions: Json | None) -> None:
    found = cards_of(request("order-sign", bundle(APIXABAN), FIBRILLATION | {"conditions": conditions}))
    assert "stroke or systemic embolism" not in said(found) and "CHA2DS2-VASc" not in said(found)


def test_they_never_take_the_place_of_a_warning() -> None:
    drafts = [
        order(f"m{each}", medicationCodeableConcept={"text": drug})
        for each, drug in enumerate(("Ibuprofen 400 mg", "Naproxen 500 mg", "Diclofenac 50 mg", "Zebedine 5 mg"))
    ]
    found = cards_of(request("order-sign", bundle(APIXABAN, *drafts), FIBRILLATION))
    assert len(found) == 3
    assert found[0]["indicator"] != "info"


def test_every_calculator_named_exists() -> None:
    named = {each.calculator for each in load().order_calculators}
    assert named <= calculators(load()).keys()
    assert services  # the data is what the services use
