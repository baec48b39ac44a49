"""Whole runs: the real retriever and safety filter, a scripted model, in process and over real HTTP."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.cli import app
from eval.results import scores
from eval.running import log as logs
from eval.running import registry
from eval.running.batch import Batch
from eval.running.solver import Solver
from eval.systems.baselines import BASELINES, baseline
from eval.tasks import cases
from medrag.errors import ConfigurationError, InputError
from medrag.generation.modes import MODES
from medrag.generation.modes.quote import cited, letters
from medrag.generation.scripted import ScriptedModel
from medrag.types import Advice, Case, Outcome
from tests.server.serving import serving

CASE = Case.model_validate(
    {
        "question": "Which antibiotic for confirmed streptococcal pharyngitis?",
        "patient": {
            "age_years": 24,
            "conditions": ["streptococcal pharyngitis"],
            "allergies": [{"display": "penicillin", "kind": "allergy", "reaction": "anaphylaxis"}],
        },
    }
)


@pytest.fixture
def served(solver: Solver) -> Iterator[str]:
    """The URL of a real server over the scripted engine."""
    with serving(solver.parts("test")) as url:
        yield url


def test_the_example_cases_run_and_run_again_to_the_same_scores(tmp_path: Path, solver: Solver) -> None:
    task = cases.load()
    for name, concurrency in (("a", 1), ("b", 8)):
        summary = asyncio.run(Batch(tmp_path / name, concurrency=concurrency).run([task], solver))
    found = summary.tasks["cases"]
    assert (found.done, found.failed) == (len(task.samples), 0)
    assert found.metrics["citation_validity"].mean == 1.0
    assert found.metrics["recall@5"].mean > 0.5
    assert found.provenance is not None
    assert (tmp_path / "a" / scores.SCORES).read_bytes() == (tmp_path / "b" / scores.SCORES).read_bytes()


@pytest.mark.parametrize("name", ["abstention", "safety", "sensitivity", "redteam"])
def test_every_shipped_task_runs_on_the_real_engine(tmp_path: Path, solver: Solver, name: str) -> None:
    summary = asyncio.run(Batch(tmp_path, limit=6).run([registry.load(name)], solver))
    assert (summary.tasks[name].done, summary.tasks[name].failed) == (6, 0)


def test_over_http_the_scores_are_those_of_the_engine_itself(tmp_path: Path, solver: Solver, served: str) -> None:
    asyncio.run(Batch(tmp_path / "here").run([cases.load()], solver))
    done = CliRunner().invoke(app, ["run", "cases", "--engine", served, "--out", str(tmp_path / "there")])
    assert done.exit_code == 0, done.output
    assert "16 of 16 done" in done.output
    here, there = (scores.load(tmp_path / name).tasks["cases"] for name in ("here", "there"))
    assert there.metrics == here.metrics
    assert there.provenance == here.provenance


def test_resuming_asks_only_for_what_is_missing(tmp_path: Path, solver: Solver, served: str) -> None:
    command = ["run", "cases", "--engine", served, "--out", str(tmp_path)]
    CliRunner().invoke(app, command)
    path = tmp_path / "cases.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - 100])
    assert len(logs.read(path).done) == 15
    assert CliRunner().invoke(app, command).exit_code == 0
    assert len(logs.read(path).starts) == 2
    assert len(path.read_bytes().splitlines()) == len(whole.splitlines()) + 1


def test_a_killed_run_goes_on_to_the_same_scores(tmp_path: Path, solver: Solver, served: str) -> None:
    asyncio.run(Batch(tmp_path / "whole").run([cases.load()], solver))
    path = tmp_path / "killed" / "cases.jsonl"
    command = ["run", "cases", "--engine", served, "--concurrency", "1", "--out", str(path.parent)]
    child = subprocess.Popen([sys.executable, "-m", "medrag", "eval", *command], stderr=subprocess.DEVNULL)
    while child.poll() is None and (not path.exists() or path.read_bytes().count(b"\n") < 3):
        time.sleep(0.005)
    child.kill()
    child.wait()
    before = logs.read(path)
    assert before.done
    assert CliRunner().invoke(app, command).exit_code == 0
    after = logs.read(path)
    assert all(after.entries[name] == before.entries[name] for name in before.done)
    whole, killed = (scores.load(tmp_path / name).tasks["cases"] for name in ("whole", "killed"))
    assert killed.metrics == whole.metrics


def test_without_a_server_nothing_is_run_for_long(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["run", "cases", "--engine", "http://127.0.0.1:9", "--out", str(tmp_path)])
    assert done.exit_code != 0
    assert "is `medrag serve` running" in str(done.exception)


def answer(solver: Solver, name: str, model: ScriptedModel, reply: str) -> Advice:
    model.replies = [reply]
    return asyncio.run(_recommend(baseline(name, solver), CASE))


async def _recommend(solver: Solver, case: Case) -> Advice:
    return await solver.recommend(case)


def test_the_filter_is_what_tells_medrag_from_unfiltered(solver: Solver, model: ScriptedModel) -> None:
    """Every sentence shown: the unsafe ones come out of ``unfiltered`` and not of medrag."""
    everything = ",".join(map(letters, range(24)))
    engine = replace(solver.parts("t"), max_statements=30)
    wide = Solver("medrag", "local", engine.recommend, engine)
    free = answer(wide, "unfiltered", model, everything)
    filtered = asyncio.run(_recommend(wide, CASE))
    withheld = {statement.text for statement in filtered.withheld if statement.citations}
    assert withheld
    assert {statement.text for statement in free.statements} >= withheld
    assert not withheld & {statement.text for statement in filtered.statements}


def test_the_retriever_alone_asks_no_model(solver: Solver, model: ScriptedModel) -> None:
    advice = answer(solver, "retriever", model, "A")
    assert model.seen == []
    assert advice.outcome is Outcome.ANSWERED
    assert len(advice.statements) == 6
    assert "streptococcal" in advice.statements[0].text
    assert advice.provenance.model == "none"


def test_the_model_alone_sees_no_passages(solver: Solver, model: ScriptedModel) -> None:
    advice = answer(solver, "llm", model, "Give amoxicillin 500 mg.\n\nRest.")
    assert [statement.text for statement in advice.statements] == ["Give amoxicillin 500 mg.", "Rest."]
    assert advice.evidence == ()
    assert "[1" not in model.seen[0].messages[1]["content"]
    assert answer(solver, "llm", model, "none").outcome is Outcome.ABSTAINED


def test_naive_rag_has_no_grammar_and_takes_letters_at_their_word(solver: Solver, model: ScriptedModel) -> None:
    advice = answer(solver, "naive-rag", model, "B,ZZ,A")
    assert model.seen[-1].grammar is None
    first, second = advice.statements
    assert first.text == first.citations[0].quote
    marks = MODES["quote"].marks(advice.evidence)
    assert cited([first, second], advice.evidence) == (marks["B"], marks["A"])


def test_naive_rag_in_cite_mode_takes_citations_at_their_word(solver: Solver, model: ScriptedModel) -> None:
    engine = replace(solver.parts("t"), grounding="cite")
    advice = answer(replace(solver, engine=engine), "naive-rag", model, "Give colloidal silver [1]")
    assert advice.statements[0].text == "Give colloidal silver"
    assert advice.statements[0].citations[0].number == 1


def test_baselines_need_a_local_engine_and_a_known_name(solver: Solver) -> None:
    with pytest.raises(ConfigurationError, match="--engine local"):
        baseline("llm", replace(solver, engine=None))
    with pytest.raises(InputError, match=", ".join(BASELINES)):
        baseline("gpt", solver)


def test_the_systems_of_the_help_are_the_systems_there_are() -> None:
    assert set(registry.SYSTEMS) == {"medrag", *BASELINES}
