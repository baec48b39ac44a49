"""CDS Hooks 2.0 services, as an EHR calls them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from medrag.generation.scripted import ScriptedModel
from medrag.server.guard.audit import Trail, verify
from tests.server.conftest import EngineOf
from tests.server.routes.cds_hooks.ehr import code_of
from tests.server.serving import records, serving

PATIENT = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1956-01-01"}
PENICILLIN = {
    "resourceType": "AllergyIntolerance",
    "id": "a",
    "patient": {"reference": "Patient/p"},
    "clinicalStatus": {"coding": [{"code": "active"}]},
    "code": {"text": "penicillin"},
}


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in resources]}


def order(name: str, drug: str, dosage: str, status: str = "draft") -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest",
        "id": name,
        "status": status,
        "intent": "order",
        "subject": {"reference": "Patient/p"},
        "medicationCodeableConcept": {"text": drug},
        "dosageInstruction": [{"text": dosage}],
    }


AMOXICILLIN = order("m1", "Amoxicillin", "500 mg by mouth three times daily")
PARACETAMOL = order("m2", "Paracetamol", "500 mg by mouth four times daily")
NAPROXEN = order("m3", "Naproxen", "500 mg by mouth twice daily")
PREFETCH = {
    "patient": PATIENT,
    "conditions": bundle(),
    "allergies": bundle(PENICILLIN),
    "medications": bundle(order("w", "warfarin", "5 mg daily", "active")),
    "observations": None,
}


@pytest.fixture(scope="module")
def trail_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cds") / "medrag.db"


@pytest.fixture(scope="module")
def url(engine_of: EngineOf, trail_file: Path) -> Iterator[str]:
    with Trail.open(trail_file) as trail, serving(engine_of(ScriptedModel(["none"])), trail) as base:
        yield f"{base}/cds-services"


def sign(url: str, *orders: dict[str, Any], **change: Any) -> httpx.Response:
    context = {"userId": "Practitioner/1", "patientId": "p", "draftOrders": bundle(*orders)}
    body = {"hook": "order-sign", "hookInstance": "h-1", "context": context, "prefetch": PREFETCH, "fhirServer": "x"}
    return httpx.post(f"{url}/medrag-order-sign", json=body | change, timeout=60)


def cards(response: httpx.Response) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["cards"]
    for card in found:
        assert len(card["summary"]) < 140
        assert card["indicator"] in ("info", "warning", "critical")
        assert card["source"]["label"]
        assert card["uuid"]
    return found


def test_discovery(url: str) -> None:
    services = httpx.get(url).json()["services"]
    assert {service["hook"] for service in services} == {
        "order-sign",
        "order-select",
        "patient-view",
        "encounter-discharge",
    }
    assert all(service["id"] and service["description"] and service["prefetch"]["patient"] for service in services)


def test_a_contraindicated_order_gets_a_critical_card(url: str) -> None:
    first = cards(sign(url, PARACETAMOL, AMOXICILLIN))[0]
    assert first["indicator"] == "critical"
    assert first["summary"].startswith("Amoxicillin: ")
    assert "penicillin" in first["detail"]
    assert {reason["code"] for reason in first["overrideReasons"]} >= {"benefit", "tolerated"}


def test_an_interaction_with_a_current_drug(url: str) -> None:
    interrupting = [card for card in cards(sign(url, NAPROXEN)) if card["indicator"] != "info"]
    assert any("warfarin" in card["detail"] for card in interrupting)


def test_a_safe_order_does_not_interrupt(url: str) -> None:
    assert [card for card in cards(sign(url, PARACETAMOL)) if card["indicator"] == "critical"] == []


def test_what_could_not_be_assessed_is_said(url: str) -> None:
    unknown = order("m9", "Zebedine", "1 mg daily")
    told = [card for card in cards(sign(url, unknown)) if card["summary"].startswith("Not assessed")]
    assert len(told) == 1
    assert "Zebedine" in told[0]["detail"]


def test_order_select_looks_at_what_was_selected(url: str) -> None:
    context = {
        "userId": "u",
        "patientId": "p",
        "selections": ["MedicationRequest/m2"],
        "draftOrders": bundle(AMOXICILLIN, PARACETAMOL),
    }
    body = {"hook": "order-select", "hookInstance": "h", "context": context, "prefetch": PREFETCH}
    found = cards(httpx.post(f"{url}/medrag-order-select", json=body, timeout=60))
    assert not any("Amoxicillin" in card["summary"] for card in found)


def test_patient_view_links_to_the_page(url: str) -> None:
    body = {"hook": "patient-view", "hookInstance": "h", "context": {"patientId": "p"}, "prefetch": PREFETCH}
    link = cards(httpx.post(f"{url}/medrag-patient-view", json=body, timeout=60))[-1]["links"][0]
    assert link["type"] == "absolute"
    assert "medrag" in httpx.get(link["url"]).text


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"prefetch": {"allergies": bundle()}}, 412),
        ({"prefetch": None}, 412),
        ({"prefetch": {"patient": {"resourceType": "OperationOutcome"}}}, 412),
        ({"prefetch": {"patient": PATIENT | {"id": "somebody-else"}}}, 409),
        ({"hook": "patient-view"}, 400),
        ({"context": {"patientId": "p"}}, 400),
        ({"hookInstance": None}, 400),
    ],
)
def test_calls_that_cannot_be_answered(url: str, change: dict[str, Any], status: int) -> None:
    assert sign(url, AMOXICILLIN, **change).status_code == status


def test_an_unknown_service(url: str) -> None:
    assert httpx.post(f"{url}/other", json={"hook": "x", "hookInstance": "h", "context": {}}).status_code == 404


def test_cards_and_feedback_are_in_the_trail_without_the_patient(url: str, trail_file: Path) -> None:
    card = cards(sign(url, AMOXICILLIN))[0]
    reason = {"reason": {"code": "tolerated"}, "userComment": "Zebediah is fine with it"}
    body = {"feedback": [{"card": card["uuid"], "outcome": "overridden", "overrideReason": reason}]}
    assert httpx.post(f"{url}/medrag-order-sign/feedback", json=body).status_code == 200
    kept = records(trail_file)
    assert kept[-1] | {"time": ""} == {
        "time": "",
        "event": "cds_feedback",
        "who": "anybody",
        "service": "medrag-order-sign",
        "card": card["uuid"],
        "outcome": "overridden",
        "reason": "tolerated",
    }
    assert {"card": card["uuid"], "indicator": "critical"} in kept[-2]["cards"]
    for word in ("Zebediah", "penicillin", "Amoxicillin"):
        assert word not in json.dumps(kept)
    assert verify(trail_file).records == len(kept)


def test_what_could_not_be_read_is_told_and_not_assessed(url: str) -> None:
    broken = {
        "resourceType": "Condition",
        "id": "c",
        "clinicalStatus": {"coding": "x"},
        "subject": {"reference": "Patient/p"},
    }
    gout = broken | {"id": "g", "clinicalStatus": {"coding": [{"code": "active"}]}, "code": {"text": "gout"}}
    found = cards(sign(url, PARACETAMOL, prefetch=PREFETCH | {"conditions": bundle(broken, gout)}))
    (told,) = (card for card in found if card["summary"].startswith("Not assessed"))
    assert told["detail"].count("Condition/c") == 1
    assert "what the record holds of the conditions could not all be read" in told["detail"]


def test_an_order_for_another_patient_is_told_and_not_checked(url: str) -> None:
    other = NAPROXEN | {"subject": {"reference": "Patient/q"}}
    (told,) = (card for card in cards(sign(url, PARACETAMOL, other)) if "m3" in card["summary"])
    assert told["indicator"] == "warning"
    assert "another patient" in told["detail"]


def test_another_patient_than_the_contexts_is_refused_as_such(url: str) -> None:
    answer = sign(url, AMOXICILLIN, prefetch={"patient": PATIENT | {"id": "somebody-else"}})
    assert (answer.status_code, code_of(answer)) == (409, "two_people")


def test_a_page_that_is_missing_is_told_once(url: str) -> None:
    page = bundle() | {"link": [{"relation": "next", "url": "http://x/2"}]}
    found = cards(sign(url, PARACETAMOL, prefetch=PREFETCH | {"conditions": page}))
    (told,) = (card for card in found if card["summary"].startswith("Not assessed"))
    assert told["indicator"] == "warning"
    assert "conditions: only a part of the list was sent" in told["detail"]
    assert "longer list" not in told["detail"]
