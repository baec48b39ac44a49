"""A record system that calls the services: resources, requests, and the services alone behind HTTP."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient

from medrag.knowledge import load
from medrag.server.guard import failures
from medrag.server.routes import cds_hooks

Json = dict[str, Any]

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED = "http://snomed.info/sct"
IBUPROFEN, WARFARIN, AMOXICILLIN, FENTANYL, FLURAZEPAM = "197805", "855332", "308192", "197696", "1298088"
PATIENT: Json = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1956-01-01"}


def services(servers: frozenset[str] = frozenset(), **setup: Any) -> TestClient:
    """The services, with no engine and no trail."""
    app = FastAPI()
    failures.install(app)
    app.include_router(cds_hooks.routes(load(), None, cds_hooks.Setup(servers=servers, **setup)))
    return TestClient(app, raise_server_exceptions=False)


def coded(code: str, system: str = RXNORM, **more: Any) -> Json:
    """A CodeableConcept of one coding."""
    return {"coding": [{"system": system, "code": code, **more}]}


def order(name: str = "m1", **change: Any) -> Json:
    """A draft MedicationRequest; what it orders is in ``change``."""
    return {
        "resourceType": "MedicationRequest",
        "id": name,
        "status": "draft",
        "intent": "order",
        "subject": {"reference": "Patient/p"},
    } | change


def current(code: str, name: str = "current") -> Json:
    """A drug that the patient takes."""
    return order(name, status="active", medicationCodeableConcept=coded(code))


def allergy(concept: Json) -> Json:
    """An active allergy."""
    return {"resourceType": "AllergyIntolerance", "id": "a", "patient": {"reference": "Patient/p"}, "code": concept}


def bundle(*resources: Json, **more: Any) -> Json:
    """A searchset."""
    entries = [{"resource": each} for each in resources]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries} | more


def request(hook: str, drafts: Any = None, prefetch: Json | None = None, **context: Any) -> Json:
    """The body of a call for patient ``p``, who takes warfarin unless ``prefetch`` says otherwise."""
    known = {"patient": PATIENT, "medications": bundle(current(WARFARIN))}
    said: Json = {"userId": "Practitioner/1", "patientId": "p"} | ({} if drafts is None else {"draftOrders": drafts})
    return {
        "hook": hook,
        "hookInstance": "0b6f7d8e-2f44-4b63-9d4c-3d1f9a1f0001",
        "context": said | context,
        "prefetch": known | (prefetch or {}),
    }


def cards_of(body: Json, client: TestClient | None = None, **headers: str) -> list[Json]:
    """The cards that the service of this hook answers with, all of them as the specification has them."""
    response = (client or services()).post(f"/cds-services/medrag-{body['hook']}", json=body, headers=headers)
    assert response.status_code == 200, response.text
    found: list[Json] = response.json()["cards"]
    assert len(found) <= 3
    for card in found:
        assert len(card["summary"]) < 140
        assert card["indicator"] in ("info", "warning", "critical")
        assert card["source"]["label"]
        assert bool(card.get("suggestions")) == bool(card.get("selectionBehavior"))
    return found


def code_of(answer: Any) -> str:
    """What a refusal, an OperationOutcome, says by its code."""
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome"
    return str(outcome["issue"][-1]["details"]["coding"][0]["code"])


def said(cards: list[Json]) -> str:
    """All words of the cards."""
    return "\n".join(f"{each['summary']}\n{each.get('detail', '')}" for each in cards)
