import asyncio
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.cli import app
from eval.results.report import write
from eval.running import log as logs
from eval.running.batch import Batch
from eval.running.log import read_logs
from eval.running.solver import Solver
from eval.scoring.agreement import load, pairs
from eval.scoring.support import supports
from eval.tasks import cases
from medrag import knowledge
from medrag.engine import Engine
from medrag.errors import InputError
from medrag.generation.scripted import ScriptedModel
from medrag.retrieval.retriever import Retriever
from tests.eval.scoring.judging import running_judge, verdict


@pytest.fixture(scope="module")
def ran(retriever: Retriever, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the shipped cases."""
    engine = Engine(retriever=retriever, model=ScriptedModel(["A,B,C"]), knowledge=knowledge.load())
    folder = tmp_path_factory.mktemp("ran")
    asyncio.run(Batch(folder).run([cases.load()], Solver("medrag", "local", engine.recommend, engine)))
    return folder


@pytest.fixture
def out(ran: Path, tmp_path: Path) -> Path:
    """The run, to be judged."""
    return Path(shutil.copytree(ran, tmp_path / "out"))


def judged(out: Path, url: str, monkeypatch: pytest.MonkeyPatch, *more: str) -> str:
    monkeypatch.setenv("MEDRAG_HOME", str(out / "home"))
    done = CliRunner().invoke(app, ["judge", str(out), "--judge-url", url, "--judge-model", "judge-1", *more])
    assert done.exit_code == 0, done.output
    return done.output


def scorer(question: str) -> str:
    """Says what the deterministic scorer says."""
    quote = question.split("<quote>\n")[1].split("\n</quote>", maxsplit=1)[0]
    statement = question.split("<statement>\n")[1].split("\n</statement>", maxsplit=1)[0]
    return verdict(supports(quote, statement))


def test_half_of_the_pairs_are_controls_and_the_draw_is_fixed(out: Path) -> None:
    found = pairs(read_logs(out), limit=20, seed=1)
    assert found == pairs(read_logs(out), limit=20, seed=1)
    kinds = [pair.kind for pair in found]
    assert kinds.count("cited") == 10
    assert 0 < kinds.count("control") <= 10
    assert all(pair.scorer for pair in found if pair.kind == "cited")
    assert not all(pair.scorer for pair in found)


def test_a_judge_that_says_the_same_has_kappa_1(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_judge(scorer) as (url, _):
        output = judged(out, url, monkeypatch, "--limit", "30")
    assert "kappa 1.000" in output
    found = load(out)
    assert found is not None
    assert found.kappa is not None
    assert (found.agreed.mean, found.unjudged, found.judge.model) == (1.0, 0, "judge-1")
    page = write(out).read_text()
    assert "judge-1" in page
    assert "Cohen" in page


def test_a_judge_that_always_says_yes_has_kappa_0(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_judge(lambda question: verdict(True)) as (url, _):
        judged(out, url, monkeypatch, "--limit", "30")
    found = load(out)
    assert found is not None
    assert found.kappa is not None
    assert found.kappa.mean == 0.0
    assert found.agreed.mean < 1.0


def test_an_answer_without_a_verdict_is_counted(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replies = iter([json.dumps({"yes": "perhaps"})])
    with running_judge(lambda question: next(replies, None) or scorer(question)) as (url, _):
        output = judged(out, url, monkeypatch, "--limit", "10")
    assert "1 without a verdict" in output


def test_a_run_without_citations_is_refused(tmp_path: Path, solver: Solver, model: ScriptedModel) -> None:
    model.replies = ["none"]
    asyncio.run(Batch(tmp_path, limit=2).run([cases.load()], solver))
    with pytest.raises(InputError, match="no released statement"):
        pairs([logs.read(tmp_path / "cases.jsonl")], limit=10, seed=0)
