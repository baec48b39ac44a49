"""The command line as a newcomer meets it: help, answers, and one clear line for every wrong input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import Done, medrag
from tests.paths import ROOT

PATIENT = ROOT / "medrag" / "examples" / "patient.json"


def refused(done: Done | subprocess.CompletedProcess[str]) -> str:
    """The one line a wrong input gets."""
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    return done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    "command", ["ask", "search", "serve", "patient", "check", "calc", "mcp", "index", "sft", "eval"]
)
def test_every_command_has_help(command: str, tmp_path: Path) -> None:
    done = medrag(command, "--help", home=tmp_path)
    assert done.returncode == 0
    assert "Usage" in done.stdout


def test_as_a_process(tmp_path: Path) -> None:
    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "medrag", *map(str, arguments)]
        environment = {**os.environ, "MEDRAG_HOME": str(tmp_path)}
        return subprocess.run(command, check=False, capture_output=True, text=True, env=environment)

    told = run("patient", PATIENT)
    assert (told.returncode, "hypertension" in told.stdout) == (0, True)
    assert "nobody.json" in refused(run("patient", tmp_path / "nobody.json"))


def test_search_prints_passages(starter_index: Path, tmp_path: Path) -> None:
    done = medrag("search", "acute gout flare", "--index", starter_index, home=tmp_path)
    assert "gout#" in done.stdout.splitlines()[0]


def test_search_answers_a_file_of_queries_line_by_line(starter_index: Path, tmp_path: Path) -> None:
    queries = tmp_path / "queries.jsonl"
    queries.write_text('{"id": "a", "query": "gout flare"}\n{"id": 2, "query": "migraine"}\n')
    done = medrag("search", "--index", starter_index, "--queries", queries, "-k", "3", "--json", home=tmp_path)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["id"] for line in lines] == ["a", 2]
    assert all(len(line["passages"]) == 3 for line in lines)
    assert lines[0]["passages"][0]["doc_id"] == "gout"
    assert set(lines[0]["passages"][0]) == {"id", "doc_id", "score", "title", "section", "text", "sentences", "link"}


def test_calc_lists_computes_and_refuses(tmp_path: Path) -> None:
    known = tmp_path / "patient.json"
    known.write_text('{"weight_kg": 80, "height_cm": 180}')
    assert "curb_65" in medrag("calc", home=tmp_path).stdout
    found = json.loads(medrag("calc", "BMI", "--patient", known, "--json", home=tmp_path).stdout)
    assert (found["value"], found["inputs"]["weight"]["value"]) == (24.7, 80)
    assert "confusion: neither recorded nor ruled out" in medrag("calc", "curb-65", "-p", known, home=tmp_path).stdout
    assert "did you mean" in refused(medrag("calc", "curb_66", "-p", known, home=tmp_path))


def test_patient_prints_what_was_understood(tmp_path: Path) -> None:
    done = medrag("patient", PATIENT, "--json", home=tmp_path)
    assert json.loads(done.stdout)["conditions"][0]["display"] == "hypertension"
    assert "hypertension" in medrag("patient", PATIENT, home=tmp_path).stdout


def test_check_withholds_what_would_harm(tmp_path: Path) -> None:
    advice = "Start lisinopril 10 mg by mouth once daily."
    done = medrag("check", "--patient", PATIENT, "--advice", advice, "--json", home=tmp_path)
    result = json.loads(done.stdout)
    assert result["verdict"] == "withhold"
    assert any(finding["check"] == "allergy" for finding in result["findings"])


def test_an_index_that_is_not_there(tmp_path: Path) -> None:
    assert "medrag index build" in refused(medrag("search", "gout", home=tmp_path))


def test_an_empty_question(tmp_path: Path) -> None:
    assert "empty" in refused(medrag("ask", "  ", home=tmp_path))


@pytest.mark.parametrize("content", ["", "{", '{"age_years": "old"}', '{"resourceType": "Bundle", "entry": 3}'])
def test_a_patient_file_that_does_not_parse(content: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text(content)
    assert "broken.json" in refused(medrag("patient", broken, home=tmp_path))
    assert "broken.json" in refused(medrag("ask", "What now?", "--patient", broken, home=tmp_path))


def test_a_patient_file_that_is_not_there(tmp_path: Path) -> None:
    assert "nobody.json" in refused(medrag("patient", tmp_path / "nobody.json", home=tmp_path))


def test_a_model_that_is_not_there(starter_index: Path, tmp_path: Path) -> None:
    done = medrag("ask", "gout flare?", "--index", starter_index, "--model", tmp_path / "none", home=tmp_path)
    assert "config.json" in refused(done)


def test_a_model_server_that_is_not_there(starter_index: Path, tmp_path: Path) -> None:
    done = medrag("ask", "gout?", "--index", starter_index, "--model-url", "http://127.0.0.1:9/v1", home=tmp_path)
    assert "vLLM" in refused(done)


def test_a_medrag_server_that_is_not_there(tmp_path: Path) -> None:
    assert "127.0.0.1:9" in refused(medrag("ask", "gout?", "--server", "http://127.0.0.1:9", home=tmp_path))


def test_a_setting_of_the_wrong_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDRAG_PASSAGES", "many")
    assert "passages" in refused(medrag("search", "gout", home=tmp_path))


def test_a_broken_index(starter_index: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(starter_index, copy)
    (copy / "manifest.json").write_text("{}")
    assert "index" in refused(medrag("search", "gout", "--index", copy, home=tmp_path))


@pytest.mark.parametrize(
    ("advice", "named", "said"),
    [
        ("布洛芬 0.4g 每日三次", [], "（未评估）"),
        ("Start ibuprofen 400 mg three times daily.", ["--language", "zh-CN"], "（未评估）"),
        ("布洛芬 0.4g 每日三次", ["--language", "en"], "not assessed"),
        ("Start ibuprofen 400 mg three times daily.", [], "not assessed"),
    ],
)
def test_a_check_is_said_in_the_reader_s_language(advice: str, named: list[str], said: str, tmp_path: Path) -> None:
    told = medrag("check", "--advice", advice, *named, home=tmp_path).stdout
    others = {"（未评估）", "not assessed"} - {said}
    assert said in told and not any(each in told for each in others)


def test_a_language_without_words_is_refused(tmp_path: Path) -> None:
    assert "en, zh" in refused(medrag("check", "--advice", "Rest.", "--language", "fr", home=tmp_path))
