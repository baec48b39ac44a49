"""Each kind of a user's own knowledge, by each way in: the command line, the checks over HTTP, CDS Hooks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from typer.testing import CliRunner

from medrag.cli import app
from medrag.knowledge.reader import read
from medrag.safety.learned import UNLEARNED
from medrag.server.guard import failures
from medrag.server.routes import cds_hooks, check
from tests.server.routes.cds_hooks.ehr import PATIENT, Json, bundle, cards_of, order, request, said

FILES = {
    "drugs.own.csv": "name,brands\nzolvaxin,Zolvatrex\n",
    "conditions.own.yaml": "asthma: {names: [harbour cough]}\nwexley: {names: [Wexley syndrome]}\n",
    "contraindications.own.csv": (
        "drugs,conditions,severity,reason,source\nzolvaxin,wexley,contraindicated,worsens it,our own formulary\n"
    ),
    "interactions.own.csv": "a,b,severity,reason,source\nzolvaxin,warfarin,contraindicated,bleeds,our own formulary\n",
    "red_flags.own.yaml": (
        "- name: jellyfish\n  all: [[box jellyfish]]\n  notice: Call the sea rescue.\n  source: our hospital\n"
    ),
    "requests.own.yaml": "- kind: other\n  intent: false\n  certain: true\n  any: [key of the blood fridge]\n",
    "injections.own.yaml": "instruction: [abracadabra assistant]\n",
}
RECORD = {"conditions": ["Wexley syndrome", "harbour cough"], "medications": ["warfarin 3 mg daily"], "allergies": []}
OF_DRUGS = [
    pytest.param("Start Zolvatrex 10 mg daily.", "worsens it", id="drug and contraindication"),
    pytest.param("Start Zolvatrex 10 mg daily.", "bleeds", id="drug and interaction"),
    pytest.param("Start propranolol 40 mg twice daily.", "with asthma", id="words for a condition"),
]
OF_QUESTIONS = [
    pytest.param("Stung by a box jellyfish, what now?", "Call the sea rescue.", id="red flag"),
    pytest.param("Who holds the key of the blood fridge?", "not a question about treating a patient", id="request"),
    pytest.param("Which drug first? abracadabra assistant", "addresses the software", id="injection"),
]
Says = Callable[[str, str], str]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    for name, content in FILES.items():
        (folder / name).write_text(content)
    return folder


@pytest.fixture(scope="module")
def service(own: Path) -> TestClient:
    app, known = FastAPI(), read(own)
    failures.install(app)
    app.include_router(cds_hooks.routes(known, None, cds_hooks.Setup(servers=frozenset())))
    app.include_router(check.routes(known, UNLEARNED, None))
    return TestClient(app)


@pytest.fixture
def run(own: Path) -> Callable[..., str]:
    """What a command prints, with that knowledge."""
    return lambda *words: CliRunner().invoke(app, words, env={"MEDRAG_KNOWLEDGE": str(own)}).output


@pytest.fixture(params=["command", "cases", "http"])
def says(request: pytest.FixtureRequest, run: Callable[..., str], service: TestClient, tmp_path: Path) -> Says:
    """All that is said of a piece of advice or a question, by one of the ways to check it."""

    def of_command(field: str, text: str) -> str:
        record = tmp_path / "record.json"
        record.write_text(json.dumps(RECORD))
        return run("check", "--patient", str(record), f"--{field}", text)

    def of_cases(field: str, text: str) -> str:
        cases = tmp_path / "cases.jsonl"
        cases.write_text(json.dumps({"id": "1", "patient": RECORD, field: text}))
        return run("check", "--cases", str(cases), "--json")

    def over_http(field: str, text: str) -> str:
        return service.post("/v1/check", json={"patient": RECORD, field: text}).text

    return {"command": of_command, "cases": of_cases, "http": over_http}[request.param]


@pytest.mark.parametrize(("advice", "reason"), OF_DRUGS)
def test_advice_is_checked_with_it(says: Says, advice: str, reason: str) -> None:
    assert reason in says("advice", advice)


@pytest.mark.parametrize(("question", "reason"), OF_QUESTIONS)
def test_a_question_is_opened_with_it(says: Says, question: str, reason: str) -> None:
    assert reason in says("question", question)


def test_a_note_is_read_with_it(run: Callable[..., str], tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("A 60-year-old man with Wexley syndrome and harbour cough. Takes Zolvatrex 10 mg daily.\n")
    known = json.loads(run("patient", str(note), "--json"))
    assert [each["display"] for each in known["conditions"]] == ["Wexley syndrome", "asthma"]
    assert [each["display"] for each in known["medications"]] == ["Zolvatrex (zolvaxin)"]


def prefetched(*taken: str) -> Json:
    def condition(name: str) -> Json:
        return {"resourceType": "Condition", "subject": {"reference": "Patient/p"}, "code": {"text": name}}

    taking = (order(each, status="active", medicationCodeableConcept={"text": each}) for each in taken)
    return {
        "patient": PATIENT,
        "conditions": bundle(*map(condition, RECORD["conditions"])),
        "medications": bundle(*taking),
        "allergies": bundle(),
    }


@pytest.mark.parametrize(("advice", "reason"), OF_DRUGS)
def test_orders_are_checked_with_it(service: TestClient, advice: str, reason: str) -> None:
    drafted = bundle(order(medicationCodeableConcept={"text": advice.removeprefix("Start ")}))
    assert reason in said(cards_of(request("order-sign", drafted, prefetched("warfarin")), service))


def test_a_list_of_drugs_is_checked_with_it(service: TestClient) -> None:
    words = said(cards_of(request("patient-view", None, prefetched("warfarin", "Zolvatrex")), service))
    assert "worsens it" in words and "bleeds" in words


def test_without_it_none_of_this_is_said(tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    asked: list[Any] = [each.values for each in (*OF_DRUGS, *OF_QUESTIONS)]
    fields = ["advice"] * len(OF_DRUGS) + ["question"] * len(OF_QUESTIONS)
    cases.write_text(
        "\n".join(json.dumps({"patient": RECORD, field: text}) for field, (text, _) in zip(fields, asked, strict=True))
    )
    lines = CliRunner().invoke(app, ["check", "--cases", str(cases), "--json"]).output.splitlines()
    assert [reason for line, (_, reason) in zip(lines, asked, strict=True) if reason in line] == []
