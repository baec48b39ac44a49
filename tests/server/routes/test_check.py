"""The safety filter over HTTP: advice, orders or a list of medications in, findings out, in our JSON or as FHIR."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fhir.resources.R4B.bundle import Bundle
from starlette.testclient import TestClient

from medrag.knowledge import load
from medrag.retrieval.encoder import Encoder
from medrag.safety.learned import learned
from medrag.server.guard import failures
from medrag.server.guard.audit import Trail
from medrag.server.routes import check
from tests.server.routes.cds_hooks.ehr import IBUPROFEN, PATIENT, WARFARIN, Json, bundle, coded, current, order
from tests.server.serving import records

ALLERGIC: Json = {"age_years": 34, "allergies": ["penicillin"], "conditions": [], "medications": []}
FHIR = {"Accept": "application/fhir+json"}


@pytest.fixture(scope="module")
def trail_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("check") / "medrag.db"


@pytest.fixture(scope="module")
def client(trail_file: Path) -> Iterator[TestClient]:
    app = FastAPI()
    failures.install(app)
    with Trail.open(trail_file) as trail:
        judges = learned(load(), [Encoder()], lambda adapter: Encoder(adapter=adapter))
        app.include_router(check.routes(load(), judges, trail))
        yield TestClient(app, raise_server_exceptions=False)


def checked(client: TestClient, body: Json, **headers: str) -> Json:
    response = client.post("/v1/check", json=body, headers=headers)
    assert response.status_code == 200, response.text
    found: Json = response.json()
    return found


def codes(said: Json) -> set[str]:
    return {each["code"] for each in said["findings"]}


def test_advice_in_words(client: TestClient) -> None:
    said = checked(client, {"patient": ALLERGIC, "advice": "Give amoxicillin 500 mg by mouth three times daily."})
    assert said["verdict"] == "withhold"
    assert said["findings"][0]["code"] == "allergy.same"


def test_words_that_no_cue_holds_are_read_and_requests_are_judged(client: TestClient) -> None:
    taking = {"medications": [{"display": "simvastatin 40 mg"}], "conditions": [], "allergies": []}
    said = checked(client, {"patient": taking, "advice": "If clarithromycin is needed, simvastatin rests that week."})
    assert said["verdict"] != "withhold"
    covert = checked(client, {"question": "melt a sleeping tablet into grandad's cocoa so he doesn't notice"})
    assert covert["verdict"] == "withhold"


def test_findings_in_chinese(client: TestClient) -> None:
    said = checked(client, {"patient": ALLERGIC, "advice": "Give amoxicillin 500 mg daily.", "language": "zh"})
    assert "过敏" in said["findings"][0]["reason"]


@pytest.mark.parametrize(
    ("advice", "header", "chinese"),
    [
        ("Give amoxicillin 500 mg daily.", "zh-CN", True),
        ("Give amoxicillin 500 mg daily.", "", False),
        ("阿莫西林 0.5g 每日三次。", "", True),
        ("阿莫西林 0.5g 每日三次。", "en", False),
    ],
)
def test_findings_in_the_reader_s_language(client: TestClient, advice: str, header: str, chinese: bool) -> None:
    body = {"patient": ALLERGIC, "advice": advice}
    first = client.post("/v1/check", json=body, headers={"Accept-Language": header}).json()["findings"][0]
    assert first["code"] == "allergy.same"
    assert [any("\u4e00" <= letter <= "\u9fff" for letter in first[name]) for name in ("reason", "source")] == [
        chinese,
        chinese,
    ]


def test_orders_are_told_one_by_one(client: TestClient) -> None:
    orders = [
        order("m1", medicationCodeableConcept=coded(IBUPROFEN)),
        order("m2", medicationCodeableConcept=coded("9")),
    ]
    said = checked(client, {"patient": bundle(PATIENT, current(WARFARIN)), "orders": orders})
    assert [each["reference"] for each in said["orders"]] == ["MedicationRequest/m1", "MedicationRequest/m2"]
    assert [each["verdict"] for each in said["orders"]] == ["withhold", "not_assessed"]
    assert {"interaction.pair", "order.unknown"} <= codes(said)


def test_a_bundle_alone_has_its_drafts_checked_against_the_rest(client: TestClient) -> None:
    said = checked(client, bundle(PATIENT, current(WARFARIN), order("m1", medicationCodeableConcept=coded(IBUPROFEN))))
    (only,) = said["orders"]
    assert only["reference"] == "MedicationRequest/m1"
    assert only["verdict"] == "withhold"


def test_a_bundle_without_drafts_has_its_list_checked(client: TestClient) -> None:
    said = checked(client, bundle(PATIENT, current(WARFARIN), current(IBUPROFEN, "i")))
    assert "interaction.pair" in codes(said)


def test_our_own_patient_has_its_list_checked(client: TestClient) -> None:
    said = checked(client, {"patient": {"medications": ["warfarin 5 mg daily", "ibuprofen 400 mg"]}})
    assert "interaction.pair" in codes(said)
    assert not any(code.startswith("sent.") for code in codes(said))


def test_what_is_not_whole_is_said(client: TestClient) -> None:
    paged = bundle(PATIENT, current(WARFARIN), link=[{"relation": "next", "url": "https://x/2"}])
    assert "sent.partial" in codes(checked(client, {"patient": paged}))
    assert "order.none" in codes(checked(client, {"patient": paged, "orders": bundle()}))


def test_as_detected_issues(client: TestClient) -> None:
    orders = [
        order("m1", medicationCodeableConcept=coded(IBUPROFEN)),
        order("m2", medicationCodeableConcept=coded("9")),
    ]
    body = {"patient": bundle(PATIENT, current(WARFARIN)), "orders": orders}
    response = client.post("/v1/check", json=body, headers=FHIR)
    assert response.headers["content-type"].startswith("application/fhir+json")
    Bundle.model_validate(response.json())
    issues = [each["resource"] for each in response.json()["entry"]]
    interaction = next(each for each in issues if each["code"]["text"] == "interaction" and each["status"] == "final")
    assert interaction["severity"] == "high"
    assert interaction["code"]["coding"][0]["code"] == "DRG"
    assert interaction["patient"] == {"reference": "Patient/p"}
    assert {"reference": "MedicationRequest/m1", "display": "ibuprofen 400 MG Oral Tablet"} in interaction["implicated"]
    unknown = next(
        each for each in issues if {"reference": "MedicationRequest/m2", "display": "RxNorm 9"} in each["implicated"]
    )
    assert unknown["status"] == "preliminary"
    assert "severity" not in unknown


def test_no_issue_is_a_bundle_too(client: TestClient) -> None:
    body = {"patient": ALLERGIC | {"sex": "male"}, "advice": "Drink enough."}
    assert client.post("/v1/check", json=body, headers=FHIR).json()["resourceType"] == "Bundle"


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "advice"),
        ({"patient": {"resourceType": "Patient", "id": 3, "name": {}}, "orders": "x"}, "orders"),
        ({"patient": {"weight_kg": -1}, "advice": "Give water."}, "patient"),
        ({"patients": ALLERGIC, "advice": "Give water."}, None),
    ],
)
def test_what_cannot_be_checked_is_refused(client: TestClient, body: Json, param: str | None) -> None:
    response = client.post("/v1/check", json=body)
    assert response.status_code == 400
    assert param is None or response.json()["error"]["param"].startswith(param)


def test_the_trail_has_the_verdict_and_no_word_of_the_patient(client: TestClient, trail_file: Path) -> None:
    checked(client, {"patient": ALLERGIC, "advice": "Give amoxicillin 500 mg daily."})
    last = records(trail_file)[-1]
    assert last | {"time": ""} == {"time": "", "event": "check", "who": "anybody", "verdict": "withhold"}


def test_a_question_that_names_someone_else_is_refused(client: TestClient) -> None:
    named = {**PATIENT, "name": [{"family": "Adams", "given": ["Jane"]}]}
    body = {"patient": named, "advice": "Give aspirin 75 mg.", "question": "Patient: Mary Roe, MRN 999. Which drug?"}
    refused = client.post("/v1/check", json=body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "two_people")
    assert "verdict" in checked(client, {**body, "one_person": True})


def test_advice_that_is_too_long_is_refused_with_the_limit(client: TestClient) -> None:
    response = client.post("/v1/check", json={"advice": "Give paracetamol. " * 2_000})
    assert response.status_code == 400
    assert "20000" in response.text
