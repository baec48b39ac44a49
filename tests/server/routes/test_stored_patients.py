"""Patients stored by id: asked about by it, kept from other roles, and audited."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from medrag.generation.scripted import ScriptedModel
from medrag.server.guard.access import Key
from medrag.server.guard.audit import Trail
from tests.server.conftest import ALLERGIC, QUESTION, EngineOf
from tests.server.serving import records, serving

KEYS = {role: Key(sha256=hashlib.sha256(role.encode()).hexdigest(), role=role) for role in ("clinician", "operator")}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "medrag.db"


@pytest.fixture
def http(engine_of: EngineOf, home: Path) -> Iterator[httpx.Client]:
    model = ScriptedModel(["A,B"])
    with Trail.open(home) as trail, serving(engine_of(model), trail, keys=KEYS) as base:
        headers = {"Authorization": "Bearer clinician"}
        with httpx.Client(base_url=base, headers=headers, timeout=60) as client:
            yield client


def ask(http: httpx.Client, **medrag: Any) -> httpx.Response:
    body = {"model": "medrag", "messages": [{"role": "user", "content": QUESTION}], "medrag": medrag}
    return http.post("/v1/chat/completions", json=body)


def test_a_stored_patient_is_asked_about_by_id(http: httpx.Client, home: Path) -> None:
    assert http.put("/v1/patients/ward-7.12", json=ALLERGIC).status_code == 204
    assert "penicillin" in http.get("/v1/patients/ward-7.12").json()["summary"]
    answer = ask(http, patient_id="ward-7.12").json()
    assert "amoxicillin" in answer["medrag"]["withheld"][0]["text"]
    search = http.post("/v1/search", json={"question": QUESTION, "patient_id": "ward-7.12"})
    assert search.status_code == 200
    assert http.delete("/v1/patients/ward-7.12").status_code == 204
    missing = ask(http, patient_id="ward-7.12")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "patient_not_found")
    kept = [record["event"] for record in records(home) if record["event"].startswith("patient")]
    assert kept == ["patient_stored", "patient_read", "patient_read", "patient_read", "patient_deleted"]
    assert "ward-7.12" not in json.dumps(records(home))


def test_other_roles_do_not_reach_them(http: httpx.Client) -> None:
    http.put("/v1/patients/p", json=ALLERGIC)
    http.headers["Authorization"] = "Bearer operator"
    answers = [http.get("/v1/patients/p"), http.delete("/v1/patients/p"), ask(http, patient_id="p")]
    assert [each.status_code for each in answers] == [403] * 3
    assert "penicillin" not in "".join(each.text for each in answers)


def test_one_patient_at_a_time(http: httpx.Client) -> None:
    http.put("/v1/patients/p", json=ALLERGIC)
    refused = ask(http, patient_id="p", patient=ALLERGIC)
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "medrag.patient_id")
    assert http.put("/v1/patients/p", json={"age_years": "old"}).status_code == 400
    assert http.put("/v1/patients/a%20b", json=ALLERGIC).status_code == 400
