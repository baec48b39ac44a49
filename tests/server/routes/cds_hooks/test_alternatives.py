"""A safer order is offered where a retrieved guideline has one for this patient, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from starlette.testclient import TestClient

from medrag.knowledge import load as load_knowledge
from medrag.retrieval.question.query import query_for
from medrag.retrieval.retriever import Retriever
from medrag.types import Case, Evidence
from tests.server.routes.cds_hooks.ehr import (
    AMOXICILLIN,
    PATIENT,
    Json,
    allergy,
    bundle,
    cards_of,
    coded,
    order,
    request,
    said,
    services,
)

KNOWN = load_knowledge()
YOUNG = PATIENT | {"birthDate": "1995-01-01", "gender": "male"}
ALLERGIC = {"patient": YOUNG, "allergies": bundle(allergy({"text": "penicillin"})), "medications": bundle()}
PHARYNGITIS = [{"text": "Streptococcal pharyngitis"}]


@pytest.fixture(scope="module")
def client(retriever: Retriever) -> TestClient:
    def search(case: Case) -> Sequence[Evidence]:
        return retriever.sentences(query_for(case, KNOWN), k=24)

    return services(search=search)


def taking(*drugs: str) -> Json:
    return bundle(*(order(each, status="active", medicationCodeableConcept={"text": each}) for each in drugs))


def first_card(client: TestClient, prefetch: Json = ALLERGIC, *others: Json, **change: Any) -> Json:
    drafted = order(**({"medicationCodeableConcept": coded(AMOXICILLIN), "reasonCode": PHARYNGITIS} | change))
    return cards_of(request("order-sign", bundle(drafted, *others), prefetch), client)[0]


def replacements(card: Json) -> list[Json]:
    return [each for each in card.get("suggestions", ()) if len(each["actions"]) == 2]


def test_the_guideline_s_own_alternative_is_offered_with_its_words(client: TestClient) -> None:
    card = first_card(client)
    (found,) = replacements(card)
    removed, created = found["actions"]
    assert (removed["type"], removed["resourceId"]) == ("delete", "MedicationRequest/m1")
    resource = created["resource"]
    assert resource["medicationCodeableConcept"]["text"] == "azithromycin"
    assert resource["medicationCodeableConcept"]["coding"][0]["code"] == "18631"
    assert resource["subject"] == {"reference": "Patient/p"} and resource["status"] == "draft"
    assert "azithromycin 500 mg by mouth once daily" in card["detail"] + str(resource["dosageInstruction"])
    assert not found["isRecommended"]
    assert card["selectionBehavior"] == "at-most-one"


def test_a_reason_by_reference_counts(client: TestClient) -> None:
    throat = {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p"}, "code": PHARYNGITIS[0]}
    drafted = {"reasonCode": [], "reasonReference": [{"reference": "Condition/c"}]}
    assert replacements(first_card(client, ALLERGIC | {"conditions": bundle(throat)}, **drafted))


@pytest.mark.parametrize(
    ("prefetch", "change"),
    [
        (ALLERGIC, {"reasonCode": []}),
        (ALLERGIC, {"reasonCode": [{"text": "acute gout flare"}]}),
        (ALLERGIC, {"reasonCode": [{"coding": [{"code": "43878008"}]}]}),
        (ALLERGIC | {"medications": taking("amiodarone", "quetiapine")}, {}),
        (ALLERGIC | {"patient": PATIENT}, {}),
        (
            ALLERGIC
            | {"allergies": bundle(allergy({"text": "penicillin"}), allergy({"text": "azithromycin"}) | {"id": "b"})},
            {},
        ),
    ],
    ids=[
        "no reason",
        "another reason",
        "a reason without words",
        "an interaction with it",
        "a risk of it",
        "an allergy to it too",
    ],
)
def test_none_is_offered_where_the_evidence_has_none_for_this_patient(
    client: TestClient, prefetch: Json, change: Json
) -> None:
    card = first_card(client, prefetch, **change)
    assert card["indicator"] == "critical"
    assert replacements(card) == []


def test_another_draft_of_the_session_speaks_against_it_too(client: TestClient) -> None:
    other = order("m2", medicationCodeableConcept={"text": "Amiodarone 200 mg"})
    assert replacements(first_card(client, ALLERGIC, other)) == []


def test_no_evidence_no_offer() -> None:
    assert replacements(first_card(services())) == []
    nothing = services(search=lambda case: [])
    assert replacements(first_card(nothing)) == []


def test_an_order_that_nothing_speaks_against_is_left_alone(client: TestClient) -> None:
    found = cards_of(
        request("order-sign", bundle(order(medicationCodeableConcept=coded("161"), reasonCode=PHARYNGITIS)), ALLERGIC),
        client,
    )
    assert "suggestions" not in str(found)
    assert "azithromycin" not in said(found)
