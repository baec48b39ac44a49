"""A user's own drug, condition, measurement, score, red flag and Chinese names, as every reader sees them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from index.formulary import read_formulary
from medrag.cli import app
from medrag.knowledge import Knowledge, load
from medrag.knowledge.reader import read
from medrag.patient import as_heard, from_json, hear
from medrag.patient.privacy.deidentify import Identity, deidentify
from medrag.patient.view import view
from medrag.retrieval.question.query import MAX_QUESTION_WORDS, condensed, query_for
from medrag.safety.consultation import Consultation
from medrag.safety.learned import UNLEARNED
from medrag.safety.limits import standing
from medrag.server.routes import calculators, check
from medrag.types import Case, Patient, Statement

DAY = date(2026, 11, 1)
FILES = {
    "drugs.own.csv": "name,brands\nzolvaxin,Zolvatrex\n",
    "conditions.own.yaml": "wexley: {names: [Wexley syndrome]}\n",
    "measurements.own.yaml": "wexlin: {names: [wexlin, serum wexlin], unit: mg/L, low: 1, high: 90}\n",
    "contraindications.own.csv": (
        "drugs,conditions,severity,reason,source\nzolvaxin,wexley,contraindicated,worsens it,our own formulary\n"
    ),
    "red_flags.own.yaml": (
        "- name: wexley crisis\n  all: [['blue tongue']]\n"
        "  notice: Wexley crisis, call us.\n  source: our own handbook\n"
    ),
    "scores.own.yaml": "wexley_present: {names: [wexley present], conditions: [wexley], source: our own handbook}\n",
    "point_scores.own.yaml": (
        "wexley_score:\n  title: Wexley score\n  population: anyone\n  source: our own handbook\n  range: [0, 3]\n"
        "  points: {wexley_present: 1, wexlin: {'>=40': 2}}\n"
    ),
    "threshold_names.own.yaml": "wexlin: [wexlin]\n",
    "names.zh.csv": "kind,key,names\ndrug,zolvaxin,泽伐辛\ncondition,wexley,韦克斯病\n",
}
NOTE = "A 60-year-old man with Wexley syndrome. Takes Zolvatrex 10 mg daily. Serum wexlin 44 mg/L.\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("own")
    for name, content in FILES.items():
        (made / name).write_text(content, encoding="utf-8")
    return made


def test_in_a_formulary(own: Knowledge, tmp_path: Path) -> None:
    file = tmp_path / "ours.txt"
    file.write_text("Zolvatrex\n")
    assert read_formulary(file, own).ingredients == {"zolvaxin"}


@pytest.fixture(scope="module")
def own(folder: Path) -> Knowledge:
    return read(folder)


def names(patient: Patient | None, field: str) -> list[str]:
    return [each.display for each in (getattr(patient, field) if patient else None) or ()]


def test_in_a_question(own: Knowledge) -> None:
    said = hear(None, "He has Wexley syndrome and takes Zolvatrex 10 mg daily. Wexlin 44 mg/L.", DAY, own)
    assert names(said, "conditions") == ["Wexley syndrome"]
    assert names(said, "medications") == ["Zolvatrex (zolvaxin)"]
    assert said is not None and [(each.display, each.value) for each in said.observations or ()] == [("wexlin", 44)]


def test_in_a_structured_record(own: Knowledge) -> None:
    record = {
        "observations": [
            {"display": "wexlin", "value": 20, "unit": "mg/L", "date": "2026-10-01"},
            {"display": "serum wexlin", "value": 40000, "unit": "ug/L", "date": "2026-10-20"},
            {"display": "wexlin", "value": 400, "unit": "mg/L", "date": "2026-10-30"},
        ]
    }
    read_in = from_json(record, DAY, own)
    assert [each.status.value for each in read_in.observations or ()] == ["resolved", "active", "uncertain"]
    assert any("wexlin 400" in each.reason for each in read_in.problems)


def test_in_a_check_of_advice(own: Knowledge) -> None:
    def withheld(knowledge: Knowledge) -> bool:
        known = Consultation(Patient.model_validate({"conditions": ["Wexley syndrome"]}), "", knowledge)
        return known.review(Statement(text="Start Zolvatrex 10 mg daily.")).withheld

    assert withheld(own) and not withheld(load())


def test_as_an_emergency(own: Knowledge) -> None:
    notices = Consultation(None, "He has a blue tongue. What now?", own).opening().notices
    assert [each.reason for each in notices] == ["Wexley crisis, call us."]


def test_in_the_limits_of_a_guideline(own: Knowledge) -> None:
    known = from_json({"observations": ["wexlin 44 mg/L"]}, DAY, own)
    held = standing("If wexlin is above 50 mg/L, start amlodipine.", view(known, known, own))
    assert held is not None and held.met is False


def test_in_the_search_query(own: Knowledge) -> None:
    long = "He walks to the shop each morning and reads the paper afterwards. " * (MAX_QUESTION_WORDS // 10)
    assert "Wexley syndrome" in condensed(f"{long} He has Wexley syndrome. Which drug is best?", own).text
    assert query_for(Case(question="泽伐辛?"), own).text == "Zolvaxin?"
    case = as_heard(Case(question="Is it safe? He takes Zolvatrex 10 mg daily."), DAY, own)
    assert "takes Zolvatrex" in query_for(case, own).described


def test_a_drugs_name_is_no_persons(own: Knowledge) -> None:
    assert "Mr Zolvatrex" in deidentify("Given Mr Zolvatrex today", Identity(), own)
    assert "Zolvatrex" not in deidentify("Given Mr Zolvatrex today", Identity(), load())


def lines(folder: Path, *words: str) -> Any:
    done = CliRunner().invoke(app, [*words, "--json"], env={"MEDRAG_KNOWLEDGE": str(folder)}, catch_exceptions=False)
    return json.loads(done.stdout)


def test_on_the_command_line(folder: Path, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text(NOTE)
    patient = lines(folder, "patient", str(note))
    assert [each["display"] for each in patient["medications"]] == ["Zolvatrex (zolvaxin)"]
    assert lines(folder, "calc", "Wexley score", "--patient", str(note))["value"] == 3
    found = lines(folder, "check", "--patient", str(note), "--advice", "Start zolvaxin 10 mg daily.")
    assert found["verdict"] == "withhold"
    batch = CliRunner().invoke(app, ["patient", str(note), "--batch"], env={"MEDRAG_KNOWLEDGE": str(folder)})
    assert json.loads(batch.stdout)["patient"]["observations"][0]["value"] == 44


def test_over_http(own: Knowledge) -> None:
    service = FastAPI()
    service.include_router(calculators.routes(own, None))
    service.include_router(check.routes(own, UNLEARNED, None))
    patient = {"conditions": ["Wexley syndrome"], "observations": ["wexlin 44 mg/L"]}
    with TestClient(service) as http:
        scored = http.post("/v1/calc", json={"name": "wexley score", "patient": patient}).json()
        checked = http.post("/v1/check", json={"patient": patient, "advice": "Give 泽伐辛 10 mg."}).json()
    assert (scored["value"], checked["verdict"]) == (3, "withhold")
