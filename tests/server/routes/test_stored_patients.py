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
from medrag.server.guard.audit import Trail, readers
from tests.server.conftest import ALLERGIC, QUESTION, EngineOf
from tests.server.serving import records, serving

KEYS = {role: Key(sha256=hashlib.sha256(role.encode()).hexdigest(), role=role) for role in ("clinician", "operator")}
KEYS["other"] = Key(sha256=hashlib.sha256(b"other").hexdigest())
KEYS |= {name: Key(sha256=hashlib.sha256(name.encode()).hexdigest(), group="cardiology") for name in ("li", "wu")}


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


def use(http: httpx.Client, key: str) -> httpx.Client:
    http.headers["Authorization"] = f"Bearer {key}"
    return http


def test_a_patient_belongs_to_the_key_that_stored_it(http: httpx.Client) -> None:
    use(http, "clinician").put("/v1/patients/p", json=ALLERGIC)
    other = use(http, "other")
    answers = [other.get("/v1/patients/p"), other.delete("/v1/patients/p"), ask(other, patient_id="p")]
    assert [each.json()["error"]["code"] for each in answers] == ["patient_not_found"] * 3
    assert other.put("/v1/patients/p", json={"age_years": 9}).status_code == 204
    assert "penicillin" in use(http, "clinician").get("/v1/patients/p").json()["summary"]
    assert use(http, "other").delete("/v1/patients/p").status_code == 204
    assert use(http, "clinician").get("/v1/patients/p").status_code == 200


def test_keys_of_a_group_share_their_patients(http: httpx.Client) -> None:
    use(http, "li").put("/v1/patients/p", json=ALLERGIC)
    assert use(http, "wu").get("/v1/patients/p").status_code == 200
    assert use(http, "clinician").get("/v1/patients/p").status_code == 404


def test_reads_are_counted_by_key(http: httpx.Client, home: Path) -> None:
    for name in ("p1", "p2"):
        use(http, "clinician").put(f"/v1/patients/{name}", json=ALLERGIC)
        http.get(f"/v1/patients/{name}")
    http.get("/v1/patients/p1")
    use(http, "other").get("/v1/patients/p1")
    (counted,) = readers(home)
    assert (counted.who, counted.reads, counted.patients) == ("clinician", 3, 2) and counted.last
