"""The audit trail: written before anything leaves, verifiable, without patient text, and fatal when it fails."""

from __future__ import annotations

import base64
import hashlib
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from fhir.resources.R4B.auditevent import AuditEvent

from medrag.client import Client
from medrag.errors import AuditError, MedragError
from medrag.generation.scripted import ScriptedModel
from medrag.server.guard import audit
from medrag.server.guard.audit import Trail, exported, verify
from medrag.storage import chain
from tests.commands import medrag
from tests.server.conftest import ALLERGIC, QUESTION, EngineOf
from tests.server.serving import Dying, records, serving


def test_an_answer_leaves_its_records(engine_of: EngineOf, tmp_path: Path) -> None:
    path = tmp_path / "medrag.db"
    model = ScriptedModel(["A,B,C"])
    with Trail.open(path) as trail, serving(engine_of(model), trail) as base, Client(base) as client:
        advice = client.recommend(QUESTION, patient=ALLERGIC)
        list(client.stream(QUESTION, patient=ALLERGIC))
    kept = records(path)
    kinds = ["opened", "noticed", "released", "released", "finished"]
    assert [record["event"] for record in kept] == kinds * 2
    finished = kept[4]
    assert finished["advice"] == advice.id
    assert finished["outcome"] == "answered"
    assert finished["provenance"] == advice.provenance.model_dump(mode="json")
    assert finished["released"][0]["spans"] == [[c.passage_id, c.start, c.end] for c in advice.statements[0].citations]
    assert len(finished["withheld"]) == 1
    assert {record["answer"] for record in kept[:5]} == {finished["answer"]}
    assert verify(path).records == 10


def test_it_holds_no_patient_text(engine_of: EngineOf, tmp_path: Path) -> None:
    path = tmp_path / "medrag.db"
    patient = ALLERGIC | {"conditions": ["Zebediah disease"], "medications": ["warfarin"]}
    with (
        Trail.open(path) as trail,
        serving(engine_of(ScriptedModel(["A,B"])), trail) as base,
        Client(base) as client,
    ):
        client.recommend(f"{QUESTION} for Zebediah", patient=patient)
    everything = "".join(exported(path, "jsonl")) + path.read_bytes().decode(errors="replace")
    for word in ("Zebediah", "penicillin", "warfarin", "pharyngitis for", "amoxicillin"):
        assert word not in everything


def test_nothing_leaves_unrecorded(engine_of: EngineOf, tmp_path: Path) -> None:
    model = ScriptedModel(["C"])
    with Trail.open(tmp_path / "medrag.db") as trail, serving(engine_of(model), trail) as base:
        with trail.database.writing() as connection:
            connection.exec_driver_sql("DROP TABLE audit_head")
        for stream in (False, True):
            body = {"model": "medrag", "messages": [{"role": "user", "content": QUESTION}], "stream": stream}
            response = httpx.post(f"{base}/v1/chat/completions", json=body, timeout=30)
            assert (response.status_code, response.json()["error"]["code"]) == (503, "audit_unavailable")
            assert "paracetamol" not in response.text


def test_health_polls_hardly_write(engine_of: EngineOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "FRESH_S", 60.0)
    commits: list[object] = []
    with Trail.open(tmp_path / "medrag.db") as trail, serving(engine_of(ScriptedModel(["C"])), trail) as base:
        sa.event.listen(trail.database.engine, "commit", commits.append)
        assert [httpx.get(f"{base}/health", timeout=30).status_code for _ in range(5)] == [200] * 5
        assert len(commits) == 1
        with trail.database.writing() as connection:
            connection.exec_driver_sql("DROP TABLE audit_head")
            connection.exec_driver_sql("DROP TABLE client_tokens")
        with pytest.raises(AuditError):
            trail.append({"event": "test"})
        assert httpx.get(f"{base}/health", timeout=30).json()["status"] == "audit_unavailable"


def test_an_answer_that_fails_is_recorded_as_failed(engine_of: EngineOf, tmp_path: Path) -> None:
    path = tmp_path / "medrag.db"
    with (
        Trail.open(path) as trail,
        serving(engine_of(Dying(["C,"])), trail) as base,
        Client(base) as client,
        pytest.raises(MedragError, match="inside medrag"),
    ):
        list(client.stream(QUESTION))
    assert [record["event"] for record in records(path)] == ["opened", "noticed", "released", "failed"]


def test_an_answer_names_what_it_was_made_of(engine_of: EngineOf, tmp_path: Path) -> None:
    path = tmp_path / "medrag.db"
    engine = replace(engine_of(ScriptedModel(["C"])), weights="a" * 64, adapter="b" * 64)
    with Trail.open(path) as trail, serving(engine, trail) as base, Client(base) as client:
        advice = client.recommend(QUESTION)
    finished = records(path)[-1]
    assert finished["provenance"]["weights"] == "a" * 64
    assert finished["provenance"]["adapter"] == "b" * 64
    assert {each["id"] for each in finished["passages"]} == {each.passage.id for each in advice.evidence}
    assert finished["released"][0]["text_sha256"] == hashlib.sha256(advice.statements[0].text.encode()).hexdigest()
    assert finished["who"] == "anybody"


def test_two_servers_share_one_postgresql(engine_of: EngineOf, postgresql_url: str) -> None:
    with (
        Trail.open(postgresql_url) as one,
        Trail.open(postgresql_url) as other,
        serving(engine_of(ScriptedModel(["C"])), one) as first,
        serving(engine_of(ScriptedModel(["C"])), other) as second,
        ThreadPoolExecutor(8) as pool,
    ):
        before = verify(postgresql_url).records
        body = {"model": "medrag", "messages": [{"role": "user", "content": QUESTION}]}
        urls = [f"{base}/v1/chat/completions" for base in (first, second)] * 6
        answers = list(pool.map(lambda url: httpx.post(url, json=body, timeout=60), urls))
    assert [answer.status_code for answer in answers] == [200] * 12
    assert verify(postgresql_url).records == before + 12 * 4


def test_the_export_is_valid_fhir_and_checks_by_itself(engine_of: EngineOf, tmp_path: Path) -> None:
    path = tmp_path / "medrag.db"
    with Trail.open(path) as trail, serving(engine_of(ScriptedModel(["A,B"])), trail) as base:
        with Client(base) as client:
            client.recommend(QUESTION, patient=ALLERGIC)
        trail.append({"event": "failed", "answer": "a"})
    previous = chain.GENESIS
    lines = list(exported(path, "fhir"))
    for line in lines:
        assert AuditEvent.model_validate_json(line).recorded.tzinfo
        details = {each["type"]: each for each in json.loads(line)["entity"][-1]["detail"]}
        assert details["previous"]["valueString"] == previous
        record = base64.b64decode(details["record"]["valueBase64Binary"])
        previous = hashlib.sha256(previous.encode() + record).hexdigest()
        assert details["hash"]["valueString"] == previous
    assert previous == verify(path).head
    outcomes = [json.loads(line)["outcome"] for line in lines]
    assert outcomes == ["0"] * (len(lines) - 1) + ["8"]


def test_the_export_stops_at_a_broken_link(tmp_path: Path) -> None:
    path = tmp_path / "medrag.db"
    with Trail.open(path) as trail:
        for number in range(3):
            trail.append({"event": "test", "number": number})
        with trail.database.writing() as connection:
            connection.exec_driver_sql("DROP TRIGGER audit_records_no_update")
            connection.exec_driver_sql("UPDATE audit_records SET previous = hash WHERE sequence = 2")
    with pytest.raises(AuditError, match="record 2 "):
        list(exported(path, "jsonl"))


def test_the_commands(tmp_path: Path) -> None:
    missing = medrag("audit", "verify", home=tmp_path)
    assert (missing.returncode, "there is no database" in missing.stderr) == (2, True)
    with Trail.open(tmp_path / "medrag.db") as trail:
        trail.append({"event": "test"})
    head = verify(tmp_path / "medrag.db").head
    assert f"1 records verify; head {head}" in medrag("audit", "verify", home=tmp_path).stdout
    out = tmp_path / "audit.ndjson"
    assert medrag("audit", "export", "--format", "fhir", "--out", out, home=tmp_path).returncode == 0
    assert json.loads(out.read_text())["resourceType"] == "AuditEvent"
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    broken = medrag("audit", "verify", "--head", "f" * 64, home=tmp_path)
    assert (broken.returncode, "no record has the hash" in broken.stderr) == (2, True)
