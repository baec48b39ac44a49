"""The audit trail: written before anything leaves, verifiable, without patient text, and fatal when it fails."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from medrag.client import Client
from medrag.errors import AuditError, MedragError
from medrag.generation.scripted import ScriptedModel
from medrag.server.audit import Chain, Trail, verify
from tests.server.conftest import ALLERGIC, QUESTION, EngineOf
from tests.server.serving import Dying, serving


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line)["record"] for line in path.read_text().splitlines()]


def test_an_answer_leaves_its_records(engine_of: EngineOf, tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    model = ScriptedModel(["[1.1] [1.2] [1.3]"])
    with Trail.open(path) as trail, serving(engine_of(model), trail) as base, Client(base) as client:
        advice = client.recommend(QUESTION, patient=ALLERGIC)
        list(client.stream(QUESTION, patient=ALLERGIC))
    records = lines(path)
    kinds = ["opened", "noticed", "released", "released", "finished"]
    assert [record["event"] for record in records] == kinds * 2
    finished = records[4]
    assert finished["advice"] == advice.id
    assert finished["outcome"] == "answered"
    assert finished["provenance"] == advice.provenance.model_dump(mode="json")
    assert finished["released"][0]["spans"] == [[c.passage_id, c.start, c.end] for c in advice.statements[0].citations]
    assert len(finished["withheld"]) == 1
    assert {record["answer"] for record in records[:5]} == {finished["answer"]}
    assert verify(path).lines == 10


def test_it_holds_no_patient_text(engine_of: EngineOf, tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    patient = ALLERGIC | {"conditions": ["Zebediah disease"], "medications": ["warfarin"]}
    with (
        Trail.open(path) as trail,
        serving(engine_of(ScriptedModel(["[1.1] [1.2]"])), trail) as base,
        Client(base) as client,
    ):
        client.recommend(f"{QUESTION} for Zebediah", patient=patient)
    for word in ("Zebediah", "penicillin", "warfarin", "pharyngitis for", "amoxicillin"):
        assert word not in path.read_text()


def test_nothing_leaves_unrecorded(engine_of: EngineOf, tmp_path: Path) -> None:
    trail = Trail.open(tmp_path / "audit.jsonl")
    model = ScriptedModel(["[1.3]"])
    with serving(engine_of(model), trail) as base:
        trail.close()
        for stream in (False, True):
            body = {"model": "medrag", "messages": [{"role": "user", "content": QUESTION}], "stream": stream}
            response = httpx.post(f"{base}/v1/chat/completions", json=body, timeout=30)
            assert (response.status_code, response.json()["error"]["code"]) == (503, "audit_unavailable")
            assert "paracetamol" not in response.text
    assert model.seen == []


def test_an_answer_that_fails_is_recorded_as_failed(engine_of: EngineOf, tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    with (
        Trail.open(path) as trail,
        serving(engine_of(Dying(["[1.3]"])), trail) as base,
        Client(base) as client,
        pytest.raises(MedragError, match="inside medrag"),
    ):
        list(client.stream(QUESTION))
    assert [record["event"] for record in lines(path)] == ["opened", "noticed", "released", "failed"]


def written(path: Path, count: int = 5) -> Chain:
    with Trail.open(path) as trail:
        for number in range(count):
            trail.append({"event": "test", "number": number})
        return trail.chain


def test_the_chain_goes_on_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    first = written(path, 3)
    second = written(path, 2)
    assert verify(path) == second
    assert verify(path, head=first.head) == second
    assert second.lines == 5


def _change(text: str) -> str:
    return text.replace('"number": 2', '"number": 7')


def _drop(text: str) -> str:
    return "".join(text.splitlines(keepends=True)[:2] + text.splitlines(keepends=True)[3:])


def _swap(text: str) -> str:
    one, two, *rest = text.splitlines(keepends=True)
    return "".join([two, one, *rest])


@pytest.mark.parametrize(("tamper", "line"), [(_change, 3), (_drop, 3), (_swap, 1)])
def test_tampering_shows(tmp_path: Path, tamper: Callable[[str], str], line: int) -> None:
    path = tmp_path / "audit.jsonl"
    written(path)
    path.write_text(tamper(path.read_text()))
    with pytest.raises(AuditError, match=f"line {line} "):
        verify(path)
    with pytest.raises(AuditError, match=f"line {line} "):
        Trail.open(path)


def test_cutting_off_the_end_shows_against_a_kept_head(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    head = written(path).head
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:3]))
    assert verify(path).lines == 3
    with pytest.raises(AuditError, match="cut off"):
        verify(path, head=head)


def test_a_torn_line_is_cut_off_and_recorded(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    written(path, 2)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"sequence": 3, "prev')
    with pytest.raises(AuditError, match="torn"):
        verify(path)
    Trail.open(path).close()
    assert verify(path).lines == 3
    assert lines(path)[2]["event"] == "recovered"
    assert path.read_bytes().startswith(whole)


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    with Trail.open(path), pytest.raises(AuditError, match="another process"):
        Trail.open(path)


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from medrag.errors import AuditError, MedragError
from medrag.server.audit import Trail
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with Trail.open(Path(sys.argv[1])) as trail:
    trail.append({"event": "fits"})
    resource.setrlimit(resource.RLIMIT_FSIZE, (trail.path.stat().st_size + 40,) * 2)
    try:
        trail.append({"event": "does not fit"})
    except AuditError as error:
        print(error)
"""


def test_a_full_disk_takes_the_line_back(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    done = subprocess.run([sys.executable, "-c", FULL_DISK, str(path)], capture_output=True, text=True, check=True)
    assert "nothing is answered without it" in done.stdout
    assert verify(path).lines == 1


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(AuditError, match="cannot be written"):
        Trail.open(blocked / "audit.jsonl")
    with pytest.raises(AuditError, match="cannot be read"):
        verify(tmp_path / "none.jsonl")
