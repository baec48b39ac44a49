"""Verdicts on statements: only on what was said, de-identified, and exported as preference pairs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from medrag.client import Client
from medrag.generation.scripted import ScriptedModel
from medrag.server.guard.audit import Trail, verify
from medrag.storage import reviews
from tests.server.conftest import ALLERGIC, QUESTION, EngineOf
from tests.server.serving import records, serving

ASKED = f"{QUESTION} Mr. Zebediah Quill, phone 555-123-4567."


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("feedback") / "medrag.db"


@pytest.fixture(scope="module")
def url(engine_of: EngineOf, home: Path) -> Iterator[str]:
    model = ScriptedModel(["B,C"])
    with Trail.open(home) as trail, serving(engine_of(model), trail) as base:
        yield base


def advice(url: str, patient: dict[str, Any] = ALLERGIC) -> dict[str, Any]:
    with Client(url) as client:
        return client.recommend(ASKED, patient=patient).model_dump(mode="json")


def send(url: str, said: dict[str, Any], **verdict: Any) -> httpx.Response:
    return httpx.post(f"{url}/v1/feedback", json={"advice": said, "patient": ALLERGIC} | verdict, timeout=60)


def pairs(home: Path, said: dict[str, Any]) -> list[dict[str, Any]]:
    with Trail.open(home) as trail:
        return [pair for pair in reviews.pairs(trail.database) if pair["advice"] == said["id"]]


def test_a_rejected_statement_becomes_a_pair(url: str, home: Path) -> None:
    said = advice(url)
    assert send(url, said, statement=1, verdict="accept").status_code == 200
    assert send(url, said, statement=2, verdict="reject").status_code == 200
    (pair,) = pairs(home, said)
    assert (pair["chosen"], pair["rejected"], pair["kind"]) == ("B", "B,C", "answer")
    assert [message["role"] for message in pair["prompt"]] == ["system", "user"]
    assert "azithromycin" in pair["prompt"][1]["content"]
    assert pair["evidence"] == [each["passage"]["id"] for each in said["evidence"]]
    text = json.dumps(pair)
    for word in ("Zebediah", "Quill", "555-123-4567"):
        assert word not in text


def test_a_reason_goes_with_the_pair_without_names(url: str, home: Path) -> None:
    said = advice(url)
    assert send(url, said, statement=2, verdict="reject", comment="").status_code == 400
    comment = "Mr. Quill takes paracetamol already."
    assert send(url, said, statement=2, verdict="reject", comment=comment).status_code == 200
    (pair,) = pairs(home, said)
    (kept,) = pair["comments"]
    assert "takes paracetamol already" in kept
    assert "Quill" not in kept
    assert "Quill" not in json.dumps(records(home))
    send(url, said, statement=2, verdict="reject")
    assert "comments" not in pairs(home, said)[0]


def test_the_last_verdict_counts(url: str, home: Path) -> None:
    said = advice(url)
    send(url, said, statement=1, verdict="reject")
    send(url, said, statement=2, verdict="reject")
    assert pairs(home, said)[0]["chosen"] == "none"
    send(url, said, statement=1, verdict="accept")
    send(url, said, statement=2, verdict="accept")
    assert pairs(home, said) == []


def test_an_edit_prefers_the_clinicians_words(url: str, home: Path) -> None:
    said = advice(url)
    edited = "Azithromycin, once QT is known; Mr. Quill agrees."
    assert send(url, said, statement=1, verdict="edit", edited=edited).status_code == 200
    (pair,) = pairs(home, said)
    assert pair["kind"] == "edit"
    assert pair["rejected"] == f"{said['statements'][0]['text']} [1]"
    assert pair["chosen"].startswith("Azithromycin, once QT is known")
    assert "Quill" not in json.dumps(pair)


def test_only_what_was_said_can_be_judged(url: str, home: Path) -> None:
    said = advice(url)
    changed = json.loads(json.dumps(said))
    changed["statements"][0]["text"] = "Give arsenic."
    passage = json.loads(json.dumps(said))
    passage["evidence"][0]["passage"]["text"] += " Or arsenic."
    unknown = said | {"id": "advice-none"}
    refused = [
        (send(url, changed, statement=1, verdict="accept"), 400, "advice.statements"),
        (send(url, passage, statement=1, verdict="accept"), 400, "advice.evidence"),
        (send(url, said, statement=1, verdict="accept", patient={"age_years": 5}), 400, "patient"),
        (send(url, unknown, statement=1, verdict="accept"), 404, "advice.id"),
        (send(url, said, statement=9, verdict="accept"), 400, "statement"),
    ]
    for response, status, param in refused:
        assert (response.status_code, response.json()["error"]["param"]) == (status, param), response.text
    assert send(url, said, statement=1, verdict="edit").status_code == 400
    assert pairs(home, said) == []


def test_verdicts_are_in_the_trail_without_words(url: str, home: Path) -> None:
    said = advice(url)
    send(url, said, statement=1, verdict="edit", edited="Something about Zebediah")
    last = records(home)[-1]
    assert (last["event"], last["about"], last["verdict"], last["who"]) == ("feedback", said["id"], "edit", "anybody")
    assert "Zebediah" not in json.dumps(records(home))
    assert verify(home).records == len(records(home))
